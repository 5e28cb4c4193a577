"""What a handler may touch."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

from handlers.learning.school import School
from handlers.message import Attachment, Reply
from handlers.pace import Pace
from knowledge.checklist import Checklist
from knowledge.score import Rules
from records.conversations import Open
from records.database import Connection, Database
from records.files import Files
from records.people import Person
from records.photos.studio import Studio
from records.reminders import Reminder
from retrieval.desk import Desk
from retrieval.library import Reading


@dataclass(frozen=True, slots=True)
class Notice:
    """Something another person must hear; one that is not `urgent` waits for the end of their quiet hours."""

    person_id: int
    reply: Reply
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come, inside the transaction that promises what it says."""

    connection: Connection
    reminder: Reminder
    person: Person
    now: datetime
    school: School = field(default_factory=School)


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a deployment has set that handlers speak of.

    `bot_link` makes a deep link of a code, "" where none can be; `menu` gives the (command, text) of a role. `rules` is
    how checks are scored (findings of `repeat_days` back count as repeats), `photos` where photos are inspected, `pace`
    how long actions may wait; `chance` draws codes that nobody can guess. `lists` reads the bundled lists and
    `teaching` what is taught, when they are first asked for.
    """

    zone: ZoneInfo
    reading: Reading
    invite_hours: float
    page: str
    bot_link: Callable[[str], str]
    menu: Callable[[str], list[tuple[str, str]]]
    rules: Rules = field(default_factory=Rules)
    repeat_days: int = 180
    photos: Studio = field(default_factory=Studio)
    chance: Random = field(default_factory=SystemRandom)
    pace: Pace = field(default_factory=Pace)
    lists: Callable[[], Mapping[str, Checklist]] = dict
    teaching: Callable[[], School] = School

    @property
    def checklists(self) -> Mapping[str, Checklist]:
        """The bundled lists by key."""
        return self.lists()

    @property
    def school(self) -> School:
        """What is taught, and how."""
        return self.teaching()


@dataclass(frozen=True, slots=True)
class Context:
    """One turn's view of the house.

    `person` is who writes, None for a stranger; `opened` the conversation that is open. `now` gives aware times;
    `partial` shows an answer while it is written. `write` opens the turn's one transaction (slow work comes before it):
    everything written through its connection, the replies and the notices commit together, or not at all. `fetch`
    brings what was sent, and raises Unfetched when it cannot.
    """

    desk: Desk
    database: Database
    files: Files
    now: Callable[[], datetime]
    partial: Callable[[str], Awaitable[None]]
    write: Callable[[], Awaitable[Connection]]
    fetch: Callable[[Attachment], Awaitable[bytes]]
    deployment: Deployment
    person: Person | None = None
    opened: Open | None = None
    notices: list[Notice] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """The zone times are shown in: the person's own."""
        return ZoneInfo(self.person.zone) if self.person else self.deployment.zone

    @property
    def me(self) -> Person:
        """Who writes, where strangers are not let in."""
        if self.person is None:
            raise LookupError("a stranger got past the roles")
        return self.person

    def notify(self, person_id: int, reply: Reply, *, urgent: bool = False) -> None:
        """Tell someone else, when this turn commits."""
        self.notices.append(Notice(person_id, reply, urgent))


class Unfetched(Exception):
    """A file a person sent cannot be had; the message is one sentence for them."""
