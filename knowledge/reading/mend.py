"""Text that converters damaged: pinyin notes inside words, GBK bytes read one place off, lost-character marks."""

import re
from collections import Counter
from dataclasses import replace

from knowledge.reading.encoding import everyday
from knowledge.reading.line import Line

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_LETTER = f"[a-z\u00fc{_TONED}]"
_NOTE = re.compile(rf"(?<=[\u3400-\u9fffA-Z}}])[(\uff08]({_LETTER}{{1,6}})[)\uff09]")
_SYLLABLE = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:ai?|ang?|ao|ei?|eng?|er|i|iang?|ian|iao?|ie|ing?|iong|iu|ong?|ou?|u|uai?|uang?|uan|ue|ui|un|uo|\u00fce?)"
)
_PLAIN = str.maketrans(_TONED, "aaaaeeeeiiiioooouuuu\u00fc\u00fc\u00fc\u00fc")
_SHIFTED = re.compile(r"\?\?([\u3400-\u9fff\u0370-\u04ff\u2500-\u25ff]{1,20}?(?:[A-Za-z{|}~]|(?=\?)))")
_CUT = re.compile(rf"\?{_LETTER}{{1,6}}[)\uff09]([\u0370-\u03ff\u4e00-\u9fff]{{2,12}}?)[A-Z]{{1,2}}")
_MARK = re.compile(rf"\?{_LETTER}{{1,6}}[)\uff09]|\?\?|\ufffd+")
_EMOJI = re.compile(r"^(\s*(?:[•·●○▪*+-]\s+)?)\?\s+(?=\S)", re.MULTILINE)
_ENOUGH = 5


def mend(lines: list[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """The lines with certain damage undone, and Chinese warnings that count what was mended and what is lost."""
    text = "\n".join(line.text for line in lines)
    notes = shifts = lost = 0
    if shows_notes(text):
        text, notes = _without_notes(text)
        text, shifts = _realigned(text)
        text = _CUT.sub(_after_cut, text)
        text, lost = _without_marks(text, _MARK)
    text, replaced = _without_marks(text, re.compile("\ufffd+"))
    text, emoji = _without_emoji_marks(text)
    mended = [replace(line, text=part) for line, part in zip(lines, text.split("\n"), strict=True)]
    return mended, _report(notes, shifts, lost + replaced, emoji)


def _report(notes: int, shifts: int, lost: int, emoji: int) -> tuple[str, ...]:
    said = (
        (notes, f"已修复转换损坏的文字：去掉词中的拼音注音 {notes} 处"),
        (shifts, f"已复原错位的字 {shifts} 处"),
        (lost, f"原文有 {lost} 处丢失的字无法恢复，已去掉乱码标记"),
        (emoji, f"原文有 {emoji} 处丢失的符号（问号），已去掉"),
    )
    return tuple(words for count, words in said if count)


def shows_notes(text: str) -> bool:
    """Whether pinyin notes stand inside running words so often, on the same characters, that a converter put them."""
    toned = Counter(
        text[found.start() - 1]
        for found in _NOTE.finditer(text)
        if _syllable(found[1]) and any(letter in _TONED for letter in found[1])
    )
    return toned.total() >= _ENOUGH and max(toned.values()) >= 2


def _syllable(note: str) -> bool:
    return _SYLLABLE.fullmatch(note.translate(_PLAIN)) is not None


def _without_notes(text: str) -> tuple[str, int]:
    count = sum(1 for found in _NOTE.finditer(text) if _syllable(found[1]))
    return _NOTE.sub(lambda found: "" if _syllable(found[1]) else found[0], text), count


def _realigned(text: str) -> tuple[str, int]:
    """Undo GBK read one byte off. A converter took the bytes A3 BF (a question mark) out of two characters, so what

    follows is shifted until an ASCII letter ends it; 0xBF goes back in front. Only characters the text has elsewhere
    are believed, the rest of the shifted run is lost.
    """
    known = set(_SHIFTED.sub("", text))
    mended = 0

    def back(found: re.Match[str]) -> str:
        nonlocal mended
        believed = _believed(found[1], known)
        if len(believed) < 2:
            return found[0]
        mended += 1
        whole = len(believed) * 2 - 1 >= len(found[1].encode("gb18030"))
        return "??" + believed + ("" if whole else "\ufffd")

    return _SHIFTED.sub(back, text), mended


def _after_cut(found: re.Match[str]) -> str:
    """What is left of a run that begins with the second half of a lost character."""
    restored = found[1].encode("gb18030")[1:].decode("gb18030", "ignore")
    return "\ufffd" + "".join(character for character in restored if everyday(character)) + "\ufffd"


def _believed(shifted: str, known: set[str]) -> str:
    restored = (b"\xbf" + shifted.encode("gb18030")).decode("gb18030", "replace")
    for end, character in enumerate(restored):
        if character not in known or not "\u4e00" <= character <= "\u9fff":
            return restored[:end]
    return restored


def _without_marks(text: str, marks: re.Pattern[str]) -> tuple[str, int]:
    """Without lost-character marks, and without a rare character right before one: half of what was lost."""
    kept, start, count = "", 0, 0
    for found in marks.finditer(text):
        kept += text[start : found.start()]
        if found[0].startswith("?") and kept and "\u4e00" <= kept[-1] <= "\u9fff" and not everyday(kept[-1]):
            kept = kept[:-1]
        start = found.end()
        count += 1
    return kept + text[start:], count


def _without_emoji_marks(text: str) -> tuple[str, int]:
    """A "? " that begins several lines was a symbol once; headings keep theirs for the outline to see."""
    count = len(_EMOJI.findall(text))
    if count < 3:
        return text, 0
    return _EMOJI.sub(lambda found: found[0] if not found[1].strip() else found[1], text), count
