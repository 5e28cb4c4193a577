"""What kind of answer a question asks for, and whether a text holds one; all texts are folded."""

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    """What matches where any of the patterns does."""
    return re.compile("|".join(patterns))


DURATION = any_of(
    r"\d+\s*(?:[-~至到]\s*\d+\s*)?个?(?:秒|分钟|小时|天|日|周|月|年|工作日)",
    r"[一两三四五六七八九十半几]\s*个?(?:分钟|小时|天|周|星期|月|年|季度)",
)
_COUNT = any_of(r"\d", r"[一二两三四五六七八九十]\s*[个项种步级类大条层次份轮段阶]")
_PEOPLE = any_of(
    "经理|主管|顾问|专员|督导|总监|技师|客服|讲师|培训师|专家|店长|人员|团队|部门",
    "负责人|领导|导师|员工|厂家|学者|小组",
)
_MONEY = any_of(r"\d+(?:\.\d+)?\s*(?:万?元|块|万)")
CONTACT = any_of(r"\d{7,}", r"\d{3,4}-\d{4,}", "@", "https?:", r"路\d+号")
SHARE = any_of(r"\d+(?:\.\d+)?\s*(?:%|个百分点)", "[一二三四五六七八九]成")
_REASON = any_of("因为|原因|由于|目的|为了|避免|防止|以便|否则|因此|所以|导致")
# what asks for it, what it looks like
_KINDS = (
    (any_of("多久|多长时间|时限|期限", "几(?:秒|分钟|个?小时|个?月|年)", "how long|how soon"), DURATION),
    (any_of("多少钱|价格|几块|价位|收费|报价多少", "how much (?:is|does|do|for)"), _MONEY),
    (any_of("电话(?:是|号|多少)", "手机号|号码|微信号|邮箱|网址|地址", "phone number|email|address"), CONTACT),
    (any_of("第几天|哪一?天|几号讲", "which day|what day"), any_of(r"第\d+天")),
    (any_of("第几周|哪一?周|which week"), any_of(r"第\d+周")),
    (any_of("多少分|几分|及格|分数|pass mark"), any_of(r"\d+(?:\.\d+)?\s*分")),
    (any_of("百分之|几成|占比|比例", "率.{0,6}(?:多少|几)", "(?:多少|几).{0,3}(?:%|百分点)"), SHARE),
    (any_of("几[个项种步级类大条层次份轮段阶家]", "多少[个项种步级类条家次人]", "how many"), _COUNT),
    (any_of("多少|几"), any_of(r"\d")),
    (any_of(r"谁|哪个部门|哪个岗位|什么人|哪些人|\bwho\b"), _PEOPLE),
    (
        any_of(r"哪些|哪几|有啥|都有什么|包括什么|分别|which|\blist\b"),
        any_of(r"(?:^|\n)\s*[-*•]", r"、[^、\n]+、", r"\n.+\n.+\n"),
    ),
    (any_of("怎么算|公式|计算|formula|calculat"), any_of("[=÷×]", r"/\s*[\u4e00-\u9fff]", "公式")),
    (any_of(r"为什么|为何|原因|\bwhy\b"), _REASON),
)
ORDINALS = re.compile(r"第\d+[天周步条章节级项阶]")
_MARKS = re.compile(r"(?m)^\s*\d{1,3}[.)、]\s*|第\d+[步节章条级]")


def wanted(question: str) -> tuple[int, ...]:
    """Which kinds of answer a folded question asks for, as numbers for `holds`."""
    return tuple(i for i, (asks, _) in enumerate(_KINDS) if asks.search(question))


def bare(text: str) -> str:
    """A folded text without list marks and step numbers, which answer no "how many"."""
    return _MARKS.sub(" ", text)


def holds(kinds: tuple[int, ...], bare_text: str) -> float:
    """The share of the kinds that the text has: 0 to 1; 0.5 when nothing special is asked for."""
    return sum(bool(_KINDS[i][1].search(bare_text)) for i in kinds) / len(kinds) if kinds else 0.5


def ordinals(folded: str) -> frozenset[str]:
    """The ordinals a folded text names."""
    return frozenset(ORDINALS.findall(folded))


def ordinal(asked: frozenset[str], headed: frozenset[str]) -> float:
    """1 when a heading has an ordinal that was asked for, 0 when it has another of that sort, 0.5 when neither."""
    if asked & headed:
        return 1.0
    return 0.0 if {one[-1] for one in asked} & {one[-1] for one in headed} else 0.5
