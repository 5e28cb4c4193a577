"""So many within a while."""

from collections import deque
from dataclasses import dataclass, field

_SLACK = 1.05  # what left here a minute apart may arrive closer


@dataclass(slots=True)
class Window:
    """At most `most` within any `seconds`."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def first(self, now: float) -> float:
        """When the next one may go."""
        return max(now, self.times[0] + self.seconds * _SLACK) if len(self.times) >= self.most else now

    def take(self, at: float) -> None:
        """One goes then."""
        self.times.append(at)
        while len(self.times) > self.most:
            self.times.popleft()
