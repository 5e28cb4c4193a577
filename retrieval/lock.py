"""One writer at a time in a home, whatever the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_RETRY = 0.1  # seconds


class Lock:
    """A file that one task of one process holds."""

    def __init__(self, file: Path) -> None:
        self._file = FileLock(str(file), thread_local=False)
        self._busy = asyncio.Lock()

    @asynccontextmanager
    async def held(self, *, wait: bool = True) -> AsyncIterator[bool]:
        """Whether it is held in the block; False only where another has it and we do not wait."""
        if not wait and self._busy.locked():
            yield False
            return
        async with self._busy:
            while not (held := self._try()) and wait:  # noqa: ASYNC110 - another process has it
                await asyncio.sleep(_RETRY)
            try:
                yield held
            finally:
                if held:
                    self._file.release()

    def _try(self) -> bool:
        try:
            self._file.acquire(timeout=0)
        except Timeout:
            return False
        return True
