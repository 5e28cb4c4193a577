"""Guides as files: a guide is added by adding a file."""

from pathlib import Path
from typing import Any

from knowledge import strict_yaml
from knowledge.faults import Where
from knowledge.guide import Guide
from knowledge.guide_form import BadGuide, checked
from knowledge.strict_yaml import BadYaml

FOLDER = Path(__file__).parent / "guides"
NO_GUIDE = "{file}：最外层应是 key、name、steps、result 这几个键"
OTHER_NAME = "{file}：key：应与文件名一样，是“{name}”"
STEP, BLOCK = "步骤“{name}”", "结果第 {n} 块"
_STEPS = ("steps", "otherwise")


def load_folder(folder: Path) -> dict[str, Guide]:
    """Every guide of a folder by its key, which is its file's name; raises BadGuide with the faults of all."""
    found: dict[str, Guide] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            one = load_yaml(file.read_bytes(), file.name)
        except BadGuide as error:
            problems += error.problems
            continue
        if one.key != file.stem:
            problems.append(OTHER_NAME.format(file=file.name, name=file.stem))
        found[one.key] = one
    if problems:
        raise BadGuide(problems)
    return found


def load_yaml(content: bytes, file: str) -> Guide:
    """The guide in what a file called `file` holds; raises BadGuide."""
    try:
        values = strict_yaml.values(content, file)
    except BadYaml as error:
        raise BadGuide([str(error)]) from error
    if not isinstance(values, dict):
        raise BadGuide([NO_GUIDE.format(file=file)])
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
