"""Whether the passages that a sentence cites say what it says."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from retrieval.card import Card
from retrieval.citing import CITED
from retrieval.text import Analyzer

_NUMBER = re.compile(
    r"(\d+(?:\.\d+)?)\s*(%|秒|分钟|小时|天|日|周|个月|月|年|季度|万元|元|万|次|倍|级|分|人|台|家|步|阶段)?"
)
_NEGATION = re.compile(
    r"不(?!断|仅|但|同|管|论|良|满|足|便|定期)|没|未(?!来)|无(?!论)|非(?!常)|禁止|严禁|勿"
    r"|(?<![分级差区特识类鉴个])别(?![人的])|\b(?:not?|never|without)\b"
)
_MARKER = re.compile(r"^[\s>*+\-•#]*(?:(?:\d{1,3}[.\uff0e)\uff09、]|[(\uff08]\d{1,2}[)\uff09])\s*)?")
_LEAD = re.compile(r"[:\uff1a]\**$|^#+\s|^\*\*[^*]+\*\*$")
_CLAUSES = re.compile(r"[,;。!?\n\uff0c\uff1b\uff01\uff1f]|(?<!\d):|:(?!\d)")
_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|ignore|disregard|forget).{0,20}"
    r"(?:指示|指令|规则|提示|设定|要求|问题|内容|instruction|prompt|rule|above|previous)",
    re.IGNORECASE,
)
_LONGEST_LEAD = 40
_HELD, _MATCHES, _NEAR = 0.5, 0.6, 0.05


class Ungrounded(Exception):
    """The model's answer cannot be shown; the message says why, for the log."""


class Source:
    """A section as evidence; orders to the reader that stand in it are none."""

    def __init__(self, analyzer: Analyzer, card: Card) -> None:
        self._analyzer = analyzer
        self.text = analyzer.canonical("\n".join((card.title, *card.path, _without_orders(card.text))))
        self.terms = frozenset(analyzer.terms(self.text))
        self.numbers = frozenset(_numbers(self.text))

    @cached_property
    def clauses(self) -> list[tuple[frozenset[str], int]]:
        """(terms, how many negations) of each clause."""
        clauses = (clause for clause in _CLAUSES.split(self.text) if clause.strip())
        return [(frozenset(self._analyzer.terms(clause)), _negations(clause)) for clause in clauses]


class Check:
    """Takes an answer sentence by sentence and refuses what its citations do not carry."""

    def __init__(self, analyzer: Analyzer, question: str, cards: Sequence[Card]) -> None:
        self._analyzer = analyzer
        self._sources = [Source(analyzer, card) for card in cards]
        self._asked = frozenset(analyzer.terms(analyzer.asked(question)))
        self._used: set[int] = set()
        self._awaited = False
        self.relevant = False

    def sentence(self, text: str) -> None:
        """Accept a sentence or raise Ungrounded; `relevant` once one has to do with the question."""
        numbers = [int(n) for n in CITED.findall(text)]
        bare = _MARKER.sub("", CITED.sub("", text).strip()).strip()
        if not re.search(r"\w", bare):
            if numbers:
                raise Ungrounded("a citation without a sentence")
            return
        if any(not 1 <= n <= len(self._sources) for n in numbers):
            raise Ungrounded(f"a citation that does not exist in {text!r}")
        if numbers:
            self._supported(bare, [self._sources[n - 1] for n in numbers])
            self._used |= set(numbers)
        elif _LEAD.search(text.strip()) and len(bare) <= _LONGEST_LEAD:
            self._numbers_stand(bare, self._sources)
        else:
            raise Ungrounded(f"no citation in {bare!r}")
        self._awaited = not numbers

    def finish(self) -> tuple[int, ...]:
        """The numbers cited; raises Ungrounded for no citation, for a list that never came, for another subject."""
        if not self._used or self._awaited:
            raise Ungrounded("an answer without citations")
        if not self.relevant:
            raise Ungrounded("an answer to something else")
        return tuple(sorted(self._used))

    def _supported(self, bare: str, sources: Sequence[Source]) -> None:
        self._numbers_stand(bare, sources)
        said = self._analyzer.canonical(bare)
        terms = self._analyzer.terms(said)
        for wanted in (terms, [term for term in terms if term not in self._asked]):
            held = sum(any(term in source.terms for source in sources) for term in wanted)
            if held < _HELD * len(wanted):
                raise Ungrounded(f"its source does not say {bare!r}")
        clauses = [clause for source in sources for clause in source.clauses]
        for clause in _CLAUSES.split(said):
            self._agrees(clause, clauses, bare)

    def _numbers_stand(self, bare: str, sources: Sequence[Source]) -> None:
        have = frozenset[str]().union(*(source.numbers for source in sources))
        if any(number not in have for number in _numbers(self._analyzer.canonical(bare))):
            raise Ungrounded(f"a number that its source does not have in {bare!r}")

    def _agrees(self, clause: str, clauses: Sequence[tuple[frozenset[str], int]], bare: str) -> None:
        """The clauses of the sources that it is nearest to must say no where it says no."""
        terms = frozenset(self._analyzer.terms(clause))
        if not terms:
            return
        shares = [(len(terms & source) / len(terms), said_no, source) for source, said_no in clauses]
        best = max((share for share, _, _ in shares), default=0.0)
        near = [(said_no, source) for share, said_no, source in shares if share >= max(best - _NEAR, 1e-9)]
        if any((terms | source) & self._asked for _, source in near):
            self.relevant = True
        negations = _negations(clause)
        if best >= _MATCHES and all(said_no % 2 != negations % 2 for said_no, _ in near):
            raise Ungrounded(f"its source says the contrary of {bare!r}")
        if negations and best < _MATCHES and not any(said_no for said_no, _ in near):
            raise Ungrounded(f"a negation that its source does not have in {bare!r}")


def _without_orders(text: str) -> str:
    """The text without what stands in a paragraph from an order to the model on."""
    parts = re.split(r"(\n\s*\n)", text)
    return "".join(part[: order.start()] if (order := _ORDERS.search(part)) else part for part in parts)


def _numbers(canonical: str) -> Counter[str]:
    return Counter("".join(pair) for pair in _NUMBER.findall(canonical))


def _negations(clause: str) -> int:
    return len(_NEGATION.findall(clause))
