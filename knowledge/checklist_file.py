"""Lists as YAML: read strictly, and written so that they read the same."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from knowledge.checklist import Checklist, Item, Section
from knowledge.checklist_form import BETWEEN, BadChecklist, ItemForm, SectionForm, checked

UNREADABLE = "{file}：不是能读的 YAML{where}，请检查缩进和冒号"
WHERE = "（第 {line} 行附近）"
NOT_UTF8 = "{file}：不是 UTF-8 文字，请用 UTF-8 另存"
NO_LIST = "{file}：最外层应是 key、name、sections 这几个键"
KEY_TWICE = "{file}：第 {line} 行的键“{key}”写了两次，请留一个"
NO_ALIAS = "{file}：第 {line} 行用了 YAML 的引用（&、*），请把内容写出来"
TOO_DEEP = "{file}：第 {line} 行一层套一层太多，请检查缩进和括号"
TOO_LONG = "{file}：太大，最多 {most} 万个字"
OTHER_NAME = "{file}：key：应与文件名一样，是“{name}”"
SECTION, ITEM, NUMBER = "分区“{name}”", "检查项“{name}”", "第 {n} 个"
_MOST = 200_000  # characters
_DEEPEST = 20
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which no key stands twice in one mapping, and nothing refers to anything."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise _Twice(key.value, key.start_mark.line + 1)
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep))


class _Twice(Exception):
    """A key stands twice in one mapping."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


def load_folder(folder: Path) -> dict[str, Checklist]:
    """Every list of a folder by its key, which is its file's name; raises BadChecklist with the faults of all."""
    found: dict[str, Checklist] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            one = load_file(file)
        except BadChecklist as error:
            problems += error.problems
            continue
        if one.key != file.stem:
            problems.append(OTHER_NAME.format(file=file.name, name=file.stem))
        found[one.key] = one
    if problems:
        raise BadChecklist(problems)
    return found


def load_file(file: Path) -> Checklist:
    """The list in a file; raises BadChecklist, or OSError."""
    return load_yaml(file.read_bytes(), file.name)


def load_yaml(content: bytes, file: str) -> Checklist:
    """The list in what a file called `file` holds; raises BadChecklist."""
    values = _values(content, file)
    if not isinstance(values, dict):
        raise BadChecklist([NO_LIST.format(file=file)])
    return checked(values, lambda where: _place(file, values, where))


def _values(content: bytes, file: str) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadChecklist([NOT_UTF8.format(file=file)]) from error
    if len(text) > _MOST:
        raise BadChecklist([TOO_LONG.format(file=file, most=_MOST // 10_000)])
    try:
        _look_over(text, file)
        return yaml.load(text, Loader=_Strict)  # noqa: S506 - a safe loader
    except _Twice as error:
        raise BadChecklist([KEY_TWICE.format(file=file, line=error.line, key=error.key)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = WHERE.format(line=mark.line + 1) if mark else ""
        raise BadChecklist([UNREADABLE.format(file=file, where=where)]) from error


def _look_over(text: str, file: str) -> None:
    """Refuse what would be far more than it looks once it is built: references, and depths a list does not have."""
    depth = 0
    for token in yaml.scan(text, Loader=_Strict):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise BadChecklist([NO_ALIAS.format(file=file, line=line)])
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > _DEEPEST:
            raise BadChecklist([TOO_DEEP.format(file=file, line=line)])


def _place(file: str, values: Any, where: tuple[str | int, ...]) -> str:
    """“文件：分区“整理”：检查项“台面”：weight”."""
    parts = [file]
    for form, name in ((SECTION, "sections"), (ITEM, "items")):
        if len(where) >= 2 and where[0] == name and isinstance(where[1], int):
            values = values[name][where[1]]
            parts.append(form.format(name=_known_as(values, where[1])))
            where = where[2:]
    return "：".join([*parts, *(str(one) for one in where)])


def _known_as(values: Any, index: int) -> str:
    """What a part calls itself, else which it is."""
    name = (values.get("name") or values.get("key")) if isinstance(values, dict) else None
    return str(name)[:24] if name else NUMBER.format(n=index + 1)


def as_yaml(checklist: Checklist) -> str:
    """The list as `load_yaml` reads it, what goes without saying left out."""
    values = {
        "key": checklist.key,
        "name": checklist.name,
        **({"description": checklist.description} if checklist.description else {}),
        "sections": [_plain_section(section) for section in checklist.sections],
    }
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=110)


def plain_item(item: Item) -> dict[str, Any]:
    """An item as `ItemForm` takes it, what goes without saying left out."""
    standard = BETWEEN.join((item.standard.document, *item.standard.section)) if item.standard else ""
    values: dict[str, Any] = {
        **{key: getattr(item, key) for key in ItemForm.model_fields if hasattr(item, key)},
        "photos": "never" if item.kind == "photo" else item.photos.when,
        "photos_least": item.photos.least,
        "photos_most": item.photos.most,
        "standard": standard,
    }
    return {key: value for key, value in values.items() if value != ItemForm.model_fields[key].get_default()}


def _plain_section(section: Section) -> dict[str, Any]:
    values: dict[str, Any] = {"key": section.key, "name": section.name}
    for key in ("weight", "pass_mark"):
        if (value := getattr(section, key)) != SectionForm.model_fields[key].get_default():
            values[key] = value
    return {**values, "items": [plain_item(item) for item in section.items]}
