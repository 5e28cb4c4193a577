"""Questions from admins: sent as YAML or Excel, seen before they count, taken back; the bad ones are found."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from conftest import Opens
from fake_openai import KEY, MODEL, fake_openai, says
from learners import Learner, seeded
from openpyxl import load_workbook
from talking import Clock, Talk

from bot.app import App
from handlers.learning import drafts, questions, rounds
from handlers.roles import NOT_YOURS
from knowledge.quiz import Bank
from knowledge.quiz_workbook import template, workbook
from records.learning.quizzes import Attempt, Quizzes

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)
QUIZ = """topic: wash
name: 洗车作业
questions:
  - key: wash-001
    day: 12
    kind: number
    ask: 普通洗车要在多少分钟内完成？
    right: {value: 25, tolerance: 0, unit: 分钟}
    why: 普通洗车须在25分钟内完成。
    proof: 洗车 > 洗车作业指引 > 洗车时限
"""


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = Clock(NOON)
        opened_app.turns.per_minute = 1000
        seeded(opened_app)
        yield opened_app


@pytest.fixture
async def admin(app: App) -> Talk:
    one = Talk(app, "boss", person="老板")
    await one.be("admin")
    return one


async def bank(app: App) -> Bank:
    async with app.database.read() as connection:
        return await rounds.bank(connection, app.turns.deployment.school)


async def test_questions_are_seen_used_asked_and_taken_back(app: App, admin: Talk) -> None:
    said = await admin.file("wash.yaml", QUIZ.encode())
    assert "新增 1，替换 0" in said
    assert "答案：25 分钟" in said
    assert "wash-001" not in (await bank(app)).by_key
    assert "已启用 1 道题目" in await admin.press(questions.USE)
    undo = admin.buttons[0].action
    learner = Learner(app, "c2", person="小林")
    await learner.be("trainee")
    assert "普通洗车要在多少分钟内完成" in await learner.say("考考我洗车作业")
    assert "答对了" in await learner.say("25分钟")
    assert admin.replies[0].text
    assert await admin.act(undo) == questions.UNDONE
    assert await admin.act(undo) == questions.UNDONE_BEFORE
    assert await bank(app) == app.turns.deployment.school.bank


async def test_the_same_again_changes_nothing_and_a_changed_one_replaces(app: App, admin: Talk) -> None:
    await admin.file("wash.yaml", QUIZ.encode())
    await admin.press(questions.USE)
    assert await admin.file("wash.yaml", QUIZ.encode()) == questions.SAME
    assert "替换 1" in await admin.file("wash.yaml", QUIZ.replace("value: 25", "value: 20").encode())
    await admin.press(questions.USE)
    number = (await bank(app)).by_key["wash-001"].number
    assert number
    assert number.value == 20


async def test_what_cannot_be_used_is_said_place_by_place(admin: Talk) -> None:
    said = await admin.file("wash.yaml", QUIZ.replace("day: 12", "day: 99").encode())
    assert "有 1 处要改" in said
    assert "wash-001" in said
    assert "day" in said


async def test_a_proof_that_no_document_states_is_pointed_out(admin: Talk) -> None:
    assert "手册里找不到" in await admin.file("wash.yaml", QUIZ.replace("洗车时限", "没有这一节").encode())


async def test_excel_goes_out_and_comes_back_changed(app: App, admin: Talk) -> None:
    await admin.say("/questions")
    await admin.press(questions.EXCEL)
    [file] = admin.replies[0].files
    content = await app.turns.files.get(file.ref)
    book = load_workbook(io.BytesIO(content))
    assert book.worksheets[0].max_row == len(app.turns.deployment.school.bank.questions) + 1
    assert "新增" in await admin.file("own.xlsx", workbook([template()]))
    await admin.press(questions.USE)
    assert "own-001" in (await bank(app)).by_key


async def test_only_admins_send_and_see_them(app: App) -> None:
    leader = Talk(app, "c3", person="王督导")
    await leader.be("supervisor")
    assert questions.USE not in await leader.file("wash.yaml", QUIZ.encode())
    assert await leader.say("/questions") == NOT_YOURS
    assert await leader.act("questions:drop:5s-001") == NOT_YOURS
    assert "5s-001" in (await bank(app)).by_key


async def test_a_bad_question_is_found_shown_and_ended(app: App, admin: Talk) -> None:
    assert "还没有发现" in await admin.say("/questions")
    asked = [one for one in app.turns.deployment.school.bank.questions if one.topic == "5s"][:6]
    ids = [(await Learner(app, f"p{n}", person=f"甲{n}").be("trainee")).id for n in range(10)]
    async with app.database.write() as connection:
        for place, one in enumerate(asked):
            for n, person in enumerate(ids):
                right = n >= 5 if place == 0 else n < 5
                told = (one.key, one.version, one.topic, right, None, date(2026, 5, 6), NOON)
                await Quizzes(connection).attempt(Attempt(person, "free", 1, place, *told))
    said = await admin.say("/questions")
    assert "有问题的题目 1 道" in said
    assert f"{asked[0].key}：" in said
    assert "10 人答，答对 50%，区分度 -1.00，分不出会不会" in said
    shown = await admin.press(asked[0].key)
    assert asked[0].why in shown
    assert asked[0].key in await admin.press(questions.DROP)
    assert asked[0].key not in (await bank(app)).by_key
    assert "还没有发现" in await admin.say("/questions")


DRAFTS = """好的，题目如下：
[{"kind": "number", "ask": "精洗须在多少分钟内完成？", "right": {"value": 70, "tolerance": 0, "unit": "分钟"},
  "why": "精洗须在70分钟内完成。"},
 {"kind": "number", "ask": "打蜡须在多少分钟内完成？", "right": {"value": 99, "tolerance": 0, "unit": "分钟"},
  "why": "打蜡须在99分钟内完成。"},
 {"kind": "single", "ask": "只有两个选项的题？", "options": ["一", "二"], "right": [0], "why": "一。"}]
"""


async def test_drafts_of_the_model_are_taken_or_left_one_by_one(own_home: Path, house: Opens) -> None:
    with fake_openai() as far:
        far.script = lambda body: says(DRAFTS)
        llm = {"model": MODEL, "base_url": far.url, "api_key": KEY, "timeout_seconds": 5}
        async with house(own_home, llm=llm) as app:
            app.turns.now = Clock(NOON)
            admin = Talk(app, "boss", person="老板")
            await admin.be("admin")
            said = await admin.say("/draft 洗车")
            assert "精洗须在多少分钟内完成" in said
            assert "打蜡" not in said  # its answer does not stand in the section
            await admin.press(drafts.TAKE)
            while drafts.LEAVE in [button.text for button in admin.buttons]:
                await admin.press(drafts.LEAVE)
            assert "已启用 1 道题目" in admin.replies[0].text
            [one] = [one for one in (await bank(app)).questions if one.topic == drafts.TOPIC]
            assert (one.ask, one.proof.document) == ("精洗须在多少分钟内完成？", "洗车")
    assert far.bad == []


@pytest.mark.parametrize("said", ["不知道", "[1, 2", '{"kind": 1}', "[]", '[{"kind": "single"}]'])
async def test_what_a_model_says_instead_of_questions_is_no_question(own_home: Path, house: Opens, said: str) -> None:
    with fake_openai() as far:
        far.script = lambda body: says(said)
        llm = {"model": MODEL, "base_url": far.url, "api_key": KEY, "timeout_seconds": 5}
        async with house(own_home, llm=llm) as app:
            admin = Talk(app, "boss", person="老板")
            await admin.be("admin")
            assert await admin.say("/draft 洗车") == drafts.NOTHING


async def test_without_a_model_nothing_is_drafted(admin: Talk) -> None:
    assert await admin.say("/draft 洗车") == drafts.NO_MODEL
