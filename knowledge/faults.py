"""What is wrong with a file that people write, in Chinese: the faults of a strict form, each where it stands."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Filled = TypeVar("Filled", bound="Form")
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Where = tuple[str | int, ...]
Place = Callable[[Where], str]
"""Says where in what a person sent a part of it stands."""

_SAID = {
    "missing": "缺少这一项",
    "string_type": "应是文字，请加引号",
    "string_too_short": "不能为空",
    "string_too_long": "太长，最多 {max_length} 个字",
    "string_pattern_mismatch": "只能用小写字母、数字和短横线，以字母或数字开头，最多 32 个字符",
    "bool_type": "应是 true 或 false",
    "int_type": "应是整数",
    "int_from_float": "应是整数",
    "float_type": "应是数字",
    "finite_number": "应是普通的数字",
    "greater_than": "必须大于 {gt:g}",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than_equal": "不能大于 {le:g}",
    "list_type": "应是列表，每一条以“- ”开头",
    "too_short": "不能为空，至少要有一条",
    "too_long": "太多，最多 {max_length} 条",
    "model_type": "应是一组“键: 值”",
    "dict_type": "应是一组“键: 值”",
}
UNKNOWN, NEAR, ONE_OF = "不认识的键“{key}”", "，是不是“{near}”？", "“{given}”不行，只能是 {known}"
TWICE = "编号“{key}”用了两次"
BAD_REFERENCE = "应是“文件名 > 标题”，例如：5S现场管理 > 5S的五个要素"
NUMBER = "第 {n} 个"
OTHER = "写法不对"


class BadFile(Exception):
    """A file that cannot be used; `problems` are sentences that name the file, the place and the key."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Form(BaseModel):
    """A mapping as people write it: unknown keys and wrong types are faults, texts are stripped."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, str_strip_whitespace=True)


def filled(
    form: type[Filled],
    values: Any,
    place: Place,
    form_at: Callable[[Where], type[Form]],
    known: Mapping[Where, str] | None = None,
) -> Filled:
    """The form that these values fill; raises BadFile with every fault, each where `place` says it stands.

    `form_at` is the form that a key at a place belongs to; `known` are faults of values that could not be taken in.
    """
    found = dict(known or {})
    try:
        made = form.model_validate(values)
    except ValidationError as error:
        found = {one["loc"]: _said(dict(one), form_at(one["loc"])) for one in error.errors()} | found
    refuse(place, found.items())
    return made


def refuse(place: Place, problems: Iterable[tuple[Where, str]]) -> None:
    """Raise BadFile where there are any, each where `place` says it stands."""
    if said := [f"{place(where)}：{why}" for where, why in problems]:
        raise BadFile(*said)


def counted(file: str) -> Place:
    """Places like “course.yaml：days 第 3 个 title”, counted from 1."""

    def place(where: Where) -> str:
        return f"{file}：{' '.join(NUMBER.format(n=one + 1) if isinstance(one, int) else one for one in where)}"

    return place


def near(word: str, known: Sequence[str]) -> str:
    """“，是不是……？” with the known word that is most like this one, "" where none is."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return NEAR.format(near=found[0]) if found else ""


def _said(error: dict[str, Any], form: type[Form]) -> str:
    where, context = error["loc"], error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        key = str(where[-1])
        return UNKNOWN.format(key=key) + near(key, list(form.model_fields))
    if error["type"] == "literal_error":
        known = re.findall("'([^']+)'", context["expected"])
        given = str(error["input"])[:20]
        return ONE_OF.format(given=given, known="、".join(known)) + near(given, known)
    return _SAID.get(error["type"], OTHER).format(**context)
