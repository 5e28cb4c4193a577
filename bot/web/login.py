"""Logging in to a public page: by a one-time link that the bot has sent, and a press on its page."""

import html
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.web.visitors import LOGIN_FIRST, Public, with_session, without_session

PRESS = "点“登录”打开您的对话。这台设备会保持登录 30 天；不是自己的设备，用完请退出。"
SPENT = "这个链接不能用：可能已经用过或者过期。请在聊天里给督导助手再发一次 /web，点开新的链接。"
TOO_MANY = "登录尝试太多，请过一分钟再试。"
NOT_A_FORM = """<form method="post" action="/login">
<input type="hidden" name="code" value="{code}"><button>登录</button>
</form>"""
FORM = (
    '<form method="post" action="/login"><input type="hidden" name="code" value="{code}"><button>登录</button></form>'
)

A_MINUTE = 20  # attempts from one address; behind a proxy everyone has the proxy's
_KNOWN = 1000  # addresses
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(slots=True)
class Door:
    """The pages before the conversation."""

    visitors: Public
    title: str
    clock: Callable[[], float] = time.monotonic
    _attempts: dict[str, deque[float]] = field(default_factory=dict)

    async def show(self, request: Request) -> Response:
        """GET /login?code=: a button. Whatever previews links does not press it, so it spends nothing."""
        code = request.query_params.get("code", "")
        return self.page(PRESS, code) if re.fullmatch(r"[\w-]{20,64}", code, re.ASCII) else self.page(LOGIN_FIRST)

    async def enter(self, request: Request) -> Response:
        """POST /login: the link is spent, the browser gets a session."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            raise HTTPException(415, NOT_A_FORM)
        if self._too_often(request.client.host if request.client else ""):
            return self.page(TOO_MANY, status=429)
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > 1000:
            raise HTTPException(413, NOT_A_FORM)
        code = (await request.form(max_fields=1)).get("code")
        session = await self.visitors.open(code) if isinstance(code, str) else None
        if session is None:
            return self.page(SPENT, status=403)
        return with_session(RedirectResponse("/", 303), session)

    async def leave(self, request: Request) -> Response:
        """POST /api/logout."""
        await self.visitors.close(request)
        return without_session(JSONResponse({}, headers={"Clear-Site-Data": '"cache"'}))

    def page(self, text: str, code: str = "", status: int = 200) -> Response:
        """A page of one sentence, and a button where there is a code. Its form must say where it comes from."""
        form = FORM.format(code=html.escape(code)) if code else ""
        values = {"title": html.escape(self.title), "text": html.escape(text), "form": form}
        shown = (Path(__file__).with_name("static") / "door.html").read_text("utf-8")
        for name, value in values.items():
            shown = shown.replace(f"{{{{{name}}}}}", value)
        headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
        return HTMLResponse(shown, status, headers)

    def _too_often(self, address: str) -> bool:
        now = self.clock()
        if len(self._attempts) > _KNOWN:
            self._attempts = {one: times for one, times in self._attempts.items() if times and times[-1] > now - 60}
        times = self._attempts.setdefault(address, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= A_MINUTE:
            return True
        times.append(now)
        return False
