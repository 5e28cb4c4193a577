"""Particulars a question asks for (a price, a date, a number of people), and how near its subject a text has them.

A section that does not have one cannot answer, however near its subject is; nor does one in a line on something else.
All texts are folded.
"""

import re
from collections.abc import Sequence

from retrieval.card import Card
from retrieval.kinds import CONTACT, DURATION, ORDINALS, SHARE, any_of, bare
from retrieval.rank import Question, Ranked
from retrieval.text import fold

_LINE = re.compile(r"[。!?;\n]+")
_NUMBER = r"(?:\d[\d.,]*\s*(?:[-~至到]\s*\d[\d.,]*)?|[一二两三四五六七八九十百千半每几数]+)\s*[余多来]?个?"
_MONEY = r"\d+(?:\.\d+)?\s*(?:万?元|块|万)"
_NAMED = "姓名|先生|女士|叫"
_PRICE = "(?:价格|单价|价位|收费|费用|报酬|工资|月薪|底薪|报名费|罚款|租金)"
_SIZE = "(?:尺寸|厚度|高度|宽度|力矩|间隙)"
# what asks for it, what it looks like
_PARTICULARS = (
    (
        any_of(
            r"(?<!哪)(?:多少|几)万?元|(?<!哪)几块(?:钱|$|\?)|多少块|多少钱|[卖罚赔]多少\??$",
            rf"多少{_PRICE}|{_PRICE}[^,。]{{0,6}}(?:多少|几)|{_PRICE}\??$",
            "how much (?:is|does|do|for)|price|salary",
        ),
        any_of(_MONEY),
    ),
    (any_of("(?:费|补贴|津贴|奖金|奖励|成本|预算|价)[^,。]{0,6}多少"), any_of(_MONEY, r"\d\s*%")),
    (any_of("多久|多长时间"), any_of(DURATION.pattern, "每[天日周月季年]")),
    (any_of("第几条|几条规定"), any_of(r"第\d+条")),
    (
        any_of(
            "多高|多宽|多厚|多远|多少牛米|几升|多少升|几度|多少度|多少公里|几公里|多少平|几平",
            rf"{_SIZE}[^,。]{{0,6}}(?:多少|几|要求|标准)|{_SIZE}\??$",
        ),
        any_of(r"\d\s*(?:毫?米|厘米|cm|mm|公里|千米|升|度|℃|牛|平)"),
    ),
    (
        any_of("电话(?:是|号|多少)|手机号|号码|微信号|邮箱|网址|地址|密码", "phone number|email|address|password"),
        CONTACT,
    ),
    (
        any_of("几月|几号|哪一?年|什么日期|哪月", "what date|what year"),
        any_of(r"\d+月\d*|\d{4}年", r"第\d+天?\s*[-~至到]\s*第?\d+"),
    ),
    (any_of("名字|姓名|叫什么名|姓什么", "name of"), any_of(_NAMED)),
    (
        any_of(r"是谁\??$"),
        any_of(_NAMED, "由[^,。]{1,12}(?:负责|担任|主持|牵头|审批|完成)", "(?:者|人|师|长|员)(?:[:|]|是|为)"),
    ),
    (any_of("型号|什么牌子|哪个牌子|哪个品牌|哪款|哪家(?:公司|软件|厂|供应商)"), any_of("型号|牌")),
    (
        any_of("公式|怎么计算|如何计算", "formula|calculat"),
        any_of("[=÷×]", r"/\s*[\u4e00-\u9fff]", "公式|除以|乘以|之比"),
    ),
    (any_of("百分之几|几成|占多少|(?:占比|比例|率)[^,。]{0,6}(?:多少|几)"), SHARE),
    (any_of("几个百分点|[升降增减涨跌高低返][^,。]{0,3}几个点"), any_of(r"\d\s*(?:%|个?百分点|个点)")),
    (
        any_of("[在去到从](?:哪里|哪儿|哪)(?!一?[天周步年月个些几类种方])"),
        any_of("平台|系统|网|app|小程序|公众号|群|中心|基地|店|部|室|处|车间|路|区"),
    ),
)
# no list stands for a number of these: it must be written
_COUNTED = re.compile(
    "(?<![第哪好])(?:多少|几)(?:个?(工位|小时|分钟|公里|[人名位台辆家天周年股字份桶瓶套单页篇题次秒升度平折分岁倍]|万(?!元))|个(月))"
)
_SAID_AS = {
    **dict.fromkeys("人名位", "[人名位]"),
    **dict.fromkeys("台辆", "[台辆]"),
    **dict.fromkeys("周月年", "[天周月年]"),
    "天": "(?:[天日周月]|小时)",
    "家": "[家店]",
    "股": "[股%]",
    "小时": "(?:小时|分钟|天)",
    "分钟": "(?:分钟|小时|秒)",
    "秒": "(?:秒|分钟)",
    "公里": "(?:公里|千米|km)",
}
_MAKERS = any_of(
    "奥迪|奔驰|宝马|大众汽车|大众4s|丰田|本田|日产|别克|雪佛兰|福特|北京现代|起亚|马自达|比亚迪|特斯拉|蔚来|理想汽车",
    "小鹏|问界|小米汽车|吉利|长安汽车|奇瑞|长城汽车|哈弗|红旗|五菱|雷克萨斯|沃尔沃|保时捷|路虎|捷豹|凯迪拉克",
    "广汽|上汽|一汽|北汽|极氪|零跑|哪吒|埃安",
    r"\b(?:tesla|bmw|audi|toyota|honda|nissan|ford|benz|volkswagen|byd|volvo|porsche|lexus)\b",
)


def particulars(question: str) -> list[re.Pattern[str]]:
    """What each particular looks like that a folded question asks for."""
    found = [looks for asks, looks in _PARTICULARS if asks.search(question)]
    counted = _COUNTED.search(question)
    if counted:
        what = counted[1] or counted[2]
        found.append(re.compile(_NUMBER + _SAID_AS.get(what, what)))
    return found


def nearness(question: Question, looks: re.Pattern[str], sections: Sequence[Ranked]) -> float | None:
    """How much of the question stands in a line that has the particular, 0 to 1; None when no line has it.

    A heading speaks for every line under it.
    """
    return max((near for one in sections for near in _lines(question, looks, one.card)), default=None)


def _lines(question: Question, looks: re.Pattern[str], card: Card) -> list[float]:
    headed = looks.search(fold(" ".join(card.path)))
    leaf = frozenset(card.leaf.split())
    lines = _LINE.split(bare(card.folded))
    return [question.covered(line, leaf) for line in lines if headed or looks.search(line)]


def unnamed(question: str, sections: Sequence[Ranked]) -> bool:
    """Whether the question names a maker or an ordinal that none of the sections does."""
    named = (*_MAKERS.findall(question), *ORDINALS.findall(question))
    if not named:
        return False
    texts = [fold("\n".join((one.card.title, *one.card.path))) + "\n" + one.card.folded for one in sections]
    return any(not any(name in text for text in texts) for name in named)
