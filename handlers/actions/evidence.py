"""The photos and words that show that something is done, and before and after side by side."""

import asyncio
from typing import Any

from handlers import photo, typed
from handlers.context import Context
from handlers.flow import Answers, Misread
from handlers.message import File, Incoming, Reply
from records.action import Action
from records.files import FilesError
from records.photos.keeping import Photos
from records.stores import Stores
from reports.pairs import side_by_side

CUT = "照片下的话只记了前 {n} 个字。"
_LONGEST, _MOST = 300, 20


def evidence_in(answers: Answers) -> tuple[list[int], str]:
    """The photos and the words in the answers to a prompt that takes both."""
    parts = [one for one in answers if isinstance(one, dict)]
    photos = list(dict.fromkeys(number for one in parts for number in one.get("photos", ())))
    return photos, "\n".join(one["text"] for one in parts if one.get("text"))


async def take_photos(context: Context, incoming: Incoming, store_id: int) -> tuple[Any, tuple[Reply, ...]]:
    """The photos of a message, kept, with its words; raises Misread when there is none to keep."""
    async with context.database.read() as connection:
        store = await Stores(connection).get(store_id)
    taken = await photo.take(context, incoming, store)
    if not taken.photos:
        raise Misread("\n".join(taken.notes) or typed.NO_TEXT)
    text = "".join(one for one in incoming.text if one == "\n" or one.isprintable()).strip()
    said = [*taken.notes, *([CUT.format(n=_LONGEST)] if len(text) > _LONGEST else [])]
    return {"photos": list(taken.photos), "text": text[:_LONGEST]}, (Reply("\n".join(said)),) if said else ()


async def pair(context: Context, action: Action) -> tuple[File, ...]:
    """The photos before and after side by side, as one picture; slow work, before the turn's transaction."""
    async with context.database.read() as connection:
        photos = Photos(connection)
        known = {one.id: one for one in await photos.of([*action.before, *action.after])}
    shown = [[known[one].shown for one in ids if one in known] for ids in (action.before, action.after)]
    if not all(shown):
        return tuple(photo.file_of(one) for one in known.values())[:_MOST]
    try:
        contents = [[await context.files.get(ref) for ref in refs] for refs in shown]
    except FilesError:
        return tuple(photo.file_of(one) for one in known.values())[:_MOST]
    made = await asyncio.to_thread(side_by_side, contents[0], contents[1])
    return (File(f"action-{action.id}.jpg", "image/jpeg", await context.files.put(made)),)
