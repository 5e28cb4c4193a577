"""An admin sends a document in the chat: what it holds, whether to put it in, and undoing it."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import WASH, Opens
from talking import Talk

from bot.app import App
from handlers import documents
from handlers.flow import CANCELLED, OVER
from handlers.roles import NOT_YOURS, PRIVATE
from handlers.wire import load_reply
from records.files import Files

ASKED = "普通洗车要在多少分钟内完成？"
NEW = "打蜡须在几分钟内完成？"
WAX = "# 打蜡作业指引\n\n## 打蜡时限\n打蜡须在45分钟内完成。\n\n## 打蜡材料\n用棕榈蜡。\n".encode()
WASH_3 = WASH.replace("25分钟", "35分钟").replace('"2.1"', '"3.0"').encode()


async def names(app: App) -> list[str]:
    return [row.facts.name for row in await app.desk.documents()]


async def test_a_document_is_shown_before_it_goes_in(admin: Talk, app: App) -> None:
    shown = await admin.file("打蜡.md", WAX)
    assert "打蜡作业指引" in shown
    assert "共 2 节" in shown
    assert "- 打蜡时限\n- 打蜡材料" in shown
    assert [b.text for b in admin.buttons] == ["入库", "取消"]
    assert "打蜡" not in await names(app)


async def test_once_confirmed_it_answers_at_once(admin: Talk, app: App) -> None:
    await admin.file("打蜡.md", WAX)
    said = await admin.press("入库")
    assert said.startswith("已入库：《打蜡》，2 节")
    assert admin.partials[-1] == "正在入库《打蜡》：0/2 段"
    assert "45分钟" in await admin.say(NEW)
    assert "打蜡" in await names(app)


async def test_called_off_it_does_not_go_in(admin: Talk, app: App) -> None:
    await admin.file("打蜡.md", WAX)
    assert await admin.press("取消") == CANCELLED
    assert "打蜡" not in await names(app)


async def test_what_went_in_can_be_taken_out_again(admin: Talk, app: App) -> None:
    await admin.file("打蜡.md", WAX)
    await admin.press("入库")
    action = admin.buttons[0].action
    assert await admin.press("撤销") == documents.UNDONE.format(name="打蜡")
    assert "打蜡" not in await names(app)
    assert "45分钟" not in await admin.say(NEW)
    assert await admin.act(action) == documents.UNDONE.format(name="打蜡")


async def test_undoing_brings_the_replaced_version_back(admin: Talk, app: App) -> None:
    before = await sections(app, "洗车")
    shown = await admin.file("洗车.md", WASH_3)
    assert documents.REPLACES.format(name="洗车", version=" v2.1", n=3) in shown
    assert (await admin.press("入库")).startswith("已替换：《洗车》")
    undo = admin.buttons[0].action
    assert "35分钟" in await admin.say(ASKED)
    assert "恢复为原来的版本 v2.1" in await admin.act(undo)
    assert "25分钟" in await admin.say(ASKED)
    assert await sections(app, "洗车") == before
    assert "恢复为原来的版本 v2.1" in await admin.act(undo)
    [facts] = [row.facts for row in await app.desk.documents() if row.facts.name == "洗车"]
    assert (facts.title, facts.version, facts.bundled) == ("洗车作业指引", "2.1", False)


async def sections(app: App, name: str) -> Any:
    """All that is kept of a document but the keys of its sections."""
    content = await app.desk.kept(name)
    assert content is not None
    return json.loads(content)


async def test_undoing_is_refused_once_it_has_changed_again(admin: Talk, app: App) -> None:
    await admin.file("打蜡.md", WAX)
    await admin.press("入库")
    undo = admin.buttons[0].action
    await admin.file("打蜡.md", WAX.replace(b"45", b"50"))
    await admin.press("入库")
    later = admin.buttons[0].action
    assert await admin.act(undo) == documents.CHANGED_SINCE.format(name="打蜡")
    assert "恢复为原来的版本" in await admin.act(later)
    assert "45分钟" in await admin.say(NEW)


async def test_a_document_that_is_in_already_is_not_asked_about(admin: Talk, app: App) -> None:
    assert await admin.file("洗车.md", WASH.encode()) == documents.SAME.format(name="洗车")


async def test_a_run_that_was_cut_short_after_the_document_went_in_is_done_again_and_can_be_undone(
    admin: Talk, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await admin.file("洗车.md", WASH_3)
    button, put = admin.buttons[0].action, Files.put

    async def dies(self: Files, content: bytes) -> str:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(Files, "put", dies)
        patch.setattr(documents, "_replaced", lambda context, facts: kept(facts))
        assert "没有处理成功" in await admin.act(button)
    assert Files.put is put
    assert "35分钟" in await admin.say(ASKED)  # it is in, but nobody was told
    assert (await admin.act(button)).startswith("已替换：《洗车》")
    await admin.press("撤销")
    assert "25分钟" in await admin.say(ASKED)


async def kept(facts: dict[str, Any]) -> str:
    return str(facts["was"])


async def test_a_document_is_confirmed_after_a_restart(own_home: Path, house: Opens) -> None:
    async with house(own_home) as app:
        first = Talk(app)
        await first.be("admin")
        await first.file("打蜡.md", WAX)
    async with house(own_home) as app:
        second = Talk(app, replies=first.replies)
        assert (await second.press("入库")).startswith("已入库")


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("坏.pdf", b"%PDF-1.4 nothing", "文件已损坏"),
        ("空.md", b"  \n ", "文件是空的"),
        ("程序.exe", b"MZ", "不支持的文件类型"),
        ("没有后缀", b"text", "文件没有扩展名"),
        ("旧.doc", b"\xd0\xcf\x11\xe0", "不支持旧格式"),
        ("假.docx", b"PK\x03\x04zzz", "损坏"),
    ],
)
async def test_what_cannot_be_read_is_said_in_one_line(admin: Talk, name: str, content: bytes, cause: str) -> None:
    said = await admin.file(name, content)
    assert cause in said
    assert "\n" not in said
    assert admin.buttons == []


async def test_what_is_too_big_is_not_even_fetched(admin: Talk, app: App) -> None:
    most = app.turns.deployment.reading.max_bytes
    said = await admin.file("大.pdf", b"", size=most + 1)
    assert "超过上限 50.0 MB" in said


async def test_a_size_that_was_not_told_is_found_out(admin: Talk, app: App, house: Opens, tmp_path: Path) -> None:
    async with house(tmp_path / "small", ingest={"max_megabytes": 0.0001}) as small:
        chat = Talk(small)
        await chat.be("admin")
        assert "超过上限" in await chat.file("打蜡.md", WAX * 10)


async def test_a_file_that_is_gone_is_said_so(admin: Talk, app: App) -> None:
    said = await admin.file("打蜡.md", WAX)
    stored = await app.turns.files.put(WAX)
    [path] = list((app.settings.home / "files").rglob(stored))
    path.unlink()
    assert said
    assert await admin.press("入库") == documents.LOST


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.md", ".hidden.md", "a/b\\c.md", "长" * 200 + ".md", "\n\x00.md", "~$x.md"]
)
async def test_strange_names_do_no_harm(admin: Talk, app: App, name: str) -> None:
    await admin.file(name, WAX)
    assert (await admin.press("入库")).startswith("已入库")
    [added] = set(await names(app)) - {"洗车", "工具", "客休区", "价目"}
    assert "/" not in added
    assert len(added) <= 60


@pytest.mark.parametrize("role", ["supervisor", "trainee", "staff"])
async def test_others_are_told_politely_that_it_is_not_theirs(app: App, role: str) -> None:
    chat = Talk(app)
    await chat.be(role)
    assert await chat.file("打蜡.md", WAX) == documents.NOT_ADMIN
    assert await chat.act("undo:" + "A" * 43) == NOT_YOURS
    assert await chat.act("attachment:") == OVER


async def test_a_photo_is_told_what_photos_are_for(admin: Talk) -> None:
    assert await admin.file("photo.jpg", b"\xff\xd8", kind="photo") == documents.PHOTO
    assert "25分钟" in await admin.file("photo.jpg", b"\xff\xd8", ASKED, kind="photo")


async def test_documents_go_in_one_at_a_time_and_not_in_groups(admin: Talk, app: App) -> None:
    await admin.file("打蜡.md", WAX)
    attachments = tuple(load_incoming_attachment(name) for name in ("a.md", "b.md"))
    await admin.say("取消")
    assert await admin.send(attachments=attachments) == documents.ONE
    assert await admin.send(attachments=attachments[:1], private=False) == PRIVATE


def load_incoming_attachment(name: str) -> Any:
    from handlers.message import Attachment

    return Attachment(name, "", "0" * 64)


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "é" * 20, "=" * 43])
async def test_a_forged_undo_does_nothing(admin: Talk, app: App, forged: str) -> None:
    before = await names(app)
    assert await admin.act(f"undo:{forged}") == OVER
    assert await names(app) == before


async def test_an_undo_cannot_be_made_of_another_file(admin: Talk, app: App) -> None:
    for content in (WAX, b"[]", b'{"undo": 1}'):
        ref = await app.turns.files.put(content)
        assert await admin.act(f"undo:{documents._packed(ref)}") == OVER


async def test_a_bundled_document_comes_back_as_bundled(admin: Talk, app: App, papers: Path) -> None:
    (papers / "手册.md").write_text("# 手册\n\n## 一\n手册规定打蜡55分钟。\n", encoding="utf-8")
    await app.desk.ingest([papers / "手册.md"], app.reading, bundled=True)
    await admin.file("手册.md", WAX)
    await admin.press("入库")
    await admin.press("撤销")
    [facts] = [row.facts for row in await app.desk.documents() if row.facts.name == "手册"]
    assert facts.bundled


async def test_the_reply_and_its_undo_are_what_the_chat_was_told(admin: Talk) -> None:
    await admin.file("打蜡.md", WAX)
    await admin.press("入库")
    assert load_reply((await admin.told())[-1].payload) == admin.replies[0]


async def test_on_a_server_the_turn_and_the_library_do_not_wait_for_each_other(
    postgres: str, house: Opens, tmp_path: Path
) -> None:
    async with house(tmp_path / "served", database={"url": postgres}) as app:
        chat = Talk(app)
        await chat.be("admin")
        await chat.file("打蜡.md", WAX)
        assert (await chat.press("入库")).startswith("已入库")
        assert "45分钟" in await chat.say(NEW)
        await chat.act("undo:" + documents._packed("0" * 64))
        await chat.say("火星基地在哪里？")
        await chat.say("/unanswered")
        await chat.press("写答案")
        await chat.say("在火星上。")
        await chat.press("保存")
        assert "在火星上" in await chat.say("火星基地在哪里？")
