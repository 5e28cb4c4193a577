"""The conversation as the page sees it: who is here, what is sent, what was said, what is new."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.history import Line, line
from bot.local import LOCAL, NAME
from bot.turn import Turns
from bot.web.guard import problem
from bot.web.news import News, Since
from bot.web.stream import Partial, Running, shown
from bot.web.uploads import Shelf
from bot.web.visitors import CHANNEL, Visitor, Visitors
from handlers.joining import ROLE_NAMES
from handlers.message import Incoming, Place
from records.inbox import Inbox
from records.outbox import Outbox
from records.people import People

NOT_JSON = "请用 JSON 发送消息（Content-Type: application/json）。"
BAD_MESSAGE = "消息格式不对：需要 id(UUID)，以及 text、action、attachments 或 place。"
TOO_LONG = "这条消息太长，请分几次发送。"
NO_HISTORY = "以前的对话暂时读不出来。"
BAD_PLACE_IN_HISTORY = "网页读到哪里说不清楚，请刷新本页。"

BODY_LIMIT = 128 * 1024  # bytes; api.js says the same before it sends
_NOT_HERE = ("start", "web")  # commands that lead to where one is already
PAGE = 20  # messages of history at once
WAIT = 25.0  # seconds that a page may wait for news; proxies cut what is silent for a minute

log = logging.getLogger(__name__)


class Spot(BaseModel):
    """A shared location in degrees."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Message(BaseModel):
    """What the page posts: `attachments` are refs of uploads, `pressed` and `answers` ids of replies it shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    text: str = ""
    action: str = ""
    attachments: tuple[str, ...] = Field(default=(), max_length=10)
    place: Spot | None = None
    pressed: str = Field(default="", pattern=r"^[0-9]{0,18}$")
    answers: str = Field(default="", pattern=r"^[0-9]{0,18}$")


@dataclass(slots=True)
class Talk:
    """The page's API over the turn that every channel has."""

    turns: Turns
    visitors: Visitors
    shelf: Shelf
    news: News
    public: bool
    running: Running = field(init=False)

    def __post_init__(self) -> None:
        self.running = Running(self._answer)

    async def hello(self, request: Request) -> Response:
        """POST /api/hello: who the visitor is, what they can do, whom they may play."""
        visitor = await self.visitors.of(request)
        await self.visitors.here(visitor)
        person, menu = visitor.person, self.turns.deployment.menu
        people = [(account.user, one) for one, account in await self.visitors.played()]
        values = {
            "name": person.name if person else "",
            "role": ROLE_NAMES[person.role] if person else "",
            "as": "" if visitor.user == LOCAL or self.public else visitor.user,
            "menu": [one for one in menu(person.role) if one[0] not in _NOT_HERE] if person else [],
            "people": [{"as": user, "name": one.name, "role": ROLE_NAMES[one.role]} for user, one in people],
            "admin": await self._admin(),
            "public": self.public,
            "megabytes": self.shelf.megabytes,
        }
        return self.visitors.keep(JSONResponse(values), visitor)

    async def messages(self, request: Request) -> Response:
        """POST /api/messages: one message or press; answers in JSON lines."""
        visitor = await self.visitors.of(request)
        incoming = await self._read(request, visitor)
        await self.visitors.here(visitor)
        response = StreamingResponse(self.running.lines(incoming), media_type="application/x-ndjson")
        response.headers["X-Accel-Buffering"] = "no"
        return self.visitors.keep(response, visitor)

    async def history(self, request: Request) -> Response:
        """GET /api/history?before=: what was said, oldest first, and where the news begins."""
        visitor = await self.visitors.of(request)
        before = request.query_params.get("before", "0")
        if not before.isdecimal() or len(before) > 18:
            raise HTTPException(400, BAD_PLACE_IN_HISTORY)
        try:
            since = await self.news.mark(visitor.chat)
            lines = await self.turns.history(CHANNEL, visitor.chat, PAGE, int(before))
        except Exception:
            log.exception("web: the history could not be read")
            return problem(500, NO_HISTORY)
        said = [one.id for one in lines if one.said is not None]
        values = {
            "lines": [shown(one) for one in lines],
            "before": min(said) if len(said) == PAGE else 0,
            "since": str(since),
        }
        return self.visitors.keep(JSONResponse(values), visitor)

    async def latest(self, request: Request) -> Response:
        """GET /api/news?since=&wait=: what is new, as soon as something is."""
        visitor = await self.visitors.of(request)
        try:
            since = Since.parse(request.query_params.get("since", ""))
        except ValueError as error:
            raise HTTPException(400, BAD_PLACE_IN_HISTORY) from error
        wait = WAIT if request.query_params.get("wait") else 0
        lines, since = await self.news.wait(visitor.chat, since, wait)
        return JSONResponse({"lines": [shown(one) for one in lines], "since": str(since)})

    async def _admin(self) -> str:
        """What this machine's admin is called, for whoever plays someone else."""
        if self.public:
            return ""
        async with self.turns.database.read() as connection:
            known = await People(connection).who(CHANNEL, LOCAL)
        return known.name if known else NAME

    async def _answer(self, incoming: Incoming, partial: Partial) -> Sequence[Line]:
        replies = await self.turns(incoming, partial)
        async with self.turns.database.read() as connection:
            row = await Inbox(connection).find(CHANNEL, incoming.id)
            rows = await Outbox(connection).of(row.id) if row is not None else []
        if row is None:  # its person has left, and took it along
            return [Line(self.turns.now(), None, reply, asked=True) for reply in replies]
        return [line(one) for one in rows]

    async def _read(self, request: Request, visitor: Visitor) -> Incoming:
        """One posted message; raises HTTPException (400, 413, 415) with a text fit for the page."""
        message = await read(request)
        place = Place(message.place.latitude, message.place.longitude) if message.place else None
        return Incoming(
            id=f"{visitor.chat}/{message.id}",  # a page can name its own chat's messages only
            channel=CHANNEL,
            chat=visitor.chat,
            person=visitor.user,
            received=self.turns.now(),
            text=message.text,
            action=message.action,
            attachments=await self.shelf.attached(visitor, message.attachments),
            place=place,
            pressed=message.pressed,
            answers=message.answers,
        )


async def read(request: Request) -> Message:
    """What was posted; raises HTTPException (400, 413, 415)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, NOT_JSON)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                raise HTTPException(413, TOO_LONG)
        return Message.model_validate_json(bytes(body))
    except (ClientDisconnect, ValidationError) as error:
        raise HTTPException(400, BAD_MESSAGE) from error
