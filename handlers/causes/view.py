"""Which analyses are looked at: of which stores, with which words in the problem, of which period."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import typed
from handlers.context import Context

WORDS = "，问题里有“{words}”的"
PERIODS = {"m": "本月", "q": "近三个月", "y": "今年", "": "不限时间"}
_ROOM = 33  # bytes of words in a button's action
_QUARTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class View:
    """Which analyses: of one store or of all of one's own (0), with these words in the problem, of a period."""

    store: int = 0
    words: str = ""
    period: str = ""

    def action(self, what: str, offset: int = 0) -> str:
        """A button's action: causes:<what>:<store>:<offset>:<period>:<words>; before there were periods it had none."""
        return f"causes:{what}:{self.store}:{offset}:{self.period}:{self.words}"

    def since(self, context: Context) -> datetime | None:
        """When the period begins, in the zone of who asks."""
        today = context.now().astimezone(context.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        match self.period:
            case "m":
                return today.replace(day=1)
            case "q":
                return today - _QUARTER
            case "y":
                return today.replace(month=1, day=1)
        return None

    @property
    def when(self) -> str:
        """The period as it is said of what was found."""
        return PERIODS[self.period] if self.period else ""

    @property
    def told(self) -> str:
        """The words as they are said of what was found."""
        return WORDS.format(words=self.words) if self.words else ""


def fitting(words: str) -> str:
    """Words of a search as a button can hold them."""
    plain = " ".join(typed.inert(words.replace(":", " ")).split())
    while len(plain.encode()) > _ROOM:
        plain = plain[:-1].rstrip()
    return plain
