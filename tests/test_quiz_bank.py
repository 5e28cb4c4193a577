"""The bundled questions: enough of them, proved by the handbook, and none that gives itself away."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

import knowledge
from knowledge.answers import read, right, right_answer, worded
from knowledge.course_file import load_course
from knowledge.numerals import said
from knowledge.quiz import Question
from knowledge.quiz_file import load_folder
from knowledge.reading import read as read_document

FOLDER = Path(knowledge.__file__).parent
BANK = load_folder(FOLDER / "quizzes")
COURSE = load_course(FOLDER / "course.yaml")
DAYS = range(1, len(COURSE) + 1)
QUESTIONS = BANK.questions
every = pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.key)
GIVES_AWAY = ("以上都", "以上皆", "都不是", "都正确", "全都是", "都不对")
FULL_WIDTH = str.maketrans("０１２３４５６７８９％", "0123456789%")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_SUM = re.compile(r"(?:\(?[\d.]+%?\)?[×÷+\-])+[\d.]+%?")
_CHINESE_DIGITS = "零一二三四五六七八九十"


@pytest.fixture(scope="module")
def sections() -> dict[tuple[str, tuple[str, ...]], str]:
    """Every section of the handbook by (document, headings), its headings and what stands below it included."""
    found: dict[tuple[str, tuple[str, ...]], str] = {}
    for file in sorted((FOLDER / "documents").glob("*.md")):
        document = read_document(file, max_bytes=1_000_000)
        for section in document.sections:
            for depth in range(1, len(section.path) + 1):
                key = (document.name, section.path[:depth])
                found[key] = found.get(key, section.path[depth - 1]) + "\n" + section.path[-1] + "\n" + section.text
    return found


def proof_of(question: Question, sections: dict[tuple[str, tuple[str, ...]], str]) -> str:
    return sections[question.proof.document, question.proof.section]


def bare(text: str) -> str:
    """Letters, digits and percent signs only."""
    return re.sub(r"[^\w%]", "", text).lower()


def pairs(text: str) -> set[str]:
    """Neighbouring signs, which is what words of Chinese are made of; a single sign stands for itself."""
    plain = bare(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)} or {plain}


def covered(text: str, by: str) -> float:
    """Which share of a text's words stands in another, 0 to 1."""
    wanted = pairs(text)
    if len(wanted) == 1 and len(bare(text)) == 1:
        return float(bare(text) in bare(by))
    return len(wanted & pairs(by)) / len(wanted)


def figures(text: str) -> set[str]:
    return set(_FIGURE.findall(text.translate(FULL_WIDTH)))


def stands(figure: str, text: str) -> bool:
    """Whether a number stands in a text, in digits or in Chinese."""
    value = float(figure)
    if figure in figures(text):
        return True
    return value.is_integer() and value <= 10 and (_CHINESE_DIGITS[int(value)] in text or (value == 2 and "两" in text))


def sums(text: str) -> Iterator[float]:
    """The results of what is reckoned out in a text, also as percent: 180÷200 gives 0.9 and 90."""
    for found in _SUM.findall(re.sub(r"\s", "", text.translate(FULL_WIDTH))):
        result = eval(found.replace("×", "*").replace("÷", "/").replace("%", "/100"))
        yield from (result, result * 100)


def test_there_are_enough_for_the_course_and_for_each_day() -> None:
    assert len(QUESTIONS) >= 360
    assert min(Counter(one.day for one in QUESTIONS)[day] for day in DAYS) >= 5
    assert {one.day for one in QUESTIONS} == set(DAYS)


def test_the_kinds_are_mixed() -> None:
    share = {kind: times / len(QUESTIONS) for kind, times in Counter(one.kind for one in QUESTIONS).items()}
    assert 0.3 <= share["single"] <= 0.5
    assert all(share[kind] >= 0.05 for kind in ("multiple", "truth", "number", "order", "fill"))
    per_day = {day: {one.kind for one in BANK.of_day(day)} for day in DAYS}
    assert [day for day, kinds in per_day.items() if len(kinds) < 3] == []
    assert {one.difficulty for one in QUESTIONS} == {1, 2, 3}


def test_about_half_of_the_sentences_are_true() -> None:
    truths = [one.truth for one in QUESTIONS if one.kind == "truth"]
    assert 0.4 <= sum(map(bool, truths)) / len(truths) <= 0.6


@every
def test_every_question_is_proved_by_a_section_of_the_handbook(question: Question, sections: dict[object, str]) -> None:
    assert (question.proof.document, question.proof.section) in sections


@every
def test_what_is_asked_is_to_be_read_on_its_day(question: Question) -> None:
    day, proof = COURSE.day(question.day), question.proof
    sections = [one.section for one in (*day.reading, *day.more) if one.document == proof.document]
    assert any(proof.section[: len(section)] == section for section in sections)


@every
def test_the_right_answer_stands_in_that_section(
    question: Question, sections: dict[tuple[str, tuple[str, ...]], str]
) -> None:
    proof = proof_of(question, sections)
    if question.kind == "truth":
        said_of_it = [question.ask, question.why] if question.truth else [question.why]
        assert max(covered(one, proof) for one in said_of_it) >= 0.33
    elif question.kind == "number":
        assert covered(_SUM.sub("", question.why), proof) >= 0.4
    else:
        stated = [question.options[one] for one in question.right] or [*question.options] or [question.words[0]]
        shares = [covered(one, proof) for one in stated]
        assert sum(shares) / len(shares) >= 0.5 or (
            question.kind == "single" and covered(stated[0] + question.why, proof) >= 0.5
        )


@every
def test_the_figures_stand_in_that_section_or_are_reckoned_out(
    question: Question, sections: dict[tuple[str, tuple[str, ...]], str]
) -> None:
    known = proof_of(question, sections) + question.ask + " 100"  # what makes a share a percentage
    reckoned = list(sums(question.why))
    results = {round(result, 2) for result in reckoned}
    loose = [one for one in figures(question.why) if not stands(one, known) and float(one) not in results]
    assert loose == []
    if question.number:
        value = question.number.value
        in_handbook = stands(f"{value:g}", proof_of(question, sections))
        assert in_handbook or any(abs(one - value) <= question.number.tolerance + 1e-9 for one in reckoned)


@pytest.mark.parametrize("question", [one for one in QUESTIONS if one.kind == "order"], ids=lambda one: one.key)
def test_steps_come_in_the_order_in_which_the_section_tells_them(
    question: Question, sections: dict[tuple[str, tuple[str, ...]], str]
) -> None:
    proof = proof_of(question, sections)
    told = [bare(proof), *(bare(line) for line in proof.splitlines())]
    assert any(in_order(question.options, text) for text in told)


def in_order(steps: tuple[str, ...], text: str) -> bool:
    """Whether every step can be found behind the one before it, by the longest run of signs they share."""
    at = 0
    for step in map(bare, steps):
        rest = text[at:]
        found = SequenceMatcher(None, rest, step, autojunk=False).find_longest_match()
        if found.size < min(2, len(step)):
            return False
        first = rest.find(step)
        at += first + len(step) if first >= 0 else found.a + found.size
    return True


def test_the_right_option_is_seldom_the_longest_and_never_by_far() -> None:
    singles = [one for one in QUESTIONS if one.kind == "single"]
    margins = {one.key: margin(one) for one in singles}
    assert sum(by > 0 for by in margins.values()) / len(singles) <= 0.35
    assert {key: by for key, by in margins.items() if by > 4} == {}
    assert sum(-shorter(one) > 0 for one in singles) / len(singles) <= 0.35


def margin(question: Question) -> int:
    """By how many signs the right option is longer than every other."""
    return len(question.options[question.right[0]]) - max(len(one) for one in wrong(question))


def shorter(question: Question) -> int:
    """Less than 0 where the right option is the shortest."""
    return len(question.options[question.right[0]]) - min(len(one) for one in wrong(question))


def wrong(question: Question) -> list[str]:
    return [one for index, one in enumerate(question.options) if index not in question.right]


def test_of_several_options_the_right_ones_are_as_long_as_the_others() -> None:
    several = [one for one in QUESTIONS if one.kind == "multiple" and wrong(one)]
    longer = [one.key for one in several if min(len(one.options[i]) for i in one.right) > max(map(len, wrong(one))) + 1]
    assert len(longer) / len(several) <= 0.1
    assert sum(len(one.right) == len(one.options) for one in QUESTIONS if one.kind == "multiple") <= 5


def test_the_right_option_stands_anywhere() -> None:
    places = Counter((len(one.options), one.right[0]) for one in QUESTIONS if one.kind == "single")
    fours = [places[4, place] for place in range(4)]
    assert max(fours) <= 1.3 * min(fours)


@every
def test_no_question_gives_itself_away(question: Question) -> None:
    assert [one for one in question.options if any(word in one for word in GIVES_AWAY)] == []
    for word in (one for one in map(bare, question.words) if len(one) > 1):
        assert word not in bare(question.ask)
    if question.kind == "single" and len(told := bare(question.options[question.right[0]])) > 1:
        assert told not in bare(question.ask)


def test_nothing_is_asked_twice() -> None:
    asked = Counter(bare(one.ask) for one in QUESTIONS)
    assert [text for text, times in asked.items() if times > 1] == []
    by_day = [BANK.of_day(day) for day in DAYS]
    alike = [
        (one.key, other.key)
        for several in by_day
        for index, one in enumerate(several)
        for other in several[index + 1 :]
        if SequenceMatcher(None, one.ask, other.ask).ratio() > 0.8 and right_text(one) == right_text(other)
    ]
    assert alike == []


def right_text(question: Question) -> str:
    return worded(question, right_answer(question))


@every
def test_the_right_answer_can_be_typed(question: Question) -> None:
    answer = right_answer(question)
    typed = "".join("ABCDEF"[one] for one in answer) if isinstance(answer, tuple) else worded(question, answer)
    understood = read(question, typed)
    assert understood is not None
    assert right(question, understood)


@every
def test_texts_read_well(question: Question) -> None:
    assert question.ask[-1] in "？。", question.ask
    assert question.kind != "truth" or question.ask[-1] == "。"
    assert question.why[-1] == "。"
    assert len(question.ask) <= 70
    assert max(map(len, question.options), default=0) <= 24
    assert not re.search(r"[一-鿿][,?!:;]|[,?!:;][一-鿿]|！", question.ask + question.why + "".join(question.options))
    assert question.kind != "fill" or question.ask.count("____") == 1 or "____" not in question.ask
    if question.kind in ("number", "fill") and question.number:
        assert said(worded(question, question.number.value)) is not None
