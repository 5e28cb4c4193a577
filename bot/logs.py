"""What the process says while it runs: one event a line, without secrets, and without what people wrote unless told."""

import hashlib
import json
import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote, unquote

from pydantic import BaseModel, SecretStr

from bot.config import LogSettings, Settings

_HIDDEN = "***"
_LEAST = 6  # characters; anything shorter is no secret, and would blot out half of every line
_TOKEN = re.compile(r"\d{6,}(?::|%3[Aa])[\w-]{30,}", re.ASCII)  # Telegram's, whoever's it may be
_IN_ADDRESS = re.compile(r"://[^/:\s]*:(\S+)@|[?&](?:password|secret|token|key)=([^&\s]+)")
_BREAKS = {ord(one): f"\\u{ord(one):04x}" for one in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
_OURS = ("bot", "handlers", "knowledge", "records", "reports", "retrieval")
_SILENT = ("telegram.request",)  # quotes what it could not read; its caller is told, and says so
# modules whose errors never quote a message
_HARMLESS = ("telegram.error", "httpx", "httpcore", "aiohttp.client_exceptions", "bot.channel")
_ROOT = Path(__file__).parent.parent


def event(log: logging.Logger, name: str, *, private: Mapping[str, Any] | None = None, **fields: Any) -> None:
    """One line of level info; `private` holds texts and names, shown only with `log.texts`."""
    if log.isEnabledFor(logging.INFO):
        log.info(name, extra={"fields": fields, "private": private or {}}, stacklevel=2)


def chat_id(channel: str, chat: str) -> str:
    """A chat as the log names it: always the same, and of no use to anyone (a web chat's own id is its key)."""
    return hashlib.sha256(f"{channel}:{chat}".encode()).hexdigest()[:12]


def setup(settings: Settings, stream: TextIO | None = None) -> None:
    """Let every logger of the process write to `stream` (stderr) as the settings say."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(settings.log, secrets(settings)))
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, Lines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    root.setLevel(max(logging.WARNING, level))  # libraries put addresses, statements and people's words in lesser lines
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def secrets(settings: BaseModel) -> list[str]:
    """Every secret of the settings, also those within addresses, the longest first."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            found.update(secrets(value))
        elif isinstance(value, SecretStr):
            found.add(value.get_secret_value())
        elif isinstance(value, str) and "://" in value:
            within = [user or query for user, query in _IN_ADDRESS.findall(value)]
            found.update([*within, *map(unquote, within)])
    return sorted((one for one in found if len(one) >= _LEAST), key=len, reverse=True)


class Lines(logging.Formatter):
    """Formats a record as one line of text or JSON: time (UTC), level, logger, event and its fields."""

    def __init__(self, settings: LogSettings, hidden: Iterable[str] = ()) -> None:
        super().__init__()
        self._json, self._texts = settings.format == "json", settings.texts
        self._hidden = [form for one in hidden for form in dict.fromkeys((one, quote(one, safe=""), _escaped(one)))]

    def format(self, record: logging.LogRecord) -> str:
        """The line; secrets are blotted out of whatever it has become."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"time": at, "level": record.levelname.lower(), "logger": record.name}
        line["event"] = self._event(record)
        line |= getattr(record, "fields", {})
        if self._texts:
            line |= getattr(record, "private", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = self._fault(record.exc_info[1])
            line["trace"] = _trace(record.exc_info[1])
        whole = json.dumps(line, ensure_ascii=False, default=str) if self._json else _text(line)
        return self._without_secrets(whole).translate(_BREAKS)

    def _event(self, record: logging.LogRecord) -> str:
        args = record.args
        if isinstance(args, tuple):
            args = tuple(self._fault(one) if isinstance(one, BaseException) else one for one in args)
        try:
            said = str(record.msg) % args if args else str(record.msg)
        except (TypeError, ValueError):
            said = str(record.msg)
        return said if self._texts else said.partition("\n")[0]  # asyncio goes on with what was in the task's hands

    def _fault(self, error: BaseException) -> str:
        """The error and what caused it; their words only where they cannot hold what people wrote."""
        chain: list[str] = []
        one: BaseException | None = error
        while one is not None and len(chain) < 5:
            words = " ".join(str(one).split()) if self._texts or _harmless(one) else ""
            chain.append(f"{type(one).__name__}: {words}" if words else type(one).__name__)
            one = one.__cause__
        return " <- ".join(chain)

    def _without_secrets(self, line: str) -> str:
        for one in self._hidden:
            line = line.replace(one, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, line)


def _harmless(error: BaseException) -> bool:
    if isinstance(error, (OSError, sqlite3.OperationalError)):
        return True
    return type(error).__module__.partition("._")[0] in _HARMLESS


def _trace(error: BaseException) -> str:
    """Where it happened, outermost first, without the source's text."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else "/".join(path.parts[-2:])


def _text(line: dict[str, Any]) -> str:
    head = f"{line.pop('time')} {line.pop('level').upper():7} {line.pop('logger')} {line.pop('event')}"
    return " ".join([head, *(f"{key}={_value(value)}" for key, value in line.items())])


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    plain = isinstance(value, (int, float, bool)) or re.fullmatch(r"[^\s\"=]+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _escaped(secret: str) -> str:
    return json.dumps(secret, ensure_ascii=False)[1:-1]
