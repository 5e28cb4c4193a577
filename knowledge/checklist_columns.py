"""The columns of a list in Excel: what each is called, how its cells are read and written, and what to fill in."""

from typing import Any

from knowledge.cells import NO, YES, Column, number, one_of, text, whole, yes, yes_no

KINDS = {"pass": "合格/不合格", "score": "0-5分", "number": "数值", "text": "文字", "photo": "照片"}
PHOTOS = {"never": "不要", "fail": "不合格时", "always": "必须"}
ABOUT, ROWS = "清单", "检查项"  # the sheets of a workbook
NAME = {"key": "清单编号", "name": "清单名称", "description": "清单说明"}
_ALSO = {"合格": "pass", "合格不合格": "pass", "打分": "score", "0-5": "score", "0—5分": "score", "0～5分": "score"}


def _kind(cell: Any) -> Any:
    word = str(cell).strip().replace(" ", "")
    return _ALSO.get(word) or one_of(KINDS, cell)


SECTION = {
    "分区": Column("name", text, "检查项属于哪一部分；空着表示与上一行相同", width=12),
    "分区编号": Column("key", text, "小写字母、数字和短横线；可以不填", width=12),
    "分区权重": Column("weight", number, "这一部分占总分的份量，默认 1"),
    "分区及格线": Column("pass_mark", number, "0-100；低于它整张检查不通过；空着表示没有"),
}
ITEMS = {
    "编号": Column("key", text, "小写字母、数字和短横线；可以不填；改名称时留着它，历史才对得上", width=18),
    "检查项": Column("name", text, "最多 24 个字，手机上一行看得完", width=26),
    "类型": Column("kind", _kind, "、".join(KINDS.values()), KINDS.__getitem__, tuple(KINDS.values()), 12),
    "权重": Column("weight", number, "在本分区里的份量，大于 0，默认 1；文字项不填"),
    "怎么看": Column("guide", text, "现场怎么查，最多 200 个字", width=44),
    "什么算好": Column("good", text, "做到什么样算合格，最多 200 个字", width=44),
    "可不适用": Column("may_skip", yes, "是、否；默认是", yes_no, (YES, NO)),
    "一票否决": Column("veto", yes, "是、否；默认否。不合格时整张检查不通过", yes_no, (YES, NO)),
    "照片": Column(
        "photos", lambda cell: one_of(PHOTOS, cell), "、".join(PHOTOS.values()), PHOTOS.__getitem__,
        tuple(PHOTOS.values()),
    ),
    "最少照片": Column("photos_least", whole, "1-9，默认 1"),
    "最多照片": Column("photos_most", whole, "1-9，默认 9"),
    "整改时限（小时）": Column("due_hours", whole, "不合格时默认多少小时内改好，默认 48", width=14),
    "标准": Column("standard", text, "手册里哪一节：文件名 > 标题", width=44),
    "下限": Column("low", number, "只有数值项填；低于它不合格"),
    "上限": Column("high", number, "只有数值项填；高于它不合格"),
    "单位": Column("unit", text, "只有数值项填，如：秒、台"),
}  # fmt: skip


def header(cell: Any) -> str:
    """A column's name as it is known, whatever brackets and spaces it is written with."""
    plain = str(cell or "").replace(" ", "").replace("(", "（").replace(")", "）").strip("*＊")
    return "整改时限（小时）" if plain == "整改时限" else plain
