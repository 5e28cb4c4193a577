"""Who may talk to the local chat (this machine's own page, nobody else's) and what that page may load."""

import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WRONG_HOST = "请用 http://127.0.0.1:{port} 打开督导助手。"
WRONG_ORIGIN = "只接受督导助手自己的页面发来的消息。"

PROBES = ("/healthz", "/metrics")
LOCAL = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware: refuses foreign hosts and origins, adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Cache-Control"] = "no-store" if scope["path"].startswith("/api/") else "no-cache"
            await send(message)

        await (refusal(scope) or self.app)(scope, receive, guarded)


def refusal(scope: Scope) -> Response | None:
    """The response that turns a request away, None when it may pass.

    A foreign Host is DNS rebinding, a foreign or missing Origin on a POST is another site's page (or no page at all).
    """
    headers = Headers(scope=scope)
    port = (scope.get("server") or ("", None))[1] or 80
    hosts = [host.lower() for host in headers.getlist("host")]
    if len(hosts) != 1 or not (hosts[0] in own_hosts(port) or _probed(scope, hosts[0])):
        return problem(421, WRONG_HOST.format(port=port))
    if scope["method"] not in ("GET", "HEAD") and headers.get("origin", "").lower() != f"http://{hosts[0]}":
        return problem(403, WRONG_ORIGIN)
    return None


def _probed(scope: Scope, host: str) -> bool:
    """Whether a monitor asks under this machine's address: another site's page only ever comes under a name."""
    try:
        ipaddress.ip_address(host.rpartition(":")[0].strip("[]") or host)
    except ValueError:
        return False
    return scope["method"] in ("GET", "HEAD") and scope["path"] in PROBES


def own_hosts(port: int) -> set[str]:
    """The Host headers a browser on this machine sends for `port`; browsers leave out the default one."""
    return {f"{name}:{port}" for name in LOCAL} | (set(LOCAL) if port == 80 else set())


def problem(status: int, message: str) -> Response:
    """A JSON error the page can show as it is."""
    return JSONResponse({"error": message}, status_code=status)
