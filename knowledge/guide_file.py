"""Guides as files: a guide is added by adding a file."""

from pathlib import Path
from typing import Any

from knowledge import strict_yaml
from knowledge.faults import Where
from knowledge.folder import load_keyed
from knowledge.guide import Guide
from knowledge.guide_form import checked

FOLDER = Path(__file__).parent / "guides"
NO_GUIDE = "{file}：最外层应是 key、name、steps、result 这几个键"
STEP, BLOCK = "步骤“{name}”", "结果第 {n} 块"
_STEPS = ("steps", "otherwise")


def load_folder(folder: Path) -> dict[str, Guide]:
    """Every guide of a folder by its key, which is its file's name; raises BadFile with the faults of all."""
    return load_keyed(folder, load_yaml)


def load_yaml(content: bytes, file: str) -> Guide:
    """The guide in what a file called `file` holds; raises BadFile."""
    values = strict_yaml.mapping(content, file, NO_GUIDE)
    return checked(values, lambda where: _place(file, values, where))


def _place(file: str, values: Any, where: Where) -> str:
    """“5-why.yaml：步骤“measures”：步骤“who”：kind”."""
    parts = [file]
    rest = list(where)
    while rest:
        one = rest.pop(0)
        number = rest[0] if rest and isinstance(rest[0], int) else None
        values = _at(values, one)
        if one in _STEPS and number is not None:
            values = _at(values, rest.pop(0))
            key = values.get("key") if isinstance(values, dict) else None
            parts.append(STEP.format(name=str(key)[:32] if key else number + 1))
        elif one == "blocks" and number is not None:
            values = _at(values, rest.pop(0))
            parts[-1:] = [BLOCK.format(n=number + 1)]
        else:
            parts.append(str(one))
    return "：".join(parts)


def _at(values: Any, one: str | int) -> Any:
    try:
        return values[one]
    except (KeyError, IndexError, TypeError):
        return None
