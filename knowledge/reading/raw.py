"""What a format's reader hands on: lines with their marks, and what the file says of itself."""

from dataclasses import dataclass, field

from knowledge.reading.line import Line
from knowledge.reading.markdown import FrontMatter


@dataclass(frozen=True, slots=True)
class Raw:
    """A file as lines. `title` is what the format itself calls its title; `settled` lines need no outline by habit,

    and a first heading that is `untitled` is no title of the whole (a sheet, a slide).
    """

    lines: list[Line]
    title: str = ""
    front: FrontMatter = field(default_factory=FrontMatter)
    warnings: tuple[str, ...] = ()
    settled: bool = False
    untitled: bool = False


class Refused(Exception):
    """A reader's word on why it cannot read a file: cause and remedy, in Chinese, without the file's name."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
