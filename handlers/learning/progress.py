"""How someone is doing: days, homework, what they know, and whether they need help."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.learning.assessing import Work, works
from handlers.learning.mastery import Mastery, by_topic, overall
from handlers.learning.rounds import bank
from handlers.learning.school import School, today
from handlers.learning.streaks import standing
from records.database import Connection
from records.learning.enrolments import SENT, Enrolment, Enrolments, HandIn
from records.learning.quizzes import Quizzes, Streak, Tally
from records.people import Person

BEHIND_DAYS, WEAK, LEAST_SEEN, LEAST_ANSWERED = 3, 0.6, 4, 10
BEHIND, UNSENT, LOW, WEAK_IN, IDLE = (
    "落后 {n} 天",
    "{n} 份作业没交",
    "近 7 天首答正确率 {rate:.0%}",
    "薄弱：{topics}",
    "近 7 天没有练习",
)


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one learner: `day` has begun last, `behind` are days not done, `unsent` days whose homework is missing.

    `waiting` pieces of homework wait for the mentor; `week` are the first attempts of the last seven days; `works` are
    what phases end with for points.
    """

    person: Person
    enrolment: Enrolment
    day: int
    done: int
    behind: tuple[int, ...]
    unsent: tuple[int, ...]
    waiting: int
    topics: tuple[Mastery, ...]
    streak: Streak
    week: Tally
    works: tuple[Work, ...] = ()

    @property
    def known(self) -> float | None:
        """Over all topics, 0 to 1; None before the first answer."""
        return overall(self.topics)

    @property
    def weak(self) -> tuple[Mastery, ...]:
        """The topics that are not known, of those enough was asked of."""
        return tuple(one for one in self.topics if one.known < WEAK and one.seen >= LEAST_SEEN)

    @property
    def worries(self) -> tuple[str, ...]:
        """Why they need help; nothing where they do not."""
        found = [BEHIND.format(n=len(self.behind))] if len(self.behind) >= BEHIND_DAYS else []
        found += [UNSENT.format(n=len(self.unsent))] if len(self.unsent) > 1 else []
        if self.week.answered >= LEAST_ANSWERED and self.week.right < WEAK * self.week.answered:
            found.append(LOW.format(rate=self.week.right / self.week.answered))
        elif not self.week.answered and self.day > BEHIND_DAYS:
            found.append(IDLE)
        found += [WEAK_IN.format(topics="、".join(one.name for one in self.weak[:3]))] if self.weak else []
        return tuple(found)


async def progress(
    connection: Connection,
    school: School,
    learners: Sequence[tuple[Person, Enrolment]],
    now: datetime,
    *,
    topics: bool = True,
) -> list[Progress]:
    """How each of them is doing; without `topics` of a thousand, too, for what each remembers is what takes long."""
    ids = [person.id for person, _ in learners]
    enrolments, quizzes, questions = Enrolments(connection), Quizzes(connection), await bank(connection, school)
    done, sent = await enrolments.done(ids), defaultdict[int, list[HandIn]](list)
    for one in await enrolments.hand_ins(ids):
        sent[one.person_id].append(one)
    cards, streaks = await quizzes.cards_of(ids if topics else ()), await quizzes.streaks(ids)
    date = now.date()
    week = {one.person_id: one for one in await quizzes.tallies(ids, date - timedelta(7), date + timedelta(1))}
    found = []
    for person, enrolment in learners:
        here = today(now, person.zone)
        day, theirs = school.begun(enrolment, here), sent[person.id]
        given = {one.day for one in theirs}
        past = day - (1 if school.on(enrolment, here) else 0)
        found.append(
            Progress(
                person,
                enrolment,
                day,
                len(done[person.id]),
                tuple(school.behind(enrolment, done[person.id], here)),
                tuple(one.day for one in school.course.days[:past] if one.hand_in and one.day not in given),
                sum(one.state == SENT for one in theirs),
                by_topic(questions, cards[person.id], school.memory, now) if topics else (),
                standing(streaks.get(person.id, Streak()), here, school.counts(enrolment)),
                week.get(person.id, Tally(person.id, 0, 0)),
                works(school, theirs),
            )
        )
    return found
