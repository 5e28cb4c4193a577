"""Replies as Telegram shows them: safe HTML, within its limits, with not a word lost."""

import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from telegram_rules import CAPTION, ENTITIES, TEXT, check_photo, check_text, read_html, units

from bot.telegram.markdown import Styled, pieces, styled
from bot.telegram.render import ASK_PLACE, CHOOSE, NOTHING, Call, Loaded, keyboard, partly, render
from handlers.message import Button, Citation, File, Reply

HOSTILE = [
    "<script>alert(1)</script>", "&amp; &lt; &foo; &#x41; &", "<b>不是粗体</b>", "**没有结尾", "**a **b** c**", "`a` `",
    "[链接](javascript:alert(1))", "\\* \\_ \\\\ \\", "| a | b |\n|---|", "|||\n|-|-|\n|||", "```\n<b>\n```", "> > >",
    "# \n## ", "- \n* \n• ", "\u202egnp.exe", "\ud83d", "\x00\x1b[31m", "a\u200b\u2060b", "\n" * 5000, "*" * 9000,
    "**粗**" * 300, "`码`" * 300, "😀" * 5000, "字" * 5000, "<" * 5000, "**" + "字" * 5000 + "**", "   ", "",
    "a | b\n--|--\n" + "c | d\n" * 900, "\u3164\u2800", "**\u200b**", "**😀" + "👍" * 2047 + "**",
]  # fmt: skip
MARKED = st.text(st.sampled_from("字a *`|-_#>&<\\\n\n😀。；，1.[]()\u200b\ud800\x00"), max_size=300)


def cite(n: int = 1, number: int = 0, action: str = "") -> Citation:
    return Citation("洗车", "2.1", ("洗车作业指引", "洗车时限"), 3, "25分钟", action or f"source:1:{n - 1}", number)


def picture(width: int = 40, height: int = 30) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(kept, "PNG")
    return kept.getvalue()


def loaded(content: bytes | None = None, name: str = "图.png", media_type: str = "image/png") -> Loaded:
    return Loaded(File(name, media_type, "0" * 64), content)


def seen(text: str) -> str:
    """What no layout may lose: letters, digits and signs, without the marks of Markdown."""
    return re.sub(r"[^\w。；，：！？]|_", "", text)


def taken(call: Call) -> str:
    """What people see of a call, once the real rules have let it pass."""
    plain, entities = check_text(call.text.html, "HTML", CAPTION if call.files else TEXT, empty=bool(call.files))
    assert len(entities) <= ENTITIES
    assert units(call.text.text) <= (CAPTION if call.files else TEXT)
    return plain


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("普通洗车须在**25分钟**内完成。", "普通洗车须在<b>25分钟</b>内完成。"),
        ("# 标题\n正文", "<b>标题</b>\n正文"),
        ("一\n\n\n\n二", "一\n\n二"),
        ("- 预冲\n- 泡沫\n  - 停留3分钟", "• 预冲\n• 泡沫\n  • 停留3分钟"),
        ("1. 预冲\n2. 泡沫", "1. 预冲\n2. 泡沫"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("**a<b**", "<b>a&lt;b</b>"),
        ("`x<y` 和 snake_case_name", "<code>x&lt;y</code> 和 snake_case_name"),
        ("\\*不是粗体\\*", "*不是粗体*"),
        ("> 引用", "引用"),
        ("---", "————————"),
        ("```\nls -l\n```", "ls -l"),
        ("[官网](https://example.com)", "[官网](https://example.com)"),
        ("| 项目 | 限时 |\n|---|---|\n| 洗车 | 25分钟 |", "<b>项目 / 限时</b>\n• 洗车：25分钟"),
        (
            "项目|工时|价格\n---|---|---\n更换雨刮片|0.2|**48元**\n四轮定位||320元",
            "<b>项目 / 工时 / 价格</b>\n• 更换雨刮片：工时 0.2，价格 <b>48元</b>\n• 四轮定位：价格 320元",
        ),
    ],
)
def test_markdown_becomes_what_telegram_reads(markdown: str, html: str) -> None:
    assert styled(markdown).html == html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_never_refused(text: str) -> None:
    for call in render(Reply(text)):
        assert taken(call)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(MARKED, st.text(max_size=300)), times=st.integers(1, 60))
def test_any_text_arrives_whole_within_the_limits(text: str, times: int) -> None:
    calls = render(Reply(text * times))
    told = "".join(taken(call) for call in calls)
    whole = seen(styled(text * times).text)
    assert seen(told) == (whole or seen(told))
    assert whole or told in (NOTHING, styled(text * times).text.strip())


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.text(st.sampled_from("洗车25分钟abc。"), min_size=1, max_size=40), min_size=1, max_size=400))
def test_no_word_of_an_ordinary_text_is_lost_or_moved(words: list[str]) -> None:
    text = "\n\n".join(words)
    assert seen("".join(taken(call) for call in render(Reply(text)))) == seen(text)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200), actions=st.lists(st.text("abc:1字", max_size=21), max_size=130), n=st.integers(0, 9))
def test_any_buttons_are_within_what_telegram_takes(text: str, actions: list[str], n: int) -> None:
    buttons = tuple(Button(text, action) for action in actions)
    rows = keyboard(Reply("a", tuple(cite(i) for i in range(n)), (buttons[:70], buttons[70:])))
    flat = [button for row in rows for button in row]
    assert len(flat) <= 100
    assert all(row for row in rows)
    assert all(button.text.strip() and 1 <= len(button.action.encode()) <= 64 for button in flat)


def test_a_long_text_is_cut_at_the_ends_of_paragraphs() -> None:
    paragraphs = [f"第{n}条。" + "标准" * 150 for n in range(40)]
    found = [piece.text for piece in pieces(styled("\n\n".join(paragraphs)))]
    assert len(found) > 2
    assert [part for text in found for part in text.split("\n\n")] == paragraphs


def test_one_paragraph_too_long_is_cut_at_the_end_of_a_sentence() -> None:
    found = pieces(styled("这一句话说的是标准。" * 1000))
    assert all(piece.text.endswith("。") for piece in found)


def test_bold_that_is_cut_stays_bold_on_both_sides() -> None:
    first, second = pieces(Styled("字" * 5000, ((0, 5000, "b"),)))
    assert first.html.startswith("<b>字")
    assert second.html == f"<b>{'字' * (5000 - 4096)}</b>"


def test_more_than_a_hundred_spans_take_more_than_one_message() -> None:
    calls = render(Reply("**粗** " * 250))
    assert [len(read_html(call.text.html)[1]) for call in calls] == [100, 100, 50]


def test_emoji_count_double() -> None:
    assert [units(piece.text) for piece in pieces(styled("😀" * 4096))] == [4096, 4096]


def test_one_citation_is_a_line_and_one_button() -> None:
    [call] = render(Reply("25分钟。", (cite(),), ((Button("👍 有用", "rate:1:up"),),)))
    assert call.text.text == "25分钟。\n\n出处：《洗车》 v2.1 › 洗车作业指引 › 洗车时限 第3页"
    assert [[one.text for one in row] for row in call.buttons] == [["原文"], ["👍 有用"]]


def test_a_button_that_is_there_already_is_not_shown_twice() -> None:
    [call] = render(Reply("25分钟。", (cite(),), ((Button("原文", "source:1:0"), Button("👍 有用", "rate:1:up")),)))
    assert [[one.text for one in row] for row in call.buttons] == [["原文", "👍 有用"]]


def test_several_citations_have_numbered_lines_and_buttons() -> None:
    rows = ((Button("原文", "source:1:0"), Button("👍 有用", "rate:1:up")),)
    [call] = render(Reply("甲[1]。乙[2]。", (cite(1, 1), cite(2, 2)), rows))
    assert "\n[1] 《洗车》" in call.text.text
    assert "\n[2] 《洗车》" in call.text.text
    assert [[one.text for one in row] for row in call.buttons] == [["原文 1", "原文 2"], ["👍 有用"]]


def test_a_citation_is_never_read_as_markup() -> None:
    odd = Citation("<b>*A*_", "", ("**甲**", "`乙`"), None, "", "source:1:0")
    [call] = render(Reply("答。", (odd,)))
    assert taken(call).endswith("出处：《<b>*A*_》 › **甲** › `乙`")


def test_buttons_stand_under_the_last_message() -> None:
    calls = render(Reply("标准。\n\n" * 2000, buttons=((Button("好", "a"),),)))
    assert [bool(call.buttons) for call in calls] == [False] * (len(calls) - 1) + [True]


def test_only_the_first_message_takes_the_place_of_the_old_one() -> None:
    calls = render(Reply("标准。\n\n" * 2000), edits="12")
    assert [call.edits for call in calls] == ["12"] + [""] * (len(calls) - 1)


def test_a_picture_takes_the_text_as_its_caption() -> None:
    reply, one = Reply("根因图", buttons=((Button("好", "a"),),)), loaded(picture())
    [call] = render(reply, [one])
    assert (call.files, call.text.text, bool(call.buttons)) == ((one,), "根因图", True)


def test_a_text_too_long_for_a_caption_follows_the_picture() -> None:
    first, second = render(Reply("字" * 1025), [loaded(picture())])
    assert (len(first.files), first.text.text) == (1, "")
    assert (second.files, len(second.text.text)) == ((), 1025)


def test_pictures_go_as_albums_of_two_to_ten_and_files_alone() -> None:
    files = [loaded(picture(40 + n, 30)) for n in range(11)] + [loaded(b"%PDF", "报告.pdf", "application/pdf")]
    calls = render(Reply("整改前后"), files)
    assert [len(call.files) for call in calls] == [10, 1, 1, 0]
    assert calls[-1].text.text == "整改前后"


def test_an_album_without_buttons_has_its_caption() -> None:
    [call] = render(Reply("整改前后"), [loaded(picture(40)), loaded(picture(50))])
    assert (len(call.files), call.text.text) == (2, "整改前后")


@pytest.mark.parametrize(
    ("content", "photo"),
    [
        (picture(), True),
        (picture(9000, 1001), False),
        (picture(2100, 100), False),
        (picture(2000, 100), True),
        (b"not a picture", False),
        (picture() + b"\0" * 10_000_000, False),
    ],
)
def test_only_what_telegram_shows_goes_as_a_photo(content: bytes, photo: bool) -> None:
    assert loaded(content).photo is photo
    if photo:
        check_photo(content)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "现在取不到"), (b"", "现在取不到"), (b"0" * 50_000_001, "超过 50 MB")]
)
def test_a_file_that_cannot_go_is_named_in_the_text(content: bytes | None, says: str) -> None:
    [call] = render(Reply("报告好了。"), [loaded(content, "报告_1.pdf", "application/pdf")])
    assert call.files == ()
    assert says in call.text.text
    assert "报告_1.pdf" in call.text.text


@pytest.mark.parametrize(
    ("reply", "extra", "shape"),
    [
        (Reply("在哪？", asks_place=True), {}, [("在哪？", True)]),
        (Reply("在哪？", asks_place=True), {"private": False}, [("在哪？", False)]),
        (Reply("在哪？", asks_place=True), {"edits": "5"}, [("在哪？", False), (ASK_PLACE, True)]),
        (
            Reply("在哪？", buttons=((Button("跳过", "a"),),), asks_place=True),
            {},
            [("在哪？", False), (ASK_PLACE, True)],
        ),
        (Reply("", buttons=((Button("跳过", "a"),),)), {}, [(CHOOSE, False)]),
        (Reply(""), {}, [(NOTHING, False)]),
    ],
)
def test_the_place_is_asked_for_where_it_can_be(
    reply: Reply, extra: dict[str, Any], shape: list[tuple[str, bool]]
) -> None:
    assert [(call.text.text, call.asks_place) for call in render(reply, **extra)] == shape


def test_a_partial_answer_is_one_message_that_says_it_goes_on() -> None:
    growing = partly("**甲**。\n\n" * 3000)
    assert growing is not None
    assert growing.text.endswith(" …")
    assert check_text(growing.html, "HTML")
    assert partly("\n \n") is None
