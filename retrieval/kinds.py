"""What kind of answer a question asks for, and whether a text holds one; all texts are folded."""

import re
from collections.abc import Sequence


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_DURATION = _any(
    r"\d+\s*(?:[-~至到]\s*\d+\s*)?个?(?:秒|分钟|小时|天|日|周|月|年|工作日)",
    r"[一两三四五六七八九十半几]\s*个?(?:分钟|小时|天|周|星期|月|年|季度)",
)
_COUNT = _any(r"\d", r"[一二两三四五六七八九十]\s*[个项种步级类大条层次份轮段阶]")
_PEOPLE = _any(
    "经理|主管|顾问|专员|督导|总监|技师|客服|讲师|培训师|专家|店长|人员|团队|部门",
    "负责人|领导|导师|员工|厂家|学者|小组",
)
_MONEY = _any(r"\d+(?:\.\d+)?\s*(?:万?元|块|万)")
_CONTACT = _any(r"\d{7,}", r"\d{3,4}-\d{4,}", "@", "https?:", r"路\d+号")
_SHARE = _any(r"\d+(?:\.\d+)?\s*(?:%|个百分点)", "[一二三四五六七八九]成")
_REASON = _any("因为|原因|由于|目的|为了|避免|防止|以便|否则|因此|所以|导致")
# what asks for it, what it looks like
_KINDS = (
    (_any("多久|多长时间|时限|期限", "几(?:秒|分钟|个?小时|个?月|年)", "how long|how soon"), _DURATION),
    (_any("多少钱|价格|几块|价位|收费|报价多少", "how much (?:is|does|do|for)"), _MONEY),
    (_any("电话(?:是|号|多少)", "手机号|号码|微信号|邮箱|网址|地址", "phone number|email|address"), _CONTACT),
    (_any("第几天|哪一?天|几号讲", "which day|what day"), _any(r"第\d+天")),
    (_any("第几周|哪一?周|which week"), _any(r"第\d+周")),
    (_any("多少分|几分|及格|分数|pass mark"), _any(r"\d+(?:\.\d+)?\s*分")),
    (_any("百分之|几成|占比|比例", "率.{0,6}(?:多少|几)", "(?:多少|几).{0,3}(?:%|百分点)"), _SHARE),
    (_any("几[个项种步级类大条层次份轮段阶家]", "多少[个项种步级类条家次人]", "how many"), _COUNT),
    (_any("多少|几"), _any(r"\d")),
    (_any(r"谁|哪个部门|哪个岗位|什么人|哪些人|\bwho\b"), _PEOPLE),
    (
        _any(r"哪些|哪几|有啥|都有什么|包括什么|分别|which|\blist\b"),
        _any(r"(?:^|\n)\s*[-*•]", r"、[^、\n]+、", r"\n.+\n.+\n"),
    ),
    (_any("怎么算|公式|计算|formula|calculat"), _any("[=÷×]", r"/\s*[\u4e00-\u9fff]", "公式")),
    (_any(r"为什么|为何|原因|\bwhy\b"), _REASON),
)
# Particulars: a section that does not have one cannot answer a question for it, however near its subject is.
_PARTICULARS = (
    (
        _any(
            "(?:多少|几)万?[元块]|多少钱|价格|价位|收费|报酬|工资|月薪|底薪|报名费|罚款|租金",
            "(?:费|补贴|津贴|奖金|奖励|成本|预算|价)[^,。]{0,6}多少",
            "how much (?:is|does|do|for)|price|salary",
        ),
        _any(r"\d+(?:\.\d+)?\s*(?:万?元|块|万|%)"),
    ),
    (_any(r"几\s*年|多少年"), _any(r"\d\s*年|[一两三四五六七八九十]年")),
    (_any(r"几\s*个?月|多少个?月"), _any(r"\d\s*个?月|[一两三四五六七八九十半]个?月")),
    (
        _any(r"几\s*个?小时|多少个?小时|几\s*分钟|多少分钟"),
        _any(r"\d\s*(?:个?小时|分钟)|[一两三四五六七八九十半]个?(?:小时|分钟)"),
    ),
    (_any("多久|多长时间"), _DURATION),
    (_any(r"几\s*次|多少次"), _any(r"\d\s*次|[一两三四五六七八九十每]次")),
    (_any("第几条|几条规定"), _any(r"第\d+条")),
    (_any("多少分|几分"), _any(r"\d\s*分")),
    (
        _any("尺寸|多高|多宽|多厚|厚度|高度|力矩|牛米|几升|多少升|几度|多少度|多少公里|几公里|平米|平方"),
        _any(r"\d\s*(?:毫?米|厘米|cm|mm|公里|千米|升|度|℃|牛|平)"),
    ),
    (
        _any("电话(?:是|号|多少)|手机号|号码|微信|邮箱|网址|地址|密码", "phone number|email|address|password"),
        _CONTACT,
    ),
    (_any("几月|几号|哪一?年|什么日期|哪月", "what date|what year"), _any(r"\d+月\d*|\d{4}年")),
    (_any("名字|姓名|叫什么|姓什么", r"是谁\??$", "name of"), _any("姓名|先生|女士|叫")),
    (_any("型号|什么牌子|哪个牌子|哪个品牌|哪家公司|哪款"), _any("型号|牌")),
)
_MAKERS = _any(
    "奥迪|奔驰|宝马|大众汽车|大众4s|丰田|本田|日产|别克|雪佛兰|福特|北京现代|起亚|马自达|比亚迪|特斯拉|蔚来|理想汽车",
    "小鹏|问界|小米汽车|吉利|长安汽车|奇瑞|长城汽车|哈弗|红旗|五菱|雷克萨斯|沃尔沃|保时捷|路虎|捷豹|凯迪拉克",
    "广汽|上汽|一汽|北汽|极氪|零跑|哪吒|埃安",
    r"\b(?:tesla|bmw|audi|toyota|honda|nissan|ford|benz|volkswagen|byd|volvo|porsche|lexus)\b",
)
_ORDINALS = re.compile(r"第\d+[天周步条章节级项阶]")
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


def missing(question: str, texts: Sequence[str]) -> bool:
    """Whether the question asks for a particular, or names a maker or an ordinal, that none of the texts has."""
    particulars = (has for asks, has in _PARTICULARS if asks.search(question))
    if any(not any(has.search(text) for text in texts) for has in particulars):
        return True
    named = (*_MAKERS.findall(question), *_ORDINALS.findall(question))
    return any(not any(name in text for text in texts) for name in named)


def ordinals(folded: str) -> frozenset[str]:
    """The ordinals a folded text names."""
    return frozenset(_ORDINALS.findall(folded))


def ordinal(asked: frozenset[str], headed: frozenset[str]) -> float:
    """1 when a heading has an ordinal that was asked for, 0 when it has another of that sort, 0.5 when neither."""
    if asked & headed:
        return 1.0
    return 0.0 if {one[-1] for one in asked} & {one[-1] for one in headed} else 0.5
