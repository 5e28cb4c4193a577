"""Photos people send: kept once, shown without what the camera noted, and told at once what stands out."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from conftest import loaded
from photographs import exif, jpeg, saved, scene
from PIL import Image, ImageEnhance, ImageFilter
from talking import NOON, Clock, Talk
from telegram_house import Says

import bot.app
from bot.app import App
from handlers import photo
from handlers.context import Context
from handlers.message import Attachment, Incoming, Place, Reply
from handlers.photo import DUPLICATE, EARLIER, ELSEWHERE, NOTES, UNPROVEN, Taken
from records.database import Database
from records.dump import restore, snapshot
from records.leaving import erase
from records.photos import quality
from records.photos.decode import MOVING, NOT_A_PICTURE
from records.photos.fingerprint import HASHES, WORDS
from records.photos.keeping import Photo, Photos
from records.photos.nearest import Nearest
from records.photos.quality import BLURRED, DARK, GRAPHIC, SMALL
from records.spots import Spot, Spots
from records.stores import Store, Stores

PLACE = (31.2304, 121.4737)
AWAY = (31.2980, 121.4737)  # 7.5 km north


@pytest.fixture
async def here(app: App) -> Store:
    async with app.database.write() as connection:
        return await Stores(connection).save("SH-01", "浦东店", "华东", PLACE)


@pytest.fixture
async def there(app: App) -> Store:
    async with app.database.write() as connection:
        return await Stores(connection).save("BJ-01", "机密店", "华北")


def takes(app: App, at: Store | None, code: str = "") -> list[Taken]:
    """From now on every message is taken as photos of a store; what came of it."""
    taken = list[Taken]()

    async def answer(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        taken.append(await photo.take(context, incoming, at, code))
        shown = tuple(photo.file_of(one) for one in await Photos(await context.write()).of(taken[-1].photos))
        return (Reply("\n".join(taken[-1].notes) or "好", files=shown),)

    app.turns.house = Says(answer)  # type: ignore[assignment]
    return taken


async def kept(app: App) -> list[Photo]:
    async with app.database.read() as connection:
        return await Photos(connection).of(range(1, 20))


async def staff(app: App, *stores: Store, name: str = "小林") -> Talk:
    chat = Talk(app, f"chat-{name}", person=name)
    await chat.be("staff", *stores)
    return chat


async def album(chat: Talk, *contents: bytes, **fields: Any) -> str:
    refs = [await chat.app.turns.files.put(one) for one in contents]
    sent = tuple(Attachment(f"{ref[:4]}.jpg", "image/jpeg", ref, 10, "photo") for ref in refs)
    return await chat.send(attachments=sent, **fields)


async def test_a_good_photo_is_kept_and_nothing_is_said(app: App, here: Store) -> None:
    chat = await staff(app, here)
    me = await chat.who()
    taken = takes(app, here)
    sent = jpeg(scene(1), exif=exif(datetime(2026, 5, 4, 11, 55), PLACE))
    assert await chat.file("IMG.jpg", sent) == "好"
    assert taken == [Taken((1,), ())]
    [one] = await kept(app)
    assert (one.store_id, one.person_id, one.width, one.height) == (here.id, me.id, 800, 600)
    assert one.taken_at == datetime(2026, 5, 4, 3, 55, tzinfo=UTC)
    assert one.place == pytest.approx(PLACE, abs=1e-5)
    assert (one.camera, one.software, one.flags) == ("Xiaomi 14", "HyperOS", ())
    assert await app.turns.files.get(one.ref) == sent
    [reply] = chat.replies
    assert [file.ref for file in reply.files] == [one.shown]
    assert b"Xiaomi" not in await app.turns.files.get(one.shown)


async def test_a_photo_that_a_chat_app_stripped_raises_no_alarm(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    assert await chat.file("photo.jpg", jpeg(scene(1)), kind="photo") == "好"
    [one] = await kept(app)
    assert (one.taken_at, one.place, one.flags) == (None, None, ())


@pytest.mark.parametrize(
    ("flag", "picture"),
    [
        (DARK, lambda: ImageEnhance.Brightness(scene(1)).enhance(0.2)),
        (BLURRED, lambda: scene(1).filter(ImageFilter.GaussianBlur(5))),
        (SMALL, lambda: scene(1, 400, 300)),
        (GRAPHIC, lambda: Image.new("RGB", (800, 600), (240, 240, 240))),
    ],
)
async def test_what_is_wrong_with_a_photo_is_said_at_once(app: App, here: Store, flag: str, picture: object) -> None:
    chat = await staff(app, here)
    takes(app, here)
    assert callable(picture)
    said = await chat.file("IMG.jpg", jpeg(picture()), kind="photo")
    assert said == "这张照片" + NOTES[flag].format(width=400, height=300)
    assert [one.flags for one in await kept(app)] == [(flag,)]


async def test_a_sharp_bright_photo_of_one_thing_before_a_blurred_wall_is_fine(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    wall = scene(1).filter(ImageFilter.GaussianBlur(8))
    wall.paste(scene(2).crop((0, 0, 400, 500)), (200, 50))
    assert await chat.file("IMG.jpg", jpeg(wall), kind="photo") == "好"


async def test_a_photo_taken_elsewhere_or_earlier_is_noted(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    said = await chat.file("IMG.jpg", jpeg(scene(1), exif=exif(datetime(2026, 5, 1, 9, 30), AWAY)))
    assert "拍摄位置离门店约 7.5 公里" in said
    assert "是 2026-05-01 09:30 拍的" in said
    [one] = await kept(app)
    assert set(one.flags) == {ELSEWHERE, EARLIER}
    assert one.metres == pytest.approx(7500, rel=0.01)


async def test_the_place_shared_with_a_photo_counts_where_the_photo_has_none(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    assert "离门店约" in await album(chat, jpeg(scene(1)), place=Place(*AWAY))
    assert await album(chat, jpeg(scene(2)), place=Place(*PLACE)) == "好"


async def test_a_store_whose_place_is_unknown_is_nowhere_else(app: App, there: Store) -> None:
    chat = await staff(app, there)
    takes(app, there)
    assert await chat.file("IMG.jpg", jpeg(scene(1), exif=exif(datetime(2026, 5, 4, 11, 30), AWAY))) == "好"


async def test_a_photo_taken_a_while_ago_or_by_a_clock_that_is_ahead_is_not_noted(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    for seed, taken in enumerate((datetime(2026, 5, 4, 11, 5), datetime(2026, 5, 4, 12, 40)), 1):
        assert await chat.file("IMG.jpg", jpeg(scene(seed), exif=exif(taken))) == "好"


async def test_the_same_photo_again_is_known_with_which_one_and_when(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    sent = jpeg(scene(1))
    await chat.file("IMG.jpg", sent, kind="photo")
    assert isinstance(app.turns.now, Clock)
    app.turns.now.on(days=3)
    said = await chat.file("IMG.jpg", sent, kind="photo")
    assert said == "这张照片和 2026-05-04 12:00 发过的照片（第 1 号）是同一张。请重新拍一张。"
    first, second = await kept(app)
    assert (second.ref, second.same_as, second.flags) == (first.ref, first.id, (DUPLICATE,))
    assert len([ref for ref in await app.turns.files.refs() if ref == first.ref]) == 1


async def test_nearly_the_same_photo_is_known_whatever_was_done_to_it(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    picture = scene(1)
    await chat.file("IMG.jpg", jpeg(picture), kind="photo")
    screen = Image.new("RGB", (800, 1500), "black")
    screen.paste(picture, (0, 430))
    done = [
        jpeg(picture, 30), saved(picture.resize((500, 375)), "PNG"), jpeg(picture.crop((20, 15, 780, 585))),
        jpeg(ImageEnhance.Brightness(picture).enhance(1.25)), jpeg(picture.rotate(2, Image.Resampling.BICUBIC)),
        jpeg(screen),
    ]  # fmt: skip
    for one in done:
        assert "和 2026-05-04 12:00 发过的照片（第 1 号）几乎一样" in await chat.file("IMG.jpg", one, kind="photo")


async def test_another_photo_is_not_taken_for_it(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    await chat.file("IMG.jpg", jpeg(scene(1)), kind="photo")
    changed = scene(1)
    changed.paste(scene(5).crop((0, 0, 240, 200)), (300, 250))  # something else stands there now
    assert await chat.file("IMG.jpg", jpeg(changed), kind="photo") == "好"
    assert await chat.file("IMG.jpg", jpeg(scene(2)), kind="photo") == "好"


async def test_another_stores_photo_is_known_but_not_shown_or_named(app: App, here: Store, there: Store) -> None:
    other = await staff(app, there, name="机密同事")
    takes(app, there)
    await other.file("IMG.jpg", jpeg(scene(1)), kind="photo")
    chat = await staff(app, here)
    takes(app, here)
    said = await chat.file("IMG.jpg", jpeg(scene(1)), kind="photo")
    assert said == "这张照片和 2026-05-04 12:00 发过的一张照片是同一张。请重新拍一张。"
    assert "机密" not in str(chat.replies)
    before, mine = await kept(app)
    zone = ZoneInfo("Asia/Shanghai")
    assert photo.flagged(mine, await chat.who(), zone, before) == "与以前的照片重复"
    boss = Talk(app, "boss", person="老板")
    assert "2026-05-04 12:00，第 1 号" in photo.flagged(mine, await boss.be("admin"), zone, before)
    both = await staff(app, here, there, name="两店")
    said = await both.file("IMG.jpg", jpeg(scene(1)), kind="photo")
    assert "机密店 照片（第 1 号）" in said


async def test_an_album_is_taken_whole_and_each_photo_is_named_by_its_number(app: App, here: Store) -> None:
    chat = await staff(app, here)
    taken = takes(app, here)
    dark = jpeg(ImageEnhance.Brightness(scene(2)).enhance(0.2))
    said = await album(chat, jpeg(scene(1)), dark, b"nonsense", jpeg(scene(1)))
    assert taken[0].photos == (1, 2)
    assert said.splitlines() == [
        "第 2 张照片" + NOTES[DARK], NOT_A_PICTURE, "第 4 张照片和这次发的另一张照片一样，请换一张。",
    ]  # fmt: skip


async def test_what_is_no_photo_is_refused_and_nothing_is_written(app: App, here: Store) -> None:
    chat = await staff(app, here)
    taken = takes(app, here)
    frames = [scene(seed, 60, 40) for seed in (1, 2)]
    said = await chat.file("动.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert said == f"动.gif：{MOVING}"
    assert "50 MB" in await chat.file("大.jpg", b"x", size=50_000_000)
    assert taken[-1] == Taken((), (chat.replies[0].text,))
    assert await kept(app) == []


async def test_a_file_that_cannot_be_fetched_is_told(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    said = await chat.send(attachments=(Attachment("a.jpg", "image/jpeg", "0" * 64, 10, "photo"),))
    assert said == "这个文件读不出来，请重新发送。"


@pytest.mark.parametrize(("reads", "live"), [(True, True), (False, False), (None, None)])
async def test_a_code_is_read_where_it_can_be(app: App, here: Store, reads: bool | None, live: bool | None) -> None:
    chat = await staff(app, here)
    app.turns.deployment.photos.reads = None if reads is None else lambda shown, code: reads and code == "0482"
    takes(app, here, "0482")
    said = await chat.file("IMG.jpg", jpeg(scene(1)), kind="photo")
    [one] = await kept(app)
    assert (one.code, one.live) == ("0482", live)
    assert (UNPROVEN in one.flags) == (live is False) == ("没有读到验证码 0482" in said)
    shown = photo.flagged(one, await chat.who(), ZoneInfo("Asia/Shanghai"))
    assert shown == {True: "验证码已核对", False: "没有读到验证码", None: "请核对照片里的验证码 0482"}[live]


async def test_two_processes_know_each_others_photos(app: App, here: Store, own_home: Path) -> None:
    chat = await staff(app, here)
    takes(app, here)
    await chat.file("IMG.jpg", jpeg(scene(1)), kind="photo")
    async with bot.app.opened(loaded(own_home)) as other:
        other.turns.now = app.turns.now
        takes(other, here)
        again = Talk(other, chat.name, person=chat.person)
        assert "几乎一样" in await again.file("IMG.jpg", jpeg(scene(1), 60), kind="photo")
        await again.file("IMG.jpg", jpeg(scene(7)), kind="photo")
    assert "几乎一样" in await chat.file("IMG.jpg", jpeg(scene(7), 60), kind="photo")


async def test_the_same_photo_sent_twice_at_once_is_told_apart_in_the_end(app: App, here: Store) -> None:
    one, two = await staff(app, here, name="甲"), await staff(app, here, name="乙")
    takes(app, here)
    sent = jpeg(scene(1))
    said = await asyncio.gather(*(chat.file("IMG.jpg", sent, kind="photo") for chat in (one, two)))
    assert sorted(text == "好" for text in said) == [False, True]


async def test_who_leaves_takes_along_what_their_camera_noted(app: App, here: Store) -> None:
    chat = await staff(app, here)
    takes(app, here)
    await chat.file("IMG.jpg", jpeg(scene(1), exif=exif(datetime(2026, 5, 4, 11, 55), PLACE)))
    async with app.database.write() as connection:
        await erase(connection, (await chat.who()).id)
    [one] = await kept(app)
    assert (one.exif, one.place, one.camera, one.software) == ({}, None, "", "")


async def test_photos_are_kept_on_both_databases(database: Database) -> None:
    async with database.write() as connection:
        photos = Photos(connection)
        one = Photo(
            "a" * 64,
            "b" * 64,
            "c" * 64,
            None,
            None,
            NOON,
            800,
            600,
            place=PLACE,
            exif={"Make": "小米"},
            flags=("dark",),
        )
        first = await photos.add(one, b"\1" * 32)
        second = await photos.add(one, b"\2" * 32)
        assert (await photos.get(first)) == replace(one, id=first)
        assert [each.id for each in await photos.of([second, first, 99])] == [second, first]
        assert (await photos.same(["a" * 64]))["a" * 64].id == first
        assert await photos.fingerprints(first) == [(second, b"\2" * 32)]


async def test_photos_and_spot_checks_come_through_a_backup(database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        here = await Stores(connection).save("SH-01", "浦东店", "华东")
        photos, spots = Photos(connection), Spots(connection)
        first = await photos.add(Photo("a" * 64, "b" * 64, "c" * 64, here.id, None, NOON, 800, 600), b"\xff\0" * 16)
        one = Photo("d" * 64, "b" * 64, "c" * 64, here.id, None, NOON, 800, 600, same_as=first, live=True)
        second = await photos.add(one, b"\1" * 32)
        asked = await spots.add(Spot(here.id, ("前台",), "0482", None, NOON, NOON, sample=first))
        await spots.attach(asked, [second])
    async with snapshot(database) as saved_:
        lines = [(name, [json.loads(row) async for row in saved_.rows(name)]) for name in saved_.tables]
        revision, counters = saved_.revision, await saved_.counters()
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await restore(other, revision, lines, counters, replace=False)
    async with other.read() as connection:
        assert await Photos(connection).fingerprints(0) == [(first, b"\xff\0" * 16), (second, b"\1" * 32)]
        assert await Photos(connection).get(second) == replace(one, id=second)
        assert await Spots(connection).get(asked.id) == replace(asked, photos=(second,))
    await other.close()


def test_the_nearest_are_found_among_many_and_each_is_there_once() -> None:
    chance, nearest = np.random.default_rng(1), Nearest()
    hashes = chance.integers(0, 2**63, (3000, HASHES, WORDS), np.uint64)
    rows = [(number + 1, one.tobytes()) for number, one in enumerate(hashes)]
    nearest.add(rows[:2000])
    nearest.add(rows[1000:])
    assert len(nearest) == 3000
    wanted = hashes[1234].copy()
    wanted[0, 0] ^= np.uint64(7)
    wanted[1] = ~wanted[1]
    assert nearest.search(wanted, 5, 20) == [(1235, 3)]
    assert nearest.search(~wanted[:1], 5, 2) == []
    assert Nearest().search(wanted, 5, 20) == []


def test_what_a_later_commit_brings_under_a_lower_number_is_read_too() -> None:
    nearest = Nearest()
    nearest.add([(10_000, b"\1" * 16 * HASHES)])
    assert nearest.after < 9_600


@pytest.mark.parametrize("share", [0.02, 0.5, 1])
def test_measures_hold_for_pictures_of_any_shape(share: float) -> None:
    picture = scene(3, 600, max(8, round(600 * share)))
    one = quality.measured(picture, quality.fitted(picture, quality.EDGE))
    assert 0 <= one.blur <= 1
    assert 0 <= one.flat <= 1
