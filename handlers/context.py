"""What a handler may touch."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from records.database import Database
from retrieval.desk import Desk


@dataclass(frozen=True, slots=True)
class Context:
    """`now` gives aware times; `zone` is the one they are shown in; `partial` shows an answer while it is written."""

    desk: Desk
    database: Database
    now: Callable[[], datetime]
    zone: ZoneInfo
    partial: Callable[[str], Awaitable[None]]
