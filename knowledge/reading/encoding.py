"""Which encoding a text file is in: the strict decoding that looks most like everyday Chinese or English."""

import codecs
from functools import cache

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp950", "utf-16-le", "utf-16-be")
_FREQUENT = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业"
    "外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声"
    "提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金"
    "指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格"
    "望觉术领共确传师观清今切院让识候带导争运服客户店车维修备件员工培训质量检查标准流程项目时间责任情况问题需要进行以及包括提供要求管理"
    "這個們來為國說時會對過發後裡種經麼學現當沒動還進樣開從實無與長機業將兩間問應戰頭體見產話變神總電數報結務場計資許統區隊決馬聽"
    "難權設記類據張該規覺術領確傳師觀識導爭運車維備訓質檢標項責況題"
)
_SIGNS = "\n\r\t—…‘’“”·•×÷±℃→①②③④⑤⑥⑦⑧⑨⑩■□◆◇●○★☆▲△"
_SAMPLE = 20_000


def decode(data: bytes) -> str:
    """The text of `data`, without byte-order mark and with plain line ends; ValueError when it is not text."""
    return _decoded(data).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _checked(data.decode(name))
    if b"\0" not in data:
        try:
            return _checked(data.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    return _checked(_likeliest(data))


def _likeliest(data: bytes) -> str:
    best, best_score = "", 0.0
    for name in _CANDIDATES:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        score = likeness(text[:_SAMPLE])
        if score > best_score:
            best, best_score = text, score
    if best_score < 0.5:
        raise ValueError("no encoding makes sense of these bytes")
    return best


def likeness(text: str) -> float:
    """How much a text looks like Chinese or English: 0 for noise, about 1 for a usual text."""
    return max(0.0, sum(map(_weight, text)) / len(text)) if text else 0.0


def everyday(character: str) -> bool:
    """Whether a Chinese character is among the common ones, simplified or traditional."""
    return character in _frequent() or ord(character) in _common()


def _weight(character: str) -> float:
    code = ord(character)
    if character in _frequent():
        return 1.5
    if 0x20 <= code < 0x7F or 0x3000 <= code <= 0x3011 or 0xFF01 <= code <= 0xFF5E or character in _SIGNS:
        return 1.0
    if code in _common():
        return 0.8
    return 0.0 if 0x4E00 <= code <= 0x9FFF else -1.0


@cache
def _frequent() -> frozenset[str]:
    return frozenset(_FREQUENT)


@cache
def _common() -> frozenset[int]:
    """The code points of GB 2312's first level (3,755 characters) and Big5's first level (5,401)."""
    simplified = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    cells = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = bytes(byte for row in range(0xA4, 0xC7) for cell in cells for byte in (row, cell))
    return frozenset(map(ord, simplified.decode("gb2312", "ignore") + traditional.decode("big5", "ignore")))


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    odd = sum(1 for character in sample if ord(character) < 0x20 and character not in "\n\r\t\f\v")
    if odd > len(sample) // 200:
        raise ValueError("control characters: this is not text")
    return text.replace("\0", "")
