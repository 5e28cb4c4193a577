"""The pure parts of learning: memory, the pick of a day, streaks, mastery, item statistics, drawing, wishes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card as Fsrs
from fsrs import Rating, Scheduler
from hypothesis import given, settings
from hypothesis import strategies as st

import knowledge
from handlers.learning import daily, drawing, items, practice, streaks
from handlers.learning.items import BLIND, EASY, HARD, Item, Standard
from handlers.learning.mastery import by_topic, overall
from handlers.learning.memory import Memory
from handlers.learning.practice import Wish
from knowledge.quiz_file import load_folder
from knowledge.workdays import Calendar
from records.learning.quizzes import Attempt, Card, Streak

CHINA = ZoneInfo("Asia/Shanghai")
BANK = load_folder(Path(knowledge.__file__).parent / "quizzes")
MONDAY = date(2026, 5, 11)
NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)
DAY = timedelta(days=1)
MEMORY = Memory()
WORKDAYS = Calendar().works


def reviews(rights: list[bool], gaps: list[int]) -> tuple[Card, Fsrs]:
    """Our card and the library's after the same answers, `gaps` days apart."""
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    ours, theirs, now = None, Fsrs(card_id=0, due=NOON), NOON
    for right, gap in zip(rights, gaps, strict=True):
        now += gap * DAY
        ours = MEMORY.reviewed(ours, "q", right, now, now.date())
        theirs, _ = scheduler.review_card(theirs, Rating.Good if right else Rating.Again, now)
    assert ours is not None
    return ours, theirs


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40)), min_size=1, max_size=12))
def test_due_dates_are_the_librarys_own(answers: list[tuple[bool, int]]) -> None:
    ours, theirs = reviews([right for right, _ in answers], [gap for _, gap in answers])
    assert ours.due_at == theirs.due
    assert Fsrs.from_dict(ours.state) == theirs  # type: ignore[arg-type]


def test_a_question_of_the_day_comes_again_in_whole_days() -> None:
    right, wrong = MEMORY.reviewed(None, "q", True, NOON, MONDAY), MEMORY.reviewed(None, "q", False, NOON, MONDAY)
    assert right.due_at - NOON == 2 * DAY
    assert wrong.due_at - NOON == DAY


def test_only_the_first_answer_of_a_day_counts_but_a_miss_is_always_a_miss() -> None:
    card = MEMORY.reviewed(None, "q", True, NOON, MONDAY)
    assert MEMORY.reviewed(card, "q", True, NOON, MONDAY) == card
    missed = MEMORY.reviewed(card, "q", False, NOON, MONDAY)
    assert (missed.owed, missed.right, missed.due_at) == (3, False, card.due_at)
    assert MEMORY.reviewed(missed, "q", True, NOON, MONDAY) == missed


def test_a_wrong_one_is_made_good_by_three_right_answers_on_different_days() -> None:
    card, owed = MEMORY.reviewed(None, "q", False, NOON, MONDAY), []
    for day in range(1, 5):
        card = MEMORY.reviewed(card, "q", True, NOON + day * DAY, MONDAY + day * DAY)
        owed.append(card.owed)
    assert owed == [2, 1, 0, 0]
    assert MEMORY.reviewed(card, "q", False, NOON + 9 * DAY, MONDAY + 9 * DAY).owed == 3


def pick(cards: dict[str, Card], day: int | None = 12, today: date = MONDAY, n: int = 5, seed: int = 1) -> list[str]:
    return [one.key for one in daily.picked(BANK, day, cards, today, CHINA, n, Random(seed))]


def card(key: str, due: int, *, right: bool = True, owed: int = 0, on: int = -9) -> Card:
    """A card that is due so many days from Monday."""
    return Card(key, {}, NOON + due * DAY, right, owed, MONDAY + on * DAY)


def test_the_first_set_is_todays_subject() -> None:
    assert {BANK.by_key[key].day for key in pick({})} == {12}


def test_what_is_due_has_three_of_five_places_and_the_wrong_ones_go_first() -> None:
    old = [one.key for one in BANK.questions if one.day < 10][:20]
    cards = {key: card(key, -n) for n, key in enumerate(old)} | {old[3]: card(old[3], 0, right=False, owed=2)}
    chosen = pick(cards)
    assert sum(BANK.by_key[key].day == 12 for key in chosen) == 2
    assert set(chosen) & set(old) == {old[3], old[19], old[18]}


def test_what_is_due_later_today_is_due() -> None:
    cards = {one.key: card(one.key, 90) for one in BANK.questions}
    key = BANK.questions[100].key
    cards[key] = Card(key, {}, datetime(2026, 5, 11, 15, 59, tzinfo=UTC), True, 0, MONDAY - DAY)  # 23:59 in Shanghai
    assert key in pick(cards, n=1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 99), st.integers(1, 60), st.integers(1, 9), st.data())
def test_a_set_is_never_larger_than_the_cap_and_nothing_stands_in_it_twice(
    seed: int, day: int, n: int, data: st.DataObject
) -> None:
    known = data.draw(st.lists(st.sampled_from([one.key for one in BANK.questions]), unique=True, max_size=60))
    cards = {key: card(key, data.draw(st.integers(-60, 30)), on=data.draw(st.integers(-60, 0))) for key in known}
    chosen = pick(cards, day, n=n, seed=seed)
    taught = {one.key for one in BANK.questions if one.day <= day and one.key not in cards}
    asked_before = {key for key, one in cards.items() if one.reviewed_on < MONDAY}
    assert len(chosen) == len(set(chosen)) == min(n, len(taught | asked_before))
    assert not [key for key in chosen if key in cards and cards[key].reviewed_on == MONDAY]
    assert not [key for key in chosen if key not in cards and BANK.by_key[key].day > day]


def test_where_everything_was_asked_today_there_is_nothing_more() -> None:
    assert pick({one.key: card(one.key, 3, on=0) for one in BANK.questions}) == []


def run(days: list[date], most: int = 2) -> Streak:
    streak = Streak()
    for day in days:
        streak = streaks.extended(streak, day, WORKDAYS, most)
    return streak


def test_weekends_break_no_streak_and_add_a_day_where_they_are_used() -> None:
    friday = MONDAY + 4 * DAY
    assert run([friday, friday + 3 * DAY]).days == 2
    assert run([friday, friday + DAY, friday + 3 * DAY]).days == 3
    assert run([friday, friday]).days == 1


def test_a_missed_workday_uses_up_a_freeze_and_the_next_begins_anew() -> None:
    once = run([MONDAY, MONDAY + 2 * DAY])
    assert (once.days, once.freezes) == (2, 0)
    twice = run([MONDAY, MONDAY + 2 * DAY, MONDAY + 4 * DAY])
    assert (twice.days, twice.best) == (1, 2)


def test_ten_days_in_a_row_earn_a_freeze_up_to_the_most() -> None:
    workdays = [day for n in range(60) if WORKDAYS(day := MONDAY + n * DAY)]
    assert [run(workdays[:n]).freezes for n in (9, 10, 20, 40)] == [1, 2, 2, 2]
    assert run(workdays[:10], 0).freezes == 0


def test_a_streak_stands_while_it_can_still_be_kept() -> None:
    one = run([MONDAY])
    assert [streaks.standing(one, MONDAY + n * DAY, WORKDAYS).days for n in (1, 2, 3)] == [1, 1, 0]


def test_mastery_is_the_mean_chance_to_know_what_was_asked() -> None:
    first, second = (one.key for one in BANK.topics["5s"].questions[:2])
    good, bad = MEMORY.reviewed(None, first, True, NOON, MONDAY), MEMORY.reviewed(None, second, False, NOON, MONDAY)
    [topic] = by_topic(BANK, {first: good, second: bad}, MEMORY, NOON)
    assert (topic.known, topic.seen, topic.questions) == (0.5, 2, len(BANK.topics["5s"].questions))
    later = by_topic(BANK, {first: good}, MEMORY, NOON + 2 * DAY)
    assert later[0].known == pytest.approx(0.9, abs=0.02)  # due when the chance has sunk to that
    assert overall(()) is None


def attempts(answers: dict[str, str]) -> list[Attempt]:
    """Question -> one sign a person: 1 right, 0 wrong, - not answered."""
    return [
        Attempt(person, "daily", 1, 1, key, "v", "t", sign == "1", None, MONDAY, NOON, True)
        for key, signs in answers.items()
        for person, sign in enumerate(signs)
        if sign != "-"
    ]


def test_items_are_judged_by_first_attempts_of_enough_people() -> None:
    able = {f"q{n}": "1111100000" for n in range(4)}
    found = {one.question: one for one in items.items(attempts({
        **able, "easy": "1111111111", "hard": "0000000100", "upside-down": "0000011111", "few": "00-------0",
    }))}  # fmt: skip
    standard = Standard(least=10)
    assert found["q0"].flaws(standard) == ()
    assert found["easy"].flaws(standard) == (EASY,)
    assert found["hard"].flaws(standard) == (HARD, BLIND)
    assert found["upside-down"].flaws(standard) == (BLIND,)
    assert found["upside-down"].discrimination == pytest.approx(-1, abs=0.1)
    assert found["few"].flaws(standard) == ()
    assert items.bad(found.values(), standard)[0].question == "upside-down"


def test_second_attempts_and_other_versions_are_not_mixed_in() -> None:
    first = attempts({"q": "10"})
    again = [Attempt(0, "free", 2, 1, "q", "v", "t", False, None, MONDAY, NOON, False)]
    mended = [Attempt(0, "free", 3, 1, "q", "w", "t", False, None, MONDAY, NOON, True)]
    assert items.items([*first, *again, *mended]) == (Item("q", "v", 2, 0.5, None), Item("q", "w", 1, 0.0, None))


def test_an_exam_draws_every_topic_by_its_days() -> None:
    drawn = drawing.drawn(BANK, range(11, 23), 25, Random(3))
    assert len({one.key for one in drawn}) == 25
    assert {one.day for one in drawn} <= set(range(11, 23))
    counted, wanted = Counter(one.topic for one in drawn), drawing.weights(BANK, range(11, 23))
    assert set(counted) == set(wanted)
    whole = sum(wanted.values())
    assert all(abs(counted[topic] - 25 * weight / whole) <= 1 for topic, weight in wanted.items())
    assert drawn != drawing.drawn(BANK, range(11, 23), 25, Random(4))


@given(st.dictionaries(st.text(min_size=1, max_size=2), st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=8),
       st.integers(1, 40))  # fmt: skip
def test_shares_add_up_and_no_topic_gives_more_than_it_has(topics: dict[str, tuple[int, int]], n: int) -> None:
    weights = {key: weight for key, (weight, _) in topics.items()}
    there = {key: many for key, (_, many) in topics.items()}
    given_ = drawing.shared(weights, there, n)
    assert sum(given_.values()) == min(n, sum(there.values()))
    assert all(0 <= given_[key] <= there[key] for key in given_)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("考考我 5S", Wish("5s")),
        ("考考我5S吧", Wish("5s")),
        ("考我备件管理", Wish("备件管理")),
        ("考考我，关于投诉的题", Wish("投诉")),
        ("考考我", Wish()),
        ("练 10 题 备件", Wish("备件", 10)),
        ("练十题备件", Wish("备件", 10)),
        ("来３道题", Wish("", 3)),
        ("刷 99 题", Wish("", 30)),
        ("练错题", Wish(wrong=True)),
        ("错题本", Wish(wrong=True)),
        ("练习册放在哪里？", None),
        ("考试几点开始", None),
        ("做 2 题要多久？", None),
        ("备件库存怎么盘点", None),
    ],
)
def test_wishes_are_read_as_they_are_typed(text: str, wish: Wish | None) -> None:
    assert practice.wish_of(text) == wish


@pytest.mark.parametrize(
    ("words", "topics"),
    [("5S", ["5s"]), ("备件", ["parts"]), ("投诉", ["complaint"]), ("八步流程", ["reception"]), ("没有这个", [])],
)
def test_topics_are_found_by_part_of_their_name(words: str, topics: list[str]) -> None:
    assert [one.key for one in practice.topics_of(BANK, words)] == topics


def test_words_of_no_topic_find_the_questions_that_hold_them() -> None:
    assert {one.topic for one in practice.about(BANK, "NPS")} >= {"kpi"}
