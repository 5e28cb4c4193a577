"""YAML as people send it, read strictly: no key twice, nothing that refers to anything, nothing built too deep."""

from collections.abc import Hashable
from typing import Any

import yaml

from knowledge.faults import BadFile

UNREADABLE = "{file}：不是能读的 YAML{where}，请检查缩进和冒号"
WHERE = "（第 {line} 行附近）"
NOT_UTF8 = "{file}：不是 UTF-8 文字，请用 UTF-8 另存"
KEY_TWICE = "{file}：第 {line} 行的键“{key}”写了两次，请留一个"
NO_ALIAS = "{file}：第 {line} 行用了 YAML 的引用（&、*），请把内容写出来"
TOO_DEEP = "{file}：第 {line} 行一层套一层太多，请检查缩进和括号"
TOO_LONG = "{file}：太大，最多 {most} 万个字"
_MOST = 200_000  # characters
_DEEPEST = 20
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the quick one where it is built
    """YAML in which no key stands twice in one mapping."""

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


def values(content: bytes, file: str) -> Any:
    """What a file called `file` holds; raises BadFile."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(NOT_UTF8.format(file=file)) from error
    if len(text) > _MOST:
        raise BadFile(TOO_LONG.format(file=file, most=_MOST // 10_000))
    try:
        _look_over(text, file)
        return yaml.load(text, Loader=_Strict)  # noqa: S506 - a safe loader
    except _Twice as error:
        raise BadFile(KEY_TWICE.format(file=file, line=error.line, key=error.key)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = WHERE.format(line=mark.line + 1) if mark else ""
        raise BadFile(UNREADABLE.format(file=file, where=where)) from error


def mapping(content: bytes, file: str, otherwise: str) -> dict[str, Any]:
    """The mapping that a file called `file` holds; raises BadFile, which says `otherwise` where it is none."""
    held = values(content, file)
    if not isinstance(held, dict):
        raise BadFile(otherwise.format(file=file))
    return held


def _look_over(text: str, file: str) -> None:
    """Refuse what would be far more than it looks once it is built: references, and depths no file of ours has."""
    depth = 0
    for token in yaml.scan(text, Loader=_Strict):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise BadFile(NO_ALIAS.format(file=file, line=line))
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > _DEEPEST:
            raise BadFile(TOO_DEEP.format(file=file, line=line))
