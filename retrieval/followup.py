"""Completes a question that leans on the one before: "那保养呢", "第二步呢", "为什么", "它的公式呢"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.text import fold, simplify, tokens

_UNIT = "阶段|步骤|季度|模块|部分|环节|象限|章节|小时|[\u4e00-\u9fff]"
_RANK = re.compile(rf"第(\d+)({_UNIT})?|(?<![a-z\d])([\d一二三四五六七八九十a-z特])({_UNIT})(?<=[级类星档线月阶层])")
_NEXT = re.compile(rf"^([下上])一?个?({_UNIT})")
_ASKER = (
    "什么|啥|哪|谁|几[个项种步级天周年次名人分条类家层档]|多少|多久|多长|多大|多高|怎么|怎样|咋|如何|为何|是否|是不是|有没有"
    "|能不能|可不可以|要不要|需不需要|吗|\\b(?:what|how|why|when|which|who|where|is|are|does|do|can|should)\\b"
)
_ASPECT = (
    "目标|目的|公式|算法|原因|理由|时限|期限|标准|要求|要点|重点|管控|控制点|流程|步骤|顺序|方法|做法|措施|技巧|定义|含义|意思|概念|作用"
    "|好处|意义|价值|权重|比例|占比|频率|频次|周期|负责人|责任人|内容|注意事项|工具|作业|练习|考核|指标|话术|表格|模板|数量|上限|下限|范围|条件|限制|职责|任务|分工|结果|好坏|维度|等级"
    "|formulas?|goals?|steps?|examples?|meaning|deadline|weights?"
)
_MORE = "为什么|为啥|为何|原因|理由|举例|举个?例子|例子|案例|展开|详细|具体|继续|还有|更多|别的|why|more|else|example"
_FILLER = (
    "那么?|这么?|这样|请问?|再|又|还有?|也|就|都|是|有|要|得|会|能|可以|应该|需要|必须|具体|详细|一般|通常|到底|究竟|主要|分别|来|去|做|办|算|用|写"
    "|查|看|处理|执行|操作|计算|负责|包括|包含|进行|完成|安排|的|了|个|些|一次|一下|一点|一|次|下|点|里|内|时候|时间|人|由|在|给|说|讲|我|听|举|例"
    "|提高|提升|降低|减少|改进|改善|控制|避免|解决|达到|达标|展开|继续|更多|别的|其[他它]|不|才能?|呢|呀|啊|吧|么|嘛|\\b(?:tell|give|me|us|an?|the|for|so|to|it|that|be|long|often|many|much|any|anything|and|but)\\b"
    "|[\\s\\W]"
)
_GENERIC = re.compile(rf"(?:{_ASKER}|{_ASPECT}|{_MORE}|{_FILLER})+", re.IGNORECASE)
_SAYS = re.compile(rf"{_ASKER}|{_ASPECT}|{_MORE}", re.IGNORECASE)
_WITH_ASPECT = re.compile(rf"(?:{_ASPECT})$", re.IGNORECASE)
_ASKS = re.compile(_ASKER, re.IGNORECASE)
_WHOLE = re.compile(_MORE, re.IGNORECASE)
_OPENING = re.compile(
    r"^\W*(?:那么|那(?![个些里天边种样时家项步类])|然后|还有|另外|再问一下|换成|如果是|and\b|then\b|(?:what|how)\s+about\b|for\b)[\s,\uff0c]*(?:the\s)?",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"\s*(?:也(?:是这样|一样|适用|需要|[是要有])?[吗么]?|怎么样|怎样|咋样|又?如何)?[呢呀啊]*\W*$")
_LEANING = re.compile(r"(?:呢|也(?:是这样|一样|适用|需要|[是要有])[吗么]|怎么样|怎样|咋样)\W*$")
_NOUN = "(?:指标|步骤|流程|问题|课程|岗位|比例|制度|活动|阶段|数字|环节|方法|工具|系统|概念|原则|方面|会议|报告|报表)?"
_POINTER = re.compile(
    rf"(?<!其)它们?|(?:(?:这|那)(?:一?[个步项条种类节]|些)|那一?[天周])(?!月|季|星期|周|礼拜|年|样){_NOUN}|(?:该|此|上述){_NOUN}(?<=..)(?<![该此述])"
    rf"|^这(?=[要怎如有能需为由得算可])|^其(?=公式|目标|目的|计算|含义|流程|权重|标准|要求|定义|作用)"
)
_ABOVE = re.compile(r"(?:上面|刚才|前面|刚刚)(?:[提说讲]到?)?的?(?:那个|那些|这些)?")
_IT = re.compile(r"\b(?:it|its|this|that|them|their)\b", re.IGNORECASE)
_MEANS = re.compile(r"什么意思|什么含义|怎么理解|指什么")
_VERBS = "注意|检查|准备|包括|包含|分为|分成|做好|负责|规定|安排|放在|设定|[做看查学讲用分有填问说算写占管抓由是在]"
_TAIL = re.compile(
    rf"(?:的|一般|通常|分别)?(?:应该|应当|需要|必须|可以|[要应需得能])*(?:{_VERBS})*(?:{_ASKER})", re.IGNORECASE
)
_HEAD = re.compile(
    r"^(?:请问)?(?:什么是|什么叫|(?:怎么|怎样|如何|为什么要?|有哪些|哪些)(?:计算|处理|管理|提高|提升|降低|减少|制定|控制|分析|开展|组织|应对|回复|检查|考核"
    r"|设定|策划|安排|评价|衡量|理解|做好|做|算|写|选|看|定)|介绍一下|介绍|解释一下|解释)"
)
_OF = re.compile(r"^.*\b(?:of|for|in|about|on|at|during)\s+(?:the\s+|an?\s+)?", re.IGNORECASE)
_IS = re.compile(
    r"^(?:what\s+(?:is|are|does)|how\s+(?:is|are|do\s+(?:we|you|i)|to)(?:\s+calculate)?|define|explain)\s+(?:the\s+|an?\s+)?",
    re.IGNORECASE,
)
_LATIN = re.compile(r"[^\u3400-\u9fff]+")
_TERMS, _LENGTH, _WORDS = 10, 16, 8


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier exchange: what was really searched for, and the heading of the section that answered ("" if none)."""

    searched: str
    heading: str


def complete(question: str, past: Sequence[Past]) -> str:
    """The question as it would be asked alone; itself when it does not lean on anything."""
    text = simplify(question).strip()
    if not past or not text or len(tokens(fold(text))) > 2 * _TERMS:
        return question
    before, heading = _plain(past[-1].searched), past[-1].heading
    if _ABOVE.search(text):
        return f"{heading or before} {_ABOVE.sub('', text, count=1)}"
    if _POINTER.search(text):
        return _POINTER.sub(lambda _: _topic(before) or heading, text, count=1)
    focus = _CLOSING.sub("", _OPENING.sub("", text, count=1), count=1).strip().removesuffix("的")
    if _generic(text) or _generic(focus):
        return _aspect_of(before, heading, focus or text)
    if _LATIN.fullmatch(text) and _IT.search(text) and len(text.split()) <= _WORDS:
        return f"{_topic(before) or heading} {text}"
    if _ASKS.search(focus) or _WITH_ASPECT.search(focus):
        return _in_series(before, focus) or question
    leans = _OPENING.match(text) or _LEANING.search(text) or _RANK.fullmatch(fold(focus)) or _NEXT.fullmatch(focus)
    return _exchange(before, focus) if leans and focus and len(tokens(fold(focus))) <= _TERMS else question


def _generic(text: str) -> bool:
    """Whether it asks without saying of what: "为什么", "目标是什么", "多久一次"."""
    return _GENERIC.fullmatch(text) is not None and _SAYS.search(text) is not None


def _aspect_of(before: str, heading: str, asked: str) -> str:
    """A reason, an example or more of the same of the whole question; anything else of its topic."""
    if _WHOLE.search(asked):
        return f"{before} {asked}"
    return f"{_topic(before) or heading or before} {asked}"


def _in_series(before: str, focus: str) -> str:
    """ "第2步怎么做" after "八步流程第1步…": the same series; "" when the two are no such pair."""
    folded, new = fold(before), fold(focus)
    fresh = _RANK.match(new)
    old = fresh and _counterpart(folded, fresh)
    return folded[: old.start()] + new if old and fresh and old[2] == fresh[2] and old.start() else ""


def _exchange(before: str, focus: str) -> str:
    """The earlier question with its own focus exchanged for the new one: an ordinal for an ordinal, else the topic."""
    folded, new = fold(before), fold(focus)
    step = _NEXT.match(new)
    fresh = _RANK.search(new)
    old = _counterpart(folded, step or fresh)
    if step and old and old[1]:
        number = int(old[1]) + (1 if step[1] == "下" else -1)
        return f"{folded[: old.start()]}第{number}{old[2] or step[2]}{folded[old.end() :]}"
    if fresh and old:
        unit = (old[2] or "") if fresh[1] and not fresh[2] else ""
        return folded[: old.start()] + new + unit + folded[old.end() :]
    if fresh and fresh.end() == len(new):
        return focus if fresh[2] in ("天", "周") else f"{_topic(before)} {focus}"
    return _of_topic(before, focus)


def _counterpart(folded: str, fresh: re.Match[str] | None) -> re.Match[str] | None:
    """The ordinal in the earlier question that the new one stands for: of its unit, else the first."""
    olds = list(_RANK.finditer(folded)) if fresh else []
    return next((old for old in olds if fresh and fresh[2] in old.groups()), olds[0] if olds else None)


def _of_topic(before: str, focus: str) -> str:
    """What was asked of the earlier topic, asked of another."""
    if _LATIN.fullmatch(before):
        head = _OF.match(before) or _IS.match(before)
        return f"{head.group()}{focus}" if head else f"{focus} {before}"
    head = _HEAD.match(before)
    if head:
        return f"{head.group()}{focus}"
    if _MEANS.search(before) and "的" in _topic(before):
        focus = f"{_topic(before).rpartition('的')[0]}的{focus}"
    asked = before[len(_topic(before)) :]
    return f"{focus}{asked}" if asked and asked != before else f"{focus} {before}"


def _topic(before: str) -> str:
    """What a question is about, without what it asks of it: up to its last 的, else up to its asking words."""
    head = _HEAD.match(before) or (_LATIN.fullmatch(before) and _IS.match(before))
    if head:
        return before[head.end() :]
    topic, mark, after = before.rpartition("的")
    if mark and topic and 1 < len(after) <= _LENGTH and not _MEANS.search(after):
        return topic
    tail = _TAIL.search(before)
    if tail is None:
        return before
    return before[: tail.start()].strip()


def _plain(question: str) -> str:
    """The question without its stop, and without what an earlier completion hung on it."""
    text = simplify(question).strip().rstrip("?。.! ")
    while True:
        head, _, last = text.rpartition(" ")
        if not head or not _generic(last) or _LATIN.fullmatch(text):
            return text
        text = head
