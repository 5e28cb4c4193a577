"""Replies become cards that Feishu takes, with every word in them."""

import re

import pytest
from feishu_rules import checked, elements_of, seen
from hypothesis import given
from hypothesis import strategies as st

from bot.feishu.cards import CHOOSE, MISSING, NOTHING, TOO_LARGE, Brought, Call, dumped, partly, render, streaming
from bot.feishu.markdown import pieces
from handlers.message import Button, Citation, Field, File, Form, Reply

LIN = "ou_7d8a6e6df7621556ce0d21922b676706"
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
_MARKS = st.text("ab标准*_`~|#<>[]()&;:-\\\n .1!$@/", max_size=120)
_PICTURES = {"img_1"}


def shown(reply: Reply, *files: Brought, **more: str) -> list[Call]:
    """The calls, each card of them found good by the rules."""
    calls = render(reply, files, chat=LIN, **more)
    for call in calls:
        if not call.file:
            checked(dumped(call.card(LIN, "7355372766134157313")), _PICTURES)
    return calls


def words(text: str) -> str:
    """Letters and digits only, for a card may not change them."""
    return "".join(re.findall(r"[^\W_]", text))


@given(_TEXT | _MARKS)
def test_any_text_is_a_card_that_is_taken_and_loses_no_word(text: str) -> None:
    calls = shown(Reply(text))
    read = "".join(seen(call.card(LIN)) for call in calls)
    assert set(words(text)) <= set(words(read)), (text, read)


@given(_MARKS)
def test_no_text_names_anyone_or_links_anywhere(text: str) -> None:
    for part in pieces(text):
        bare = re.sub(r"```.*?```|`[^`\n]*`", "", part, flags=re.DOTALL)
        assert not re.search(r"<[a-zA-Z/]", bare)
        assert not re.search(r"(?<!&#93;)\]\(", bare)


@pytest.mark.parametrize(
    ("markdown", "made"),
    [
        ("# 标题", "**标题**"),
        ("标准**“在”**这里", "标准**\u200b“在”\u200b**这里"),
        ("- 一\n  - 二\n* 三", "- 一\n    - 二\n- 三"),
        ("> 引", "> 引"),
        ("一\n---\n二", "一\n\n---\n二"),
        ("2 * 3 * 4", "2 &#42; 3 &#42; 4"),
        ("\\*不是\\*", "&#42;不是&#42;"),
        ("<at id=all></at>", "&#60;at id=all&#62;&#60;/at&#62;"),
        ("[看](http://evil.cn)", "&#91;看&#93;&#40;[http://evil.cn](http://evil.cn))"),
        ("10:30 :OK:", "10:30 &#58;OK:"),
        ("`a<b` 和 a&lt;b", "`a<b` 和 a&#38;lt;b"),
        ("看 https://a.cn/_x_(y)。好", "看 [https://a.cn/&#95;x&#95;(y)](https://a.cn/_x_%28y%29)。好"),
    ],
)
def test_our_markdown_is_said_in_feishus(markdown: str, made: str) -> None:
    assert pieces(markdown) == [made]


def test_a_table_stays_a_table_with_rows_as_wide_as_its_first() -> None:
    [made] = pieces("说明\n| 甲 | 乙 |\n|--|--|\n| 1 | a\\|b |\n| 2 |\n完")
    assert made == "说明\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | a&#92;&#124;b |\n| 2 |  |\n\n完".replace(
        "&#92;&#124;", "&#124;"
    )


def test_a_table_too_long_for_a_card_goes_on_with_its_headings() -> None:
    rows = "\n".join(f"| {n} | {'标准' * 40} |" for n in range(300))
    calls = shown(Reply(f"| 序号 | 内容 |\n|--|--|\n{rows}"))
    assert len(calls) > 2
    assert all("序号" in call.text for call in calls)
    assert [n for n in range(300) if f"| {n} |" not in "".join(call.text for call in calls)] == []


def test_code_too_long_for_a_card_goes_on_as_code() -> None:
    code = "\n".join(f"line {n} " + "x" * 90 for n in range(400))
    calls = shown(Reply(f"```\n{code}\n```"))
    assert len(calls) > 2
    assert all(call.text.startswith("```") and call.text.endswith("```") for call in calls)


def test_citations_are_lines_and_buttons() -> None:
    cited = (
        Citation("洗车", "2.1", ("洗车时限",), None, "…", "source:1:0", 1),
        Citation("工具_表", "", (), 3, "…", "source:2:0", 2),
    )
    [call] = shown(Reply("答", cited))
    assert "出处：\n[1] 《洗车》 v2.1 › 洗车时限\n[2] 《工具_表》 第3页" in seen(call.card(LIN))
    assert [[one.text for one in row] for row in call.buttons] == [["原文 1", "原文 2"]]


def test_a_buttons_value_is_an_object_with_its_chat_and_its_card() -> None:
    [call] = shown(Reply("答", buttons=((Button("好", "ok"),),)))
    [button] = [one for one in elements_of(call.card(LIN, "73")) if one["tag"] == "button"]
    assert button["behaviors"] == [{"type": "callback", "value": {"action": "ok", "chat": LIN, "card": "73"}}]


def test_what_has_no_words_still_says_something() -> None:
    assert [call.text for call in shown(Reply(""))] == [NOTHING]
    assert [call.text for call in shown(Reply("", buttons=((Button("好", "ok"),),)))] == [CHOOSE]
    assert [call.file for call in shown(Reply(""), Brought(File("a.pdf", "", "r"), "file_1"))] == ["file_1"]


def test_files_that_cannot_be_sent_are_named() -> None:
    gone, large = Brought(File("a_b.pdf", "", "r"), note=MISSING), Brought(File("c.pdf", "", "r"), note=TOO_LARGE)
    [call] = shown(Reply("报告"), gone, large)
    assert MISSING.format(name="a_b.pdf") in seen(call.card(LIN))
    assert TOO_LARGE.format(name="c.pdf") in seen(call.card(LIN))


def test_pictures_stand_below_the_text_and_only_the_first_card_takes_the_place() -> None:
    pictures = [Brought(File(f"{n}.png", "image/png", "r"), "img_1", picture=True) for n in range(12)]
    calls = shown(Reply("图"), *pictures, edits="om_1")
    assert [(call.text, len(call.pictures), call.edits) for call in calls] == [("图", 10, "om_1"), ("", 2, "")]


def test_a_form_stands_in_the_card_before_the_buttons() -> None:
    fields = (Field("a", "甲", (("1", "一"), ("2", "二")), several=True), Field("b", "乙", lines=3, hint="说一句"))
    [call] = shown(Reply("填", form=Form(fields, Button("提交", "f:1")), buttons=((Button("取消", "c"),),)))
    tags = [one["tag"] for one in call.card(LIN)["body"]["elements"]]
    assert tags == ["markdown", "form", "button"]


def test_an_answer_that_is_being_written_is_one_card() -> None:
    checked(dumped(streaming(partly("标准" * 20_000))), set())
    assert partly(" ") == ""
