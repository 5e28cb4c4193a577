"""The one error of this package: a file that cannot be read, said in one line."""

from pathlib import Path


class Unreadable(Exception):
    """Which file, why it cannot be read, and what to do; `str()` is one Chinese line for the person at the terminal."""

    def __init__(self, path: Path, cause: str, remedy: str) -> None:
        super().__init__(f"{path.name}：{cause}。{remedy}")
        self.path = path
        self.cause = cause
        self.remedy = remedy
