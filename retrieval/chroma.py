"""Clients of Chroma: in process, or on a server."""

import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ATTEMPTS = 5
_PATIENCE = 60.0  # seconds


def client(where: Path | str) -> Any:
    """A client of the folder, or of the server at that address; raises whatever chroma does."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(where, Path):
        return _in_process(where, settings, _ATTEMPTS)
    url = urlsplit(where)
    secure = url.scheme == "https"
    host, port = url.hostname or "", url.port or (443 if secure else 8000)
    socket.create_connection((host, port), _PATIENCE).close()  # chroma itself would wait for ever
    found = chromadb.HttpClient(host=host, port=port, ssl=secure, settings=settings)
    for session in _sessions(found):
        session.timeout = _PATIENCE
    return found


def hang_up(client: Any) -> None:
    """Let go of the files, or of the server."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def _in_process(where: Path, settings: Any, attempts: int) -> Any:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient

    where.mkdir(parents=True, exist_ok=True)
    try:
        return chromadb.PersistentClient(str(where), settings=settings)
    except Exception as error:  # chroma would hand out the half made one for ever
        SharedSystemClient._identifier_to_system.pop(str(where), None)
        if attempts == 1 or "already exists" not in str(error):
            raise
    time.sleep(0.5)  # another process is making the same tables just now
    return _in_process(where, settings, attempts - 1)


def _sessions(client: Any) -> list[Any]:
    """The HTTP sessions of a server's client, which chroma gives no time limit and never closes; none in process."""
    servers = (client._server, client._admin_client._server)
    return [server._session for server in servers if hasattr(server, "_session")]
