"""Who a request comes from: this machine's own admin, a demo person being played, or someone who has logged in."""

import re
import secrets
from dataclasses import dataclass
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.local import LOCAL
from bot.turn import Turns
from records.invites import SESSION, Logins
from records.outbox import Outbox
from records.people import Account, People, Person

LOGIN_FIRST = "还没有登录，或者登录已经过期。请在聊天里给督导助手发 /web，点开它回的链接。"
NOT_PLAYED = "没有这个演示角色。"

CHANNEL = "web"
CHAT_COOKIE = "dudao_chat"
SESSION_COOKIE = "__Host-dudao"
_YEAR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who writes, and in which chat; `person` is None for someone who has not joined."""

    user: str
    chat: str
    person: Person | None


class Visitors(Protocol):
    """The two ways to be someone here."""

    async def of(self, request: Request) -> Visitor:
        """Who this is; raises HTTPException (401, 404)."""
        ...

    async def here(self, visitor: Visitor) -> None:
        """The visitor has written or opened the page: what others have for them goes to this chat."""
        ...

    async def played(self) -> list[tuple[Person, Account]]:
        """The people anyone here may play."""
        ...

    def keep(self, response: Response, visitor: Visitor) -> Response:
        """The response, with what lets the visitor be known again."""
        ...


@dataclass(frozen=True, slots=True)
class Local:
    """This machine only: no login. The admin has a chat for each browser; `?as=` plays someone of the demo."""

    turns: Turns

    async def of(self, request: Request) -> Visitor:
        """The admin of this machine, or who is played."""
        user = request.query_params.get("as") or LOCAL
        async with self.turns.database.read() as connection:
            people = People(connection)
            person, account = await people.who(CHANNEL, user), await people.account(CHANNEL, user)
        if user == LOCAL:
            return Visitor(LOCAL, chat_of(request), person)
        if person is None or account is None or not person.demo:
            raise HTTPException(404, NOT_PLAYED)
        return Visitor(user, account.chat, person)

    async def here(self, visitor: Visitor) -> None:
        """The admin is where they wrote last; what was for them before any browser came is in the first one."""
        if visitor.user != LOCAL:
            return
        async with self.turns.database.read() as connection:
            account = await People(connection).account(CHANNEL, LOCAL)
        if account is None or account.chat == visitor.chat:
            return
        async with self.turns.database.write() as connection:
            await People(connection).moved(CHANNEL, LOCAL, visitor.chat)
            if account.chat == LOCAL:
                await Outbox(connection).readdress(CHANNEL, LOCAL, visitor.chat)

    async def played(self) -> list[tuple[Person, Account]]:
        """The demo people."""
        async with self.turns.database.read() as connection:
            return await People(connection).played(CHANNEL)

    def keep(self, response: Response, visitor: Visitor) -> Response:
        """Only API responses set the cookie: a page opened from a link elsewhere comes without it (SameSite=Strict)."""
        if visitor.user == LOCAL:
            response.set_cookie(CHAT_COOKIE, visitor.chat, max_age=_YEAR, httponly=True, samesite="strict")
        return response


@dataclass(frozen=True, slots=True)
class Public:
    """Only who has a session, opened by a link that the bot has sent them; nobody plays anyone."""

    turns: Turns

    async def of(self, request: Request) -> Visitor:
        """Whose session it is."""
        secret = request.cookies.get(SESSION_COOKIE, "")
        async with self.turns.database.read() as connection:
            found = await Logins(connection).who(secret, self.turns.now()) if secret else None
            user = f"p{found}"
            person = await People(connection).who(CHANNEL, user) if found is not None else None
        if person is None:
            raise HTTPException(401, LOGIN_FIRST)
        return Visitor(user, user, person)

    async def open(self, secret: str) -> str | None:
        """Spend a link: the secret of a new session; None when the link does not work (any more)."""
        now = self.turns.now()
        async with self.turns.database.write() as connection:
            logins, people = Logins(connection), People(connection)
            session = await logins.open(secret, now)
            found = await logins.who(session, now) if session else None
            if found is None:
                return None
            user = f"p{found}"
            if await people.account(CHANNEL, user) is None:
                await people.connect(found, CHANNEL, user, user, now)
            return session

    async def close(self, request: Request) -> None:
        """End the session of a request."""
        async with self.turns.database.write() as connection:
            await Logins(connection).close(request.cookies.get(SESSION_COOKIE, ""))

    async def here(self, visitor: Visitor) -> None:
        """A person has one chat on the page, whatever the browser."""

    async def played(self) -> list[tuple[Person, Account]]:
        """Nobody."""
        return []

    def keep(self, response: Response, visitor: Visitor) -> Response:
        """The session's cookie was set at login."""
        return response


def with_session(response: Response, secret: str) -> Response:
    """Only over HTTPS, only for this host, out of reach for scripts."""
    lasts = int(SESSION.total_seconds())
    response.set_cookie(SESSION_COOKIE, secret, max_age=lasts, secure=True, httponly=True, samesite="lax")
    return response


def without_session(response: Response) -> Response:
    """The browser forgets the session."""
    response.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="lax")
    return response


def chat_of(request: Request) -> str:
    """The chat id this browser was given, or a fresh random one."""
    known = request.cookies.get(CHAT_COOKIE, "")
    return known if re.fullmatch(r"[\w-]{22}", known, re.ASCII) else secrets.token_urlsafe(16)
