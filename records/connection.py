"""What the records read and write through."""

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection as Plain
from sqlalchemy import CursorResult, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncResult

P = ParamSpec("P")
T = TypeVar("T", bound=Any)
Rows = CursorResult[*tuple[Any, ...]]


class Connection(Protocol):
    """A transaction on either database: SQLAlchemy's own connection to a server, ours to SQLite."""

    @property
    def dialect(self) -> Dialect:
        """Which database it is."""
        ...

    async def execute(self, statement: Executable, parameters: Any = None, /) -> Rows:
        """Run one statement."""
        ...

    def stream(self, statement: Executable, parameters: Any = None, /) -> Awaitable[AsyncResult[*tuple[Any, ...]]]:
        """The rows of a statement that has too many to hold at once."""
        ...

    async def run_sync(self, fn: Callable[Concatenate[Plain, P], T], *arguments: P.args, **named: P.kwargs) -> T:
        """Let a function work that knows SQLAlchemy's plain connections only."""
        ...
