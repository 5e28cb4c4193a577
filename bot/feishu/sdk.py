"""The SDK's long connection, without its models of every API: 0.3 s and 35 MB instead of 2.6 s and 166 MB."""

import logging
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_SDK, _CONNECTION, _DISPATCHER = "lark_oapi", "lark_oapi.ws.client", "lark_oapi.event.dispatcher_handler"


def loaded() -> Any:
    """The module of the SDK's WebSocket client; loaded once, by whoever asks first."""
    if _CONNECTION not in sys.modules:
        known = set(sys.modules)
        if _SDK not in sys.modules:
            _bare()
        try:
            module = import_module(_CONNECTION)
        except (ImportError, AttributeError):  # a version that is made otherwise: then all of it
            for name in [one for one in sys.modules if one.split(".")[0] == _SDK and one not in known]:
                del sys.modules[name]
            module = import_module(_CONNECTION)
        if not module.loop.is_running():
            module.loop.close()  # it made one for itself, and is given another
        _silence()
    return sys.modules[_CONNECTION]


def _bare() -> None:
    """Packages whose own beginnings, which import every API there is, are left out."""
    spec = find_spec(_SDK)
    assert spec is not None and spec.submodule_search_locations, "lark-oapi is not installed"
    folder = Path(spec.submodule_search_locations[0])
    for name, at in ((_SDK, folder), (f"{_SDK}.event", folder / "event")):
        package = ModuleType(name)
        package.__path__ = [str(at)]
        sys.modules[name] = package
    dispatcher = ModuleType(_DISPATCHER)
    dispatcher.EventDispatcherHandler = object  # type: ignore[attr-defined]  # named in a signature only
    sys.modules[_DISPATCHER] = dispatcher


def _silence() -> None:
    """Its lines hold addresses with keys, and people's words; it prints them by itself."""
    logger = logging.getLogger("Lark")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False
