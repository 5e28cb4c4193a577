"""config.yaml and the environment become settings; nobody else reads either."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from bot.config import Settings
from knowledge import strict_yaml
from knowledge.faults import BadFile

_PREFIX = "DUDAO__"
_SECRETS = {
    "LLM_API_KEY": ("llm", "api_key"),
    "EMBEDDER_API_KEY": ("embedder", "api_key"),
    "TELEGRAM_BOT_TOKEN": ("telegram", "token"),
    "TELEGRAM_WEBHOOK_SECRET": ("telegram", "webhook_secret"),
    "FEISHU_APP_ID": ("feishu", "app_id"),
    "FEISHU_APP_SECRET": ("feishu", "app_secret"),
    "FEISHU_ENCRYPT_KEY": ("feishu", "encrypt_key"),
    "FEISHU_VERIFICATION_TOKEN": ("feishu", "verification_token"),
}


class BadConfig(Exception):
    """The settings cannot be used; the message names the key, the file and the mend."""


def load(environment: Mapping[str, str], file: Path, home: Path | None = None, handbook: bool = True) -> Settings:
    """Settings from the file, overridden by the environment, overridden by the command line; raises BadConfig."""
    values = _read(file)
    for key, value in environment.items():
        if key.startswith(_PREFIX):
            _put(values, key[len(_PREFIX) :].lower().split("__"), _scalar(key, value), key)
        elif key in _SECRETS:
            _put(values, list(_SECRETS[key]), value, key)
    values["home"] = str(home or environment.get("DUDAO_HOME") or values.get("home") or "var")
    models = environment.get("DUDAO_MODELS") or values.get("models") or _cache(environment)
    values["models"] = str(Path(models).expanduser())
    if not handbook:
        values["handbook"] = False
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise BadConfig("\n".join(_explain(dict(one), file) for one in error.errors())) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        values = strict_yaml.values(file.read_bytes(), file.name) or {}
    except FileNotFoundError:
        return {}
    except (OSError, BadFile) as error:
        parser = f"\n{error.__cause__}" if isinstance(error.__cause__, yaml.YAMLError) else ""
        raise BadConfig(f"{file}: cannot be read as YAML: {error}{parser}") from error
    if not isinstance(values, dict):
        raise BadConfig(f"{file}: must hold `key: value` lines at the top level")
    return values


def _put(values: dict[str, Any], path: list[str], value: Any, origin: str) -> None:
    for part in path[:-1]:
        inner = values.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BadConfig(f"environment variable {origin}: {part} is not a group of settings")
        values = inner
    values[path[-1]] = value


def _scalar(key: str, value: str) -> Any:
    try:
        read = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise BadConfig(f"environment variable {key}: cannot be read as YAML; put the value in quotes") from error
    return value if read is None or key.lower().endswith("api_key") else read


def _cache(environment: Mapping[str, str]) -> str:
    return str(Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "dudao")


def _explain(error: dict[str, Any], file: Path) -> str:
    path = [str(part) for part in error["loc"]]
    key = ".".join(path)
    where = f"{file} (or an environment variable {_PREFIX}{'__'.join(path).upper()})"
    if error["type"] != "extra_forbidden":
        got = "" if "key" in path[-1] else f", got {error['input']!r}"
        return f"{where}: {key}: {error['msg']}{got}"
    near = difflib.get_close_matches(key, _known(Settings), n=1, cutoff=0.4)
    return f"{where}: unknown key {key}" + (f"; did you mean {near[0]}?" if near else "")


def _known(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys += _known(kind, f"{prefix}{name}.")
        elif not any(isinstance(a, type) and issubclass(a, BaseModel) for a in get_args(kind)):
            keys.append(prefix + name)
    return keys
