"""Who sits at this machine: whoever can read the home may do everything, in the terminal and on the local page."""

from bot.app import App
from handlers.reminding import retimed
from records.people import ADMIN, People, Person

LOCAL = "local"
NAME = "本机管理员"


async def local_person(app: App, channel: str, user: str) -> Person:
    """The admin of this machine, on this channel."""
    async with app.database.read() as connection:
        known = await People(connection).who(channel, user)
    if known is not None:
        return known
    now = app.turns.now()
    async with app.database.write() as connection:
        people = People(connection)
        here = [await people.who(name, LOCAL) for name in ("console", "web")]
        found = next((one for one in here if one is not None), None)
        person = found or await people.add(NAME, ADMIN, app.settings.time_zone, now)
        await people.connect(person.id, channel, user, user, now)
        await retimed(connection, person, now)
    return person
