"""Photos and files: taken in before the message that carries them, given out only in the chat they belong to."""

import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.turn import Turns
from bot.web.visitors import CHANNEL, Visitor, Visitors
from handlers.message import Attachment
from handlers.wire import load_reply
from records.files import FilesError
from records.outbox import Outbox
from records.uploads import Upload, Uploads

TOO_LARGE = "这个文件超过 {limit:g} MB 的上限，请压缩或拆分后再发。"
EMPTY = "这个文件是空的，请重新选择。"
NO_FILE = "没有收到文件，请重新选择。"
NOT_HERE = "没有这个文件，或者它不在这个对话里。"
TOO_MANY = "您传得太多了，请过十分钟再传。"
GONE = "附件找不到了，请重新选择后再发。"
NOT_KEPT = "文件没有存好，请稍后再发一次。"

KINDS = ("photo", "file")
SEEN = ("image/png", "image/jpeg", "image/gif", "image/webp")  # shown by browsers, and can hold no script
AT_ONCE = 100  # files from one chat in ten minutes
_A_WHILE = timedelta(minutes=10)
_FORM = 10_000  # bytes that a form may have around its file
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of the page; `megabytes` is the largest that is taken."""

    turns: Turns
    visitors: Visitors
    megabytes: float

    @property
    def limit(self) -> int:
        """In bytes."""
        return int(self.megabytes * 1_000_000)

    async def take(self, request: Request) -> Response:
        """POST /api/uploads: one file in a form (`file`, `kind`) -> {ref, name, media_type, size}."""
        visitor = await self.visitors.of(request)
        now = self.turns.now()
        async with self.turns.database.read() as connection:
            if await Uploads(connection).count(CHANNEL, visitor.chat, now - _A_WHILE) >= AT_ONCE:
                raise HTTPException(429, TOO_MANY)
        form = await self._form(request)
        try:
            sent, kind = form.get("file"), form.get("kind")
            if not isinstance(sent, UploadFile) or kind not in KINDS:
                raise HTTPException(400, NO_FILE)
            content = await sent.read()
            name, media_type = tidy(sent.filename or ""), typed(sent.content_type or "")
        finally:
            await form.close()
        if not content:
            raise HTTPException(400, EMPTY)
        if len(content) > self.limit:
            raise self._too_large()
        try:
            ref = await self.turns.files.put(content)
        except FilesError as error:
            raise HTTPException(503, NOT_KEPT) from error
        row = Upload(CHANNEL, visitor.chat, ref, name, media_type, len(content), str(kind), now)
        async with self.turns.database.write() as connection:
            await Uploads(connection).add(row)
        shown = {key: value for key, value in asdict(row).items() if key in ("ref", "name", "media_type", "size")}
        return self.visitors.keep(JSONResponse(shown), visitor)

    async def give(self, request: Request) -> Response:
        """GET /files/<ref>: pictures to be seen, everything else to be saved."""
        visitor, ref = await self.visitors.of(request), request.path_params["ref"]
        found = await self._known(visitor, ref) if re.fullmatch(r"[0-9a-f]{64}", ref) else None
        if found is None:
            raise HTTPException(404, NOT_HERE)
        name, media_type = found
        headers = {"ETag": f'"{ref}"', "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        try:
            content = await self.turns.files.get(ref)
        except FilesError as error:
            raise HTTPException(404, NOT_HERE) from error
        way = "inline" if media_type in SEEN else "attachment"
        headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name, safe='')}"
        return Response(content, headers=headers, media_type=media_type)

    async def attached(self, visitor: Visitor, refs: tuple[str, ...]) -> tuple[Attachment, ...]:
        """What this chat has uploaded under these refs; raises HTTPException for anything else."""
        if not refs:
            return ()
        async with self.turns.database.read() as connection:
            rows = await Uploads(connection).of(CHANNEL, visitor.chat, refs)
        if len(rows) != len(refs):
            raise HTTPException(400, GONE)
        return tuple(Attachment(row.name, row.media_type, row.ref, row.size, row.kind) for row in rows)

    async def _known(self, visitor: Visitor, ref: str) -> tuple[str, str] | None:
        """Name and type of a file that was uploaded to, or sent to, this chat."""
        async with self.turns.database.read() as connection:
            for row in await Uploads(connection).of(CHANNEL, visitor.chat, [ref]):
                return row.name, row.media_type
            sent = await Outbox(connection).was_sent(CHANNEL, visitor.chat, ref)
        now = self.turns.now()
        files = [file for row in sent if row.due_at <= now for file in load_reply(row.payload).files]
        return next(((tidy(file.name), typed(file.media_type)) for file in files if file.ref == ref), None)

    async def _form(self, request: Request) -> FormData:
        """The form, unless it is larger than it may be; a server holds a request to the length it gives."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal():
            raise HTTPException(411, NO_FILE)
        if int(length) > self.limit + _FORM:
            raise self._too_large()
        try:
            return await request.form(max_files=1, max_fields=2)
        except (HTTPException, MultiPartException, ClientDisconnect, KeyError) as error:
            raise HTTPException(400, NO_FILE) from error

    def _too_large(self) -> HTTPException:
        return HTTPException(413, TOO_LARGE.format(limit=self.megabytes))


def tidy(name: str) -> str:
    """A file name without folders and without what is not printed."""
    plain = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable()).strip()
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME and dot:
        return f"{stem[: _LONGEST_NAME - 20]}.{ending[:19]}"
    return plain[:_LONGEST_NAME] or "file"


def typed(media_type: str) -> str:
    """A media type, or that of any bytes where it is none."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", plain, re.ASCII) else "application/octet-stream"
