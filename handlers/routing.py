"""Who handles a message: a command, else the pressed button, else it is a question."""

from collections.abc import Awaitable, Callable

from handlers import ask
from handlers.context import Context
from handlers.message import Incoming, Reply

Handler = Callable[[Context, Incoming], Awaitable[tuple[Reply, ...]]]

COMMANDS: dict[str, Handler] = {"/start": ask.start, "/help": ask.start}


def route(incoming: Incoming) -> Handler:
    """The handler of a message."""
    if incoming.action:
        return ask.press
    word = incoming.text.split(maxsplit=1)[:1]
    return COMMANDS.get(word[0].lower(), ask.ask) if word else ask.ask
