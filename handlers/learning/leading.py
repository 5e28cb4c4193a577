"""Who leads a learner, and whom a leader leads."""

from handlers.actions.chasing import leaders
from records.database import Connection
from records.learning.enrolments import Enrolment, Enrolments
from records.people import ADMIN, SUPERVISOR, People, Person


def leads(leader: Person, learner: Person, enrolment: Enrolment | None) -> bool:
    """Whether someone may see and judge how another learns; nobody leads themselves."""
    if leader.left_at is not None or learner.left_at is not None or leader.id == learner.id:
        return False
    if leader.role != SUPERVISOR:
        return leader.role == ADMIN
    mentor = enrolment is not None and enrolment.mentor_id == leader.id
    return mentor or learner.reports_to == leader.id or bool(set(leader.stores) & set(learner.stores))


async def led(connection: Connection, leader: Person) -> list[tuple[Person, Enrolment]]:
    """The learners someone leads, by who began first."""
    people = {one.id: one for one in await People(connection).all()}
    found = [(people[one.person_id], one) for one in await Enrolments(connection).all() if one.person_id in people]
    return [(person, one) for person, one in found if leads(leader, person, one) and (leader.demo or not person.demo)]


async def mentors(connection: Connection, learner: Person, enrolment: Enrolment | None) -> list[Person]:
    """Who judges a learner's homework: the mentor, else whom they report to, else their stores' leaders."""
    people = People(connection)
    for number in (enrolment.mentor_id if enrolment else None, learner.reports_to):
        found = await people.get(number) if number else None
        if found is not None and leads(found, learner, enrolment):
            return [found]
    of_stores = [one for store in learner.stores for one in await leaders(connection, store)]
    able = [one for one in of_stores if leads(one, learner, enrolment)]
    able = able or [one for one in await people.all(ADMIN, demo=learner.demo) if one.id != learner.id]
    return list({one.id: one for one in able}.values())
