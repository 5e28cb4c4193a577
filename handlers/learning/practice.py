"""Free quizzing, as people ask for it: 考考我 5S, 练 10 题 备件, 练错题."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from handlers.clock import figures
from handlers.learning import daily
from knowledge.quiz import Bank, Question, Topic
from records.learning.quizzes import Card

MOST = 30
_QUIZ_ME = re.compile(r"(?:考考我|考我|测测我)(?:一下|吧)?[\s,:]*(?:(\d{1,3})\s*[道个]?\s*题)?[\s,:]*(.*)")
_PRACTISE = re.compile(r"(?:练|练习|刷|做|来)\s*(\d{1,3})\s*[道个]?\s*题[\s,:]*(.*)")
_WRONG = re.compile(r"(?:练|练习|做|重做|看|我的)?\s*错题本?")
_CUT = re.compile(r"^(?:关于|有关)|(?:的题目?|相关的?|方面的?|吧|知识)$")


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants to be asked: `n` questions, None where they do not say; `topic` in their words."""

    topic: str = ""
    n: int | None = None
    wrong: bool = False


def wish_of(text: str) -> Wish | None:
    """The wish in what a person types; None where it is none."""
    plain = figures(text).rstrip("。.!~ ")
    if _WRONG.fullmatch(plain):
        return Wish(wrong=True)
    found = _QUIZ_ME.fullmatch(plain) or _PRACTISE.fullmatch(plain)
    if not found or plain.endswith(("?", "吗", "呢")):
        return None
    n = int(found[1]) if found[1] else None
    if n == 0:
        return None
    return Wish(_CUT.sub("", found[2].strip()).strip(), min(n, MOST) if n else None)


def topics_of(bank: Bank, words: str) -> list[Topic]:
    """The topics that go by these words: of that name, else those whose name holds them, or they the name's."""
    wanted = _plain(words)
    names = {topic.key: _plain(topic.name) for topic in bank.topics.values()}
    exact = [bank.topics[key] for key, name in names.items() if wanted in (name, key)]
    return exact or [
        bank.topics[key]
        for key, name in names.items()
        if wanted and (wanted in name or (len(wanted) > 1 and any(part in wanted for part in _parts(name))))
    ]


def about(bank: Bank, words: str) -> list[Question]:
    """The questions on what these words name: a topic's, else those that hold the words."""
    found = [one for topic in topics_of(bank, words) for one in topic.questions]
    wanted = _plain(words)
    return found or [one for one in bank.questions if wanted and wanted in _plain(one.ask + one.why)]


def chosen(bank: Bank, wish: Wish, cards: Mapping[str, Card], n: int, chance: Random) -> list[Question]:
    """At most `n` questions: the wrong ones, or those on a topic, what was never asked and what is weakest first."""
    if wish.wrong:
        return list(daily.wrong(bank, cards))[:n]
    pool = about(bank, wish.topic) if wish.topic else list(bank.questions)
    chance.shuffle(pool)
    known = {key: (1, not one.owed, one.due_at) for key, one in cards.items()}
    fresh = [one for one in pool if one.key not in known]
    seen = sorted((one for one in pool if one.key in known), key=lambda one: known[one.key])
    return [*fresh, *seen][:n]


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).casefold())


def _parts(name: str) -> list[str]:
    """接待与八步流程 -> 接待, 八步流程."""
    return [part for part in re.split(r"[与和、及]", name) if len(part) > 1]
