"""Mends the wrong character of the right sound that a phone picked: 返修律 is 返修率 (sounds from pypinyin)."""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

_CHINESE = re.compile("[\u4e00-\u9fff]{3,}")
_GRAMMAR = frozenset(
    "的地得一二三四五六七八九十几不没是有在和与或到去来要能会就都也还又再很"
    "太多少大小上下里外前后时个这那哪之第了着过给把被让对从向为以及其他你我"
)
_COMMON = 2  # sections that must know each mended pair


def mended(text: str, frequency: Callable[[str], int]) -> str:
    """The simplified text, each character that fits neither neighbour put right where its sound allows.

    `frequency` says in how many sections a pair of characters stands. Every pair of a mended word must be known, and
    two pairs make a word: what is merely unknown stays as it is.
    """
    return _CHINESE.sub(lambda run: _mended(run.group(), frequency), text)


def _mended(run: str, frequency: Callable[[str], int]) -> str:
    for at, character in enumerate(run):
        if character not in _GRAMMAR and not any(map(frequency, _with(run, at))):
            ways = (run[:at] + one + run[at + 1 :] for one in _alike(character) if one not in _GRAMMAR)
            rarest, best = max(((_known(_word(way, at), frequency), way) for way in ways), default=(0, run))
            run = best if rarest >= _COMMON else run
    return run


def _with(run: str, at: int) -> list[str]:
    """The pairs that the character there is in: two, one at an end."""
    return [run[i : i + 2] for i in (at - 1, at) if 0 <= i < len(run) - 1]


def _word(run: str, at: int) -> list[str]:
    """The two pairs of the three characters around there."""
    first = min(max(at - 1, 0), len(run) - 3)
    return [run[first : first + 2], run[first + 1 : first + 3]]


def _known(pairs: Sequence[str], frequency: Callable[[str], int]) -> int:
    """In how many sections the rarest stands; a pair with a word of grammar proves nothing."""
    return 0 if _GRAMMAR.intersection("".join(pairs)) else min(map(frequency, pairs))


def _alike(character: str) -> list[str]:
    """The common characters that sound like it, without tones."""
    sounds, groups = _sounds()
    return [one for one in groups.get(sounds.get(character, ""), ()) if one != character]


@cache
def _sounds() -> tuple[dict[str, str], dict[str, list[str]]]:
    """(character -> its usual sound, sound -> its common characters); read when the first character is in doubt."""
    table = Path(str(distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")))  # importing it takes 0.3 s
    rows = json.loads(table.read_text(encoding="utf-8"))
    sounds = {chr(int(code)): _toneless(readings.partition(",")[0]) for code, readings in rows.items()}
    groups: dict[str, list[str]] = {}
    for character, sound in sounds.items():
        if b"\xb0" <= character.encode("gb2312", "ignore") < b"\xd8":  # the 3,755 of its first level
            groups.setdefault(sound, []).append(character)
    return sounds, groups


def _toneless(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading)
    return "".join(c for c in decomposed if not unicodedata.combining(c) or c == "\u0308")
