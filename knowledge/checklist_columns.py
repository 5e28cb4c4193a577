"""The columns of a list in Excel: what each is called, how its cells are read and written, and what to fill in."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.checklist_form import ONE_OF, near

KINDS = {"pass": "合格/不合格", "score": "0-5分", "number": "数值", "text": "文字", "photo": "照片"}
PHOTOS = {"never": "不要", "fail": "不合格时", "always": "必须"}
YES, NO = "是", "否"
NOT_TEXT, NOT_NUMBER, NOT_WHOLE = "应是文字", "应是数字", "应是整数"
ABOUT, ROWS, NOTES = "清单", "检查项", "填写说明"  # the sheets of a workbook
NAME = {"key": "清单编号", "name": "清单名称", "description": "清单说明"}
_ALSO = {"合格": "pass", "合格不合格": "pass", "打分": "score", "0-5": "score", "0—5分": "score", "0～5分": "score"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key it stands for, how a cell is read (ValueError says what is wrong) and a value written."""

    key: str
    read: Callable[[Any], Any]
    note: str
    write: Callable[[Any], Any] = lambda value: value
    choices: tuple[str, ...] = ()
    width: int = 10


def _text(cell: Any) -> str:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError(NOT_TEXT)
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()


def _number(cell: Any) -> float:
    if isinstance(cell, str | int | float) and not isinstance(cell, bool):
        try:
            return float(cell)
        except ValueError:
            pass
    raise ValueError(NOT_NUMBER)


def _whole(cell: Any) -> int:
    number = _number(cell)
    if not number.is_integer():
        raise ValueError(NOT_WHOLE)
    return int(number)


def _yes(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    return bool(_one_of({True: YES, False: NO}, cell))


def _one_of(names: dict[Any, str], cell: Any) -> Any:
    word = str(cell).strip().replace("／", "/").replace(" ", "")
    for value, name in names.items():
        if word == name:
            return value
    raise ValueError(ONE_OF.format(given=word[:20], known="、".join(names.values())) + near(word, [*names.values()]))


def _kind(cell: Any) -> Any:
    word = str(cell).strip().replace(" ", "")
    return _ALSO.get(word) or _one_of(KINDS, cell)


def _yes_no(value: bool) -> str:
    return YES if value else NO


SECTION = {
    "分区": Column("name", _text, "检查项属于哪一部分；空着表示与上一行相同", width=12),
    "分区编号": Column("key", _text, "小写字母、数字和短横线；可以不填", width=12),
    "分区权重": Column("weight", _number, "这一部分占总分的份量，默认 1"),
    "分区及格线": Column("pass_mark", _number, "0-100；低于它整张检查不通过；空着表示没有"),
}
ITEMS = {
    "编号": Column("key", _text, "小写字母、数字和短横线；可以不填；改名称时留着它，历史才对得上", width=18),
    "检查项": Column("name", _text, "最多 24 个字，手机上一行看得完", width=26),
    "类型": Column("kind", _kind, "、".join(KINDS.values()), KINDS.__getitem__, tuple(KINDS.values()), 12),
    "权重": Column("weight", _number, "在本分区里的份量，大于 0，默认 1；文字项不填"),
    "怎么看": Column("guide", _text, "现场怎么查，最多 200 个字", width=44),
    "什么算好": Column("good", _text, "做到什么样算合格，最多 200 个字", width=44),
    "可不适用": Column("may_skip", _yes, "是、否；默认是", _yes_no, (YES, NO)),
    "一票否决": Column("veto", _yes, "是、否；默认否。不合格时整张检查不通过", _yes_no, (YES, NO)),
    "照片": Column(
        "photos", lambda cell: _one_of(PHOTOS, cell), "、".join(PHOTOS.values()), PHOTOS.__getitem__,
        tuple(PHOTOS.values()),
    ),
    "最少照片": Column("photos_least", _whole, "1-9，默认 1"),
    "最多照片": Column("photos_most", _whole, "1-9，默认 9"),
    "整改时限（小时）": Column("due_hours", _whole, "不合格时默认多少小时内改好，默认 48", width=14),
    "标准": Column("standard", _text, "手册里哪一节：文件名 > 标题", width=44),
    "下限": Column("low", _number, "只有数值项填；低于它不合格"),
    "上限": Column("high", _number, "只有数值项填；高于它不合格"),
    "单位": Column("unit", _text, "只有数值项填，如：秒、台"),
}  # fmt: skip


def header(cell: Any) -> str:
    """A column's name as it is known, whatever brackets and spaces it is written with."""
    plain = str(cell or "").replace(" ", "").replace("(", "（").replace(")", "）").strip("*＊")
    return "整改时限（小时）" if plain == "整改时限" else plain


def columns(names: Sequence[str], unknown: str, twice: str, missing: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a row of column names: (form of the message, the column, the nearest known one)."""
    known = [*SECTION, *ITEMS]
    for name, times in Counter(name for name in names if name).items():
        if name not in known:
            yield unknown, name[:20], near(name, known)
        elif times > 1:
            yield twice, name, ""
    if ROWS not in names:
        yield missing, ROWS, ""
