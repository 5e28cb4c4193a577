"""What sharing sites put around a document: notices, download advice, other documents' titles, comment boxes."""

import re
from collections import Counter
from dataclasses import dataclass

from knowledge.reading.line import Line, folded

_OWN = r"(?:我们|本站|站长|管理员|举报电话|版权申诉)"
_NOTICES: tuple[tuple[str, str], ...] = (
    (
        "版权声明",
        r"未经\S{2,8}(?:不得|禁止|严禁)\S{0,6}(?:转载|翻印|摘编|将文件中的内容)|不得转载:|"
        r"版权归(?:原作者|作者|原著者)\S{0,6}所有|收益归属内容提供方|"
        r"(?:本文档|本站|内容|文档)\S{0,6}由\S{0,6}(?:用户|网友|会员)\S{0,6}(?:提供|上传)|"
        rf"(?:侵权|侵犯)\S{{0,30}}{_OWN}|{_OWN}\S{{0,12}}(?:侵权|侵犯)|"
        r"仅供\S{0,8}(?:学习|研究)\S{0,10}(?:不得用于商业|严禁商用|请勿商用)|不意味着\S{0,8}版权",
    ),
    (
        "下载与会员说明",
        r"成为VIP.{0,60}(?:下载|文档)|VIP(?:文档|会员).{0,30}(?:下载|贡献)|(?:免费|付费)下载(?:本文档|文档|全文)|付费前请\S{0,4}鉴别|"
        r"下载(?:本|该)文档.{0,20}(?:权益|VIP|会员|积分|付费|扣)|(?:文档|文库)\S{0,12}付费|"
        r"本站\S{0,3}(?:资源|文档|内容)\S{0,10}(?:来自|来源于|下载|上传|收集|不包含|需要|如无)|本站(?:不保证|不退款|RAR)|"
        r"归上传(?:者|用户)所有|联系上传者|(?:文库|文档)\S{0,4}仅提供信息存储|网站将根据用户上传",
    ),
)
_LABEL = re.compile(
    r"查看更多|展开(?:全文|更多)|阅读全文|提交评论|发表评论|写评论|全部评论|文档评论\(\d+\)|评论(?:\(\d+\))?|\d+/\d{3}|实名认证|文档贡献者|"
    r"\d+亿\S{0,3}VIP\S{0,6}|(?:立即|点击|免费|VIP)?下载(?:文档|全文)?|收藏|分享|点赞|举报|文档简介|温馨提示|版权说明|返回顶部|加载更多|"
    r"上传(?:者|人|时间)(?::.*)?|\S{1,12}\*{2,}\S{0,8}(?:\s*\+\s*关注)?|\+\s*关注"
)
_OTHERS = re.compile(
    r"(?:相关|最新|热门|推荐|同类|更多|其他)(?:文档|文章|推荐|资料|下载|内容|阅读)|猜你喜欢|为您推荐|大家都在看|推荐阅读|"
    r"(?:文档)?评论(?:\(\d+\))?|提交评论|文档评论\(\d+\)|看了又看"
)
_FILE_NAME = re.compile(r"(.{2,60}?)\.(?:docx?|pptx?|xlsx?|pdf|txt)\s*(?:VIP|免费|下载)*$", re.IGNORECASE)
_PROSE = re.compile(r".{18,}。|.{40,}[,;]")
_BULLET = re.compile(r"^(?:[-*+•·●]\s*)?(?:\d{1,2}[.、)]\s*)*")


@dataclass(frozen=True, slots=True)
class Cleared:
    """The lines that are the document's own, the title its site gave it if any, and what was dropped, in Chinese."""

    lines: list[Line]
    title: str
    warnings: tuple[str, ...]


def clear(lines: list[Line]) -> Cleared:
    """Drop what a sharing site put around the document. A document that shows no such notice loses nothing."""
    texts = folded(lines)
    reasons = _notices(lines, texts)
    title = ""
    if reasons:
        _spread(texts, reasons)
        _ending(lines, texts, reasons)
        _labels(texts, reasons)
        title = _opening(lines, texts, reasons)
    kept = [line for row, line in enumerate(lines) if row not in reasons]
    return Cleared(kept, title, _report(texts, reasons))


def _notices(lines: list[Line], texts: list[str]) -> dict[int, str]:
    patterns = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _NOTICES]
    reasons: dict[int, str] = {}
    for row, text in enumerate(texts):
        if lines[row].rigid or len(text) > 1200:
            continue
        reason = next((name for name, pattern in patterns if pattern.search(text)), None)
        if reason:
            reasons[row] = reason
    return reasons


def _spread(texts: list[str], reasons: dict[int, str]) -> None:
    """A list most of whose items are notices is a notice."""
    for block in _lists(texts):
        found = [reasons[row] for row in block if row in reasons]
        if len(found) * 2 >= len(block):
            common = Counter(found).most_common(1)[0][0]
            reasons.update({row: reasons.get(row, common) for row in block})


def _lists(texts: list[str]) -> list[list[int]]:
    """Runs of list items, without the blank lines between them."""
    blocks: list[list[int]] = [[]]
    for row, text in enumerate(texts):
        found = _BULLET.match(text)
        if found and found.end():
            blocks[-1].append(row)
        elif text:
            blocks.append([])
    return [block for block in blocks if block]


def _ending(lines: list[Line], texts: list[str], reasons: dict[int, str]) -> None:
    """Everything from the first list of other documents or comment box on, unless prose of the document follows it."""
    for row, text in enumerate(texts):
        if row in reasons or not _OTHERS.fullmatch(text.strip("#* :")):
            continue
        rest = [later for later in range(row, len(texts)) if texts[later]]
        prose = [row for row in rest if lines[row].rigid or (row not in reasons and _PROSE.search(texts[row]))]
        if not prose:
            reasons.update({later: reasons.get(later, "相关文档列表与评论区") for later in rest})
            return


def _labels(texts: list[str], reasons: dict[int, str]) -> None:
    for row, text in enumerate(texts):
        if text and row not in reasons and _LABEL.fullmatch(text):
            reasons[row] = "网页按钮与上传者信息"


def _opening(lines: list[Line], texts: list[str], reasons: dict[int, str]) -> str:
    """The title as the site gives it (a file name, or the end of its copyright line), and no site header before it."""
    first = next((row for row, text in enumerate(texts) if text and row not in reasons), None)
    if first is None:
        return ""
    named = _FILE_NAME.fullmatch(texts[first])
    if named:
        reasons[first] = "网页按钮与上传者信息"
        return lines[first].text.strip()[: named.end(1)]
    credits = " ".join(texts[row] for row, reason in reasons.items() if reason == "版权声明" and len(texts[row]) < 120)
    filled = [row for row, text in enumerate(texts) if text and row not in reasons][:8]
    for place, row in enumerate(filled):
        if len(texts[row]) >= 6 and credits.endswith(texts[row]):
            reasons.update(dict.fromkeys(filled[:place], "网站页头"))
            reasons[row] = ""
            return lines[row].text.strip()
    return ""


def _report(texts: list[str], reasons: dict[int, str]) -> tuple[str, ...]:
    counts = Counter(reason for row, reason in reasons.items() if reason and texts[row])
    if not counts:
        return ()
    named = "、".join(f"{reason}（{count} 行）" for reason, count in counts.items())
    return (f"已去掉 {counts.total()} 行网站附加内容：{named}",)
