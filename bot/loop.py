"""The event loop that everything runs in."""

import asyncio


def new_loop() -> asyncio.AbstractEventLoop:
    """The quicker one, where it can be had: not on Windows."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
