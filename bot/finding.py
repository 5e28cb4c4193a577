"""One line of what `dudao doctor` finds."""

from dataclasses import dataclass

GOOD, MISSING, BAD = "对", "缺", "错"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, 对 (works), 缺 (not there, not needed so far) or 错 (configured but broken), and the mend."""

    check: str
    state: str
    detail: str
    mend: str = ""
