"""What the documents did not answer: shown in groups, answered by a reply, and whoever asked hears of it."""

from talking import Clock, Talk

from bot.app import App
from handlers import unanswered
from handlers.flow import CANCELLED
from handlers.message import Reply

ASKED = "普通洗车要在多少分钟内完成？"
FOREIGN = "火星基地的氧气配给由谁审批？"
ALIKE = "谁审批火星基地的氧气配给？"
OTHER = "年会抽奖的奖品有哪些？"
MANY = (
    OTHER, "班车几点从总部发车？", "食堂周三供应什么菜？", "工装多久换一次新的？", "停车证丢了找谁补办？",
    "体检报告在哪里领取？", "团建去哪个城市？", "生日会蛋糕谁来订？",
)  # fmt: skip


async def asker(app: App, name: str, *questions: str) -> Talk:
    chat = Talk(app, f"chat-{name}", person=name)
    await chat.be("staff")
    for question in questions:
        await chat.say(question)
    assert isinstance(app.turns.now, Clock)
    app.turns.now.on(minutes=1)
    return chat


def item(chat: Talk, text: str) -> Reply:
    """The message of the list that holds a text."""
    [found] = [reply for reply in chat.replies if text in reply.text]
    return found


async def test_there_may_be_none(admin: Talk) -> None:
    assert await admin.say("/unanswered") == unanswered.NONE


async def test_like_questions_come_together_the_most_frequent_first(admin: Talk, app: App) -> None:
    await asker(app, "小赵", OTHER, FOREIGN)
    await asker(app, "小钱", ALIKE)
    await admin.say("/unanswered")
    head, first, second = admin.replies
    assert head.text == unanswered.HEAD.format(n=2)
    assert "2 次 · 没答上 · 最近 2026-05-04" in first.text
    assert FOREIGN in first.text
    assert ALIKE in first.text
    assert OTHER in second.text


async def test_a_disliked_answer_is_shown_with_what_was_said(admin: Talk, app: App) -> None:
    chat = await asker(app, "小赵", ASKED)
    await chat.press("👎")
    await chat.press("过期")
    await admin.say("/unanswered")
    shown = item(admin, ASKED).text
    assert "过期" in shown
    assert "当时的回答" in shown
    assert "25分钟" in shown


async def test_a_reply_is_the_answer_once_it_is_confirmed(admin: Talk, app: App) -> None:
    chat = await asker(app, "小赵", FOREIGN)
    other = await asker(app, "小钱", ALIKE)
    await admin.say("/unanswered")
    sure = await admin.reply(item(admin, FOREIGN), "由站长审批。\n见制度第 3 条。")
    assert FOREIGN in sure
    assert "见制度第 3 条" in sure
    assert await app.desk.faqs() == []
    assert "告诉提问的 2 位" in await admin.press("保存")
    assert {faq.question for faq in await app.desk.faqs()} == {FOREIGN, ALIKE}
    assert {faq.author for faq in await app.desk.faqs()} == {"小林"}
    for one, question in ((chat, FOREIGN), (other, ALIKE)):
        [heard] = await one.heard()
        assert question in heard
        assert "由站长审批" in heard
        assert "由站长审批" in await one.say(question)
    assert await admin.say("/unanswered") == unanswered.NONE


async def test_nothing_is_kept_of_an_answer_called_off(admin: Talk, app: App) -> None:
    chat = await asker(app, "小赵", FOREIGN)
    await admin.say("/unanswered")
    await admin.reply(item(admin, FOREIGN), "由站长审批。")
    assert await admin.press("取消") == CANCELLED
    assert await app.desk.faqs() == []
    assert await chat.heard() == []


async def test_one_step_back_writes_the_answer_anew(admin: Talk, app: App) -> None:
    await asker(app, "小赵", FOREIGN)
    await admin.say("/unanswered")
    await admin.reply(item(admin, FOREIGN), "由店长审批。")
    assert "答案是什么" in await admin.press("上一步")
    await admin.say("由站长审批。")
    await admin.press("保存")
    assert [faq.answer for faq in await app.desk.faqs()] == ["由站长审批。"]


async def test_the_answer_can_be_written_by_a_button_where_replying_is_not_possible(admin: Talk, app: App) -> None:
    await asker(app, "小赵", FOREIGN)
    await admin.say("/unanswered")
    assert FOREIGN in await admin.press("写答案")
    assert "25分钟" in await admin.say(ASKED)  # a question in between
    await admin.say("由站长审批。")
    await admin.press("保存")
    assert "由站长审批" in await admin.say(FOREIGN)


async def test_who_answers_is_not_told_of_it(admin: Talk, app: App) -> None:
    await admin.say(FOREIGN)
    await admin.say("/unanswered")
    await admin.press("写答案")
    await admin.say("由站长审批。")
    assert await admin.press("保存") == unanswered.SAVED.format(author="小林")
    assert await admin.heard() == []


async def test_someone_who_asked_and_left_is_not_told(admin: Talk, app: App) -> None:
    chat = await asker(app, "小赵", FOREIGN)
    await chat.say("/leave")
    await chat.press("退出并删除")
    await admin.say("/unanswered")
    await admin.reply(item(admin, FOREIGN), "由站长审批。")
    assert await admin.press("保存") == unanswered.SAVED.format(author="小林")


async def test_a_question_that_another_has_answered_is_not_answered_twice(admin: Talk, app: App) -> None:
    await asker(app, "小赵", FOREIGN)
    await admin.say("/unanswered")
    shown = item(admin, FOREIGN)
    second = Talk(app, "c2", person="老王")
    await second.be("admin")
    await second.say("/unanswered")
    await second.press("写答案")
    await second.say("由站长审批。")
    await admin.reply(shown, "由店长审批。")
    await second.press("保存")
    assert await admin.press("保存") == unanswered.DONE
    assert [faq.answer for faq in await app.desk.faqs()] == ["由站长审批。"]
    assert await admin.reply(shown, "再来一次") == unanswered.DONE


async def test_a_supervisor_reads_but_does_not_answer(admin: Talk, app: App) -> None:
    await asker(app, "小赵", FOREIGN)
    boss = Talk(app, "c2", person="老王")
    await boss.be("supervisor")
    assert FOREIGN in await boss.say("/unanswered")
    assert boss.buttons == []
    said = await boss.reply(item(boss, FOREIGN), ASKED)
    assert "25分钟" in said  # to them it is a question like any other
    assert await app.desk.faqs() == []


async def test_a_reply_to_an_ordinary_answer_is_a_question(admin: Talk) -> None:
    await admin.say(ASKED)
    assert "70分钟" in await admin.reply(admin.replies[0], "那精洗呢")


async def test_many_are_shown_some_at_a_time(admin: Talk, app: App) -> None:
    await asker(app, "小赵", *MANY)
    await admin.say("/unanswered")
    assert len(admin.replies) == 6
    assert [b.text for b in admin.buttons].count("再看 3 个") == 1
    await admin.press("再看")
    assert len(admin.replies) == 3


async def test_an_answer_survives_what_markdown_would_make_of_the_question(admin: Talk, app: App) -> None:
    await asker(app, "小赵", "[点我](http://evil.example) **火星** 基地在哪里？")
    shown = await admin.say("/unanswered")
    assert "[点我](" not in shown
    assert "［点我］" in shown
