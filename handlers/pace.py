"""How long things may wait, as a deployment sets it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Of actions: reminded of `remind_hours` before they are due, `escalate_hours` late told one higher, and again.

    What fails again within `came_back_days` of its acceptance has come back.
    """

    remind_hours: float = 12
    escalate_hours: float = 24
    came_back_days: int = 30
