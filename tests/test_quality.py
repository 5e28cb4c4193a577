"""A small part of the labelled questions, asked of the real handbook; `make bench` asks them all."""

from pathlib import Path

from conftest import loaded

from bot.app import opened
from retrieval.evaluate import evaluate, figures, load

QUESTIONS = Path(__file__).with_name("data") / "questions.jsonl"
EVERY = 7


def test_the_labelled_set_is_large_and_has_both_sorts() -> None:
    questions = load(QUESTIONS)
    assert len(questions) >= 150
    assert sum(not one.answerable for one in questions) >= 40
    assert len({one.question for one in questions}) == len(questions)


async def test_most_questions_get_every_key_fact_and_most_strange_ones_are_refused(handbook_home: Path) -> None:
    async with opened(loaded(handbook_home, handbook=True)) as app:
        found = figures(await evaluate(app.desk, load(QUESTIONS)[::EVERY]))
    assert found["reply_holds_every_fact"] >= 0.8
    assert found["first_three_hold_every_fact"] >= 0.88
    assert found["unanswerable_refused"] >= 0.75
    assert found["answerable_refused"] <= 0.12


async def test_the_question_of_the_first_page_is_answered_with_its_source(handbook_home: Path) -> None:
    async with opened(loaded(handbook_home, handbook=True)) as app:
        answer = await app.desk.ask("客户进店多久内要有人接待?")
    assert "1分钟内" in answer.text
    assert answer.citations[0].document == "接待与八步服务流程"
    assert "客户接待" in answer.citations[0].section[-1]
