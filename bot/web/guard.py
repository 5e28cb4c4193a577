"""Who may talk to the page (its own scripts, nobody else's) and what that page may load."""

import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WRONG_HOST = "请用 http://127.0.0.1:{port} 打开督导助手。"
WRONG_ADDRESS = "请用 {origin} 打开督导助手。"
WRONG_ORIGIN = "只接受督导助手自己的页面发来的消息。"

PROBES = ("/healthz", "/metrics")
LOCAL = ("127.0.0.1", "localhost", "[::1]")
PAGE_HEADER = "dudao-page"  # the page's scripts send it; another site's form cannot
_PRIVATE = ("/api/", "/files/")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware: refuses foreign hosts and origins, adds the security headers to every response.

    `origin` is where a public page is found; without one only this machine's own browsers are served.
    """

    def __init__(self, app: ASGIApp, origin: str = "") -> None:
        self.app, self.origin = app, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                private = scope["path"].startswith(_PRIVATE[0])
                headers.setdefault("Cache-Control", "no-store" if private else "no-cache")
            await send(message)

        await (refusal(scope, self.origin) or self.app)(scope, receive, guarded)


def refusal(scope: Scope, origin: str = "") -> Response | None:
    """The response that turns a request away, None when it may pass.

    A foreign Host is DNS rebinding, a foreign or missing Origin on a POST is another site's page (or no page at all).
    Whatever a proxy in front says of the request is not believed: a public page knows its own address.
    """
    headers, path = Headers(scope=scope), scope["path"]
    hosts = [host.lower() for host in headers.getlist("host")]
    port = (scope.get("server") or ("", None))[1] or 80
    known = {origin.partition("://")[2]} if origin else own_hosts(port)
    if len(hosts) != 1 or not (hosts[0] in known or _probed(scope, hosts[0])):
        return problem(421, WRONG_ADDRESS.format(origin=origin) if origin else WRONG_HOST.format(port=port))
    foreign = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if foreign and path.startswith(_PRIVATE):
        return problem(403, WRONG_ORIGIN)
    if scope["method"] in ("GET", "HEAD"):
        return None
    if headers.get("origin", "").lower() != (origin or f"http://{hosts[0]}"):
        return problem(403, WRONG_ORIGIN)
    if path.startswith(_PRIVATE) and not headers.get(PAGE_HEADER):
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
