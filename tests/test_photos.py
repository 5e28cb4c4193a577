"""Photos people send: kept once, shown without what the camera noted, and told at once what stands out."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Opens
from photographs import exif, jpeg, scene
from talking import Clock, Talk
from telegram_house import Says

from bot.app import App
from handlers import photo
from handlers.context import Context
from handlers.message import Incoming, Reply
from handlers.photo import Taken
from records.photos.keeping import Photo, Photos
from records.stores import Store, Stores

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
PLACE = (31.2304, 121.4737)


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = Clock(NOON)
        yield opened_app


@pytest.fixture
async def here(app: App) -> Store:
    async with app.database.write() as connection:
        return await Stores(connection).save("SH-01", "浦东店", "华东", PLACE)


def takes(app: App, at: Store | None, code: str = "") -> list[Taken]:
    """From now on every message is taken as photos of a store; what came of it."""
    taken = list[Taken]()

    async def answer(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        taken.append(await photo.take(context, incoming, at, code))
        return (Reply("\n".join(taken[-1].notes) or "好", files=await photo.files(context, taken[-1].photos)),)

    app.turns.house = Says(answer)  # type: ignore[assignment]
    return taken


async def kept(app: App) -> list[Photo]:
    async with app.database.read() as connection:
        return await Photos(connection).of(range(1, 20))


async def test_a_good_photo_is_kept_and_nothing_is_said(app: App, here: Store) -> None:
    chat = Talk(app)
    me = await chat.be("staff", here)
    [taken] = [takes(app, here)]
    sent = jpeg(scene(1), exif=exif(datetime(2026, 5, 4, 11, 55), PLACE))
    assert await chat.file("IMG.jpg", sent, kind="file") == "好"
    assert taken == [Taken((1,), ())]
    [one] = await kept(app)
    assert (one.store_id, one.person_id, one.width, one.height) == (here.id, me.id, 800, 600)
    assert one.taken_at == datetime(2026, 5, 4, 3, 55, tzinfo=UTC)
    assert one.place == pytest.approx(PLACE, abs=1e-5)
    assert (one.camera, one.software) == ("Xiaomi 14", "HyperOS")
    assert await app.turns.files.get(one.ref) == sent
