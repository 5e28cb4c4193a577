"""Photos in a message: fetched, inspected and kept, and whoever sent them told at once what stands out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from handlers import typed
from handlers.context import Context, Unfetched
from handlers.message import Attachment, File, Incoming, Place
from records.files import FilesError
from records.people import ADMIN, Person
from records.photos import quality
from records.photos.decode import NOT_A_PICTURE, TOO_HEAVY, Unusable
from records.photos.exif import earlier, metres
from records.photos.inspecting import Inspected
from records.photos.keeping import Photo, Photos
from records.stores import Store, Stores

DUPLICATE, ELSEWHERE, EARLIER, UNPROVEN = "duplicate", "elsewhere", "earlier", "unproven"
NOTES = {
    quality.DARK: "太暗了，看不清。请开灯或换个角度再拍一张。",
    quality.BLURRED: "模糊了。请拿稳手机、对好焦再拍一张。",
    quality.SMALL: "太小了（{width}×{height} 像素），看不清细节。请用相机直接拍，或按文件发原图。",
    quality.GRAPHIC: "看起来是截图或图形，不是现场拍的照片。请在现场拍一张。",
    ELSEWHERE: "拍摄位置离门店约 {distance}。请在门店现场拍。",
    EARLIER: "是 {taken} 拍的，不是刚拍的。请现场重新拍一张。",
    UNPROVEN: "里没有读到验证码 {code}。请把验证码写在纸上，和实物拍在同一张照片里。",
}
SAME_HERE = "和{when}发过的{whose}照片（第 {id} 号）{how}。请重新拍一张。"
SAME_THERE = "和{when}发过的一张照片{how}。请重新拍一张。"
IDENTICAL, ALIKE = "是同一张", "几乎一样"
TWICE = "和这次发的另一张照片一样，请换一张。"
ONE, NTH = "这张照片", "第 {n} 张照片"
FLAGS = {
    quality.DARK: "太暗", quality.BLURRED: "模糊", quality.SMALL: "太小", quality.GRAPHIC: "像截图或图形",
    DUPLICATE: "与以前的照片重复", ELSEWHERE: "拍摄位置不在门店", EARLIER: "不是刚拍的", UNPROVEN: "没有读到验证码",
}  # fmt: skip
LIVE, BY_EYE = "验证码已核对", "请核对照片里的验证码 {code}"
LOST = "照片没有存好，请稍后再发一次。"


@dataclass(frozen=True, slots=True)
class Seen:
    """One attachment, inspected: a photo with what to keep of it, or a sentence that says why it is none."""

    photo: Photo | None
    fingerprint: bytes = b""
    earlier: Photo | None = None
    sorry: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The photos that were kept, by id, and what their sender should know, a sentence each."""

    photos: tuple[int, ...]
    notes: tuple[str, ...]


async def take(context: Context, incoming: Incoming, store: Store | None, code: str = "") -> Taken:
    """Inspect and keep every picture of a message; to be called before the turn writes anything else."""
    return await keep(context, await inspect(context, incoming, store, code))


async def inspect(context: Context, incoming: Incoming, store: Store | None, code: str = "") -> tuple[Seen, ...]:
    """Look at every attachment; nothing is written, so this comes before the turn's transaction."""
    return tuple([await _inspected(context, one, incoming.place, store, code) for one in incoming.attachments])


async def keep(context: Context, seen: Sequence[Seen]) -> Taken:
    """Keep the photos in the turn's transaction; the notes say what stands out in each."""
    if not any(one.photo for one in seen):
        return Taken((), tuple(one.sorry for one in seen))
    connection = await context.write()
    photos, stores = Photos(connection), {one.id: one for one in await Stores(connection).all()}
    same = await photos.same([one.photo.ref for one in seen if one.photo])
    ids, notes, refs = list[int](), list[str](), set[str]()
    for number, one in enumerate(seen, 1):
        if one.photo is None:
            notes.append(one.sorry)
            continue
        name = ONE if len(seen) == 1 else NTH.format(n=number)
        before = one.earlier or same.get(one.photo.ref)
        photo = one.photo
        if one.photo.ref in refs:
            notes.append(name + TWICE)
            continue
        refs.add(photo.ref)
        if before is not None:
            photo = replace(photo, flags=(DUPLICATE, *photo.flags), same_as=before.id)
            notes.append(name + _same(context, photo, before, stores))
        ids.append(await photos.add(photo, one.fingerprint))
        notes += [name + _note(context, photo, flag) for flag in photo.flags if flag in NOTES]
    return Taken(tuple(ids), tuple(notes))


async def files(context: Context, ids: Sequence[int], *, thumbs: bool = False) -> tuple[File, ...]:
    """Photos of earlier turns as others may see them: upright, no larger than needed, without what cameras note."""
    async with context.database.read() as connection:
        photos = await Photos(connection).of(ids)
    return tuple(file_of(one, thumb=thumbs) for one in photos)


def file_of(photo: Photo, *, thumb: bool = False) -> File:
    """The shown version of a photo, never the original."""
    return File(f"photo-{photo.id}.jpg", "image/jpeg", photo.thumb if thumb else photo.shown)


def flagged(photo: Photo, person: Person, zone: ZoneInfo, before: Photo | None = None) -> str:
    """What a human who judges should look at in a photo, in one line; "" when nothing stands out.

    `before` is the photo it repeats: named only to those who may see that one's store.
    """
    words = [FLAGS[flag] for flag in photo.flags if flag in FLAGS and flag != DUPLICATE]
    if DUPLICATE in photo.flags:
        seen = before is not None and may_see(person, before.store_id)
        when = f"（{_time(before, zone)}，第 {before.id} 号）" if before is not None and seen else ""
        words.insert(0, FLAGS[DUPLICATE] + when)
    if photo.code and photo.live is not False:
        words.append(LIVE if photo.live else BY_EYE.format(code=photo.code))
    return "；".join(words)


def may_see(person: Person, store_id: int | None) -> bool:
    """Whether someone may know of what belongs to a store."""
    return person.role == ADMIN or (store_id is not None and store_id in person.stores)


async def _inspected(
    context: Context, attachment: Attachment, place: Place | None, store: Store | None, code: str
) -> Seen:
    studio, named = context.deployment.photos, typed.inert(attachment.name)[:60]
    try:
        if attachment.size > studio.limits.megabytes * 1_000_000:
            raise Unusable(TOO_HEAVY.format(size=attachment.size / 1e6, limit=studio.limits.megabytes))
        if attachment.media_type.startswith(("video/", "audio/", "text/")):
            raise Unusable(NOT_A_PICTURE)
        one = await studio.inspect(await context.fetch(attachment), context.zone)
        before = await studio.earlier(one, context.database, context.files)
        live = await studio.live(one, code)
        refs = [await context.files.put(content) for content in (one.original, one.shown, one.thumb)]
    except (Unusable, Unfetched) as error:
        return Seen(None, sorry=f"{named}：{error}" if attachment.kind == "file" and named else str(error))
    except FilesError:
        return Seen(None, sorry=LOST)
    photo = _photo(context, one, (refs[0], refs[1], refs[2]), store)
    return Seen(_judged(context, replace(photo, code=code, live=live), one, place, store), one.fingerprint, before)


def _photo(context: Context, one: Inspected, refs: tuple[str, str, str], store: Store | None) -> Photo:
    return Photo(
        ref=refs[0], shown=refs[1], thumb=refs[2], store_id=store.id if store else None, person_id=context.me.id,
        received_at=context.now(), width=one.width, height=one.height, size=one.size, media_type=one.media_type,
        taken_at=one.noted.taken_at, place=one.noted.place, camera=one.noted.camera, software=one.noted.software,
        exif=one.noted.exif,
    )  # fmt: skip


def _judged(context: Context, photo: Photo, one: Inspected, shared: Place | None, store: Store | None) -> Photo:
    """With what a human should look at: never a verdict."""
    flags, limits = list(one.flaws), context.deployment.photos.limits
    place = photo.place or ((shared.latitude, shared.longitude) if shared else None)
    away = None
    if place and store and store.latitude is not None and store.longitude is not None:
        away = metres(place, (store.latitude, store.longitude))
        flags += [ELSEWHERE] if away > limits.metres else []
    flags += [EARLIER] if earlier(photo.taken_at, photo.received_at, limits.minutes) else []
    flags += [UNPROVEN] if photo.live is False else []
    return replace(photo, flags=tuple(flags), metres=away, place=place)


def _note(context: Context, photo: Photo, flag: str) -> str:
    taken = photo.taken_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M") if photo.taken_at else ""
    distance = distance_of(photo.metres or 0)
    return NOTES[flag].format(
        width=photo.width, height=photo.height, taken=taken, distance=distance, code=photo.code
    )  # fmt: skip


def _same(context: Context, photo: Photo, before: Photo, stores: dict[int, Store]) -> str:
    when, how = _time(before, context.zone), IDENTICAL if before.ref == photo.ref else ALIKE
    if before.store_id is not None and not may_see(context.me, before.store_id):
        return SAME_THERE.format(when=f" {when} ", how=how)
    store = stores.get(before.store_id or 0)
    whose = f" {typed.inert(store.name)} " if store and store.id != photo.store_id else ""
    return SAME_HERE.format(when=f" {when} ", whose=whose, id=before.id, how=how)


def _time(photo: Photo, zone: ZoneInfo) -> str:
    return photo.received_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def distance_of(away: float) -> str:
    """Metres as people say them."""
    return f"{away / 1000:.1f} 公里" if away >= 1000 else f"{away:.0f} 米"
