"""What a person is to a store: who does its work, and who leads it."""

from records.action import Actor
from records.people import ADMIN, STAFF, SUPERVISOR, Person


def actor(person: Person, store_id: int) -> Actor:
    """What a person is to the actions of a store; trainees, and those of other stores, are nothing to them."""
    leads = person.role == ADMIN or (person.role == SUPERVISOR and store_id in person.stores)
    works = leads or (person.role == STAFF and store_id in person.stores)
    return Actor(person.id, works and person.left_at is None, leads and person.left_at is None)
