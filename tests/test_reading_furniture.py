"""What is not the document's own: site notices, other documents, damage done by converters."""

from pathlib import Path

import pytest
from reading_files import paths, read_text

from knowledge.reading.furniture import clear
from knowledge.reading.line import lines_of
from knowledge.reading.mend import mend, shows_notes

NOTICES = [
    "未经允许不得转载:某某博客",
    "本文档由网友上传并提供,收益归属内容提供方,若内容存在侵权,请进行举报",
    "成为VIP后,下载本文档将扣除1次权益。",
    "版权归原作者所有,如有侵权请联系我们删除。",
    "本站资源均来自网络,解压请用WinRAR软件。",
]
REAL = [
    "VIP会员首次保养免费,由专属顾问接待。",
    "客户成为VIP后享受优先工位和上门取送车。",
    "宣传物料如有侵权请联系市场部处理。",
    "未经授权不得复制车钥匙和行驶证。",
    "未经许可不得将文件带出办公室。",
    "请下载该文档,填写后上传到系统。",
    "先用WinRAR解压,再安装诊断软件。",
    "本站资源与周边三家门店共用,由调度安排。",
    "付费客户可下载检测报告,免费客户看纸质版。",
    "本站所有技师须持证上岗,新员工三个月内取证。",
    "拍摄客户照片要先取得同意,避免侵权,著作权归公司。",
    "会员客户下载手机程序后可以预约,首次保养免费。",
    "付费项目须经客户签字,VIP 客户由专人接待。",
    "上传照片时写明车牌,举报虚假照片的给予奖励。",
    "内部资料不得转发给客户,违者按制度处理。",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_site_notice_is_dropped_and_named(notice: str) -> None:
    cleared = clear(lines_of(f"接待标准\n客户到店一分钟内接待。\n{notice}"))
    assert [line.text for line in cleared.lines] == ["接待标准", "客户到店一分钟内接待。"]
    assert cleared.warnings[0].startswith("已去掉 1 行网站附加内容：")


@pytest.mark.parametrize("sentence", REAL)
def test_a_sentence_of_the_trade_that_sounds_like_a_notice_stays(sentence: str) -> None:
    cleared = clear(lines_of(f"门店规定\n{sentence}"))
    assert len(cleared.lines) == 2
    assert cleared.warnings == ()


def test_a_document_about_copyright_loses_nothing(tmp_path: Path) -> None:
    text = (
        "版权培训手册\n第一章 为什么讲版权\n上传照片到网站前确认授权,避免侵权。\n第二章 相关文档\n"
        "本手册与宣传管理办法配合使用,不一致时以办法为准。\n第三章 评论\n客户的评论在24小时内回复,差评由店长联系。\n"
    )
    document = read_text(tmp_path, text)
    assert len(document.sections) == 3
    assert document.warnings == ()


def test_a_real_list_of_related_documents_stays() -> None:
    lines = lines_of("检核办法\n每月检核一次,由督导执行。\n相关文档\n- 整改管理办法\n- 检核评分表")
    assert clear(lines).lines == lines


def test_prose_after_a_heading_of_related_documents_stays_even_beside_a_notice() -> None:
    text = "检核办法\n相关文档\n本办法与整改管理办法配合使用,由售后部负责解释和修订。\n未经允许不得转载:某某"
    assert len(clear(lines_of(text)).lines) == 3


def test_other_documents_and_the_comment_box_go_with_all_after_them() -> None:
    text = (
        "检核办法\n每月检核一次,由督导执行。\n成为VIP后,下载本文档将扣除1次权益。\n"
        "相关文档\n- 某市招聘题库及答案\n- 装修合同范本\n评论\n0/150\n提交评论"
    )
    cleared = clear(lines_of(text))
    assert [line.text for line in cleared.lines] == ["检核办法", "每月检核一次,由督导执行。"]
    assert "相关文档列表与评论区（6 行）" in cleared.warnings[0]


def test_a_list_of_advice_goes_whole_with_its_label() -> None:
    text = (
        "温馨提示\n- 1. 本站资源需要安装阅读器。\n- 2. 图纸请联系上传者索取。\n- 3. 预览只供参考。\n"
        "- 4. 如有侵权请联系我们删除。\n第一章 接待\n客户到店一分钟内接待。"
    )
    assert [line.text for line in clear(lines_of(text)).lines] == ["第一章 接待", "客户到店一分钟内接待。"]


def test_the_title_comes_from_the_copyright_line_and_the_site_header_goes() -> None:
    text = "某某博客\n我们是专业的\n\n门店巡检计划\n\n按月巡检,当天写报告。\n\n未经允许不得转载:某某博客 » 门店巡检计划"
    cleared = clear(lines_of(text))
    assert cleared.title == "门店巡检计划"
    assert "某某博客" not in [line.text for line in cleared.lines]


def test_a_file_name_on_top_is_the_title(tmp_path: Path) -> None:
    document = read_text(tmp_path, "督导手册.pptxVIP\n成为VIP后,下载免费。\n督导手册\n每月到店一次,当天写报告。\n")
    assert document.title == "督导手册"


def test_contents_that_come_again_as_headings_are_dropped(tmp_path: Path) -> None:
    contents = "手册\n目录\n第一章 接待......1\n第二章 交车......5\n"
    text = contents + "第一章 接待\n一分钟内接待,主动问候。\n第二章 交车\n三级检验,当面交车。\n"
    document = read_text(tmp_path, text)
    assert paths(document) == [("第一章 接待",), ("第二章 交车",)]
    assert document.warnings == ("已去掉目录 3 行（后文有同名标题）",)


DAMAGED = (
    "版權(quán)歸公司,業(yè)務(wù)由服務(wù)部負責,服務(wù)人員參加業(yè)務(wù)培訓(xùn)。"
    "5S 是整理(Seiri)等五項,看客戶(VIP)的 CSI(csi)得分。"
)


def test_pinyin_notes_inside_words_are_taken_out() -> None:
    lines, warnings = mend(lines_of(DAMAGED))
    assert (
        lines[0].text
        == "版權歸公司,業務由服務部負責,服務人員參加業務培訓。5S 是整理(Seiri)等五項,看客戶(VIP)的 CSI(csi)得分。"
    )
    assert "8 处" in warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "召(zhào)回的车辆单独停放。",
        "整理(Seiri)、整顿(Seiton)、清扫(Seiso)、清洁(Seiketsu)、素养(Shitsuke)。" * 3,
        "读音:钣(bǎn)金、轴(zhóu)承、曲(qū)轴、涡(wō)轮、桥(qiáo)壳、缸(gāng)体。",
        "真的吗?? 客户问了两遍?? 是的。",
    ],
)
def test_a_healthy_text_is_not_mended(text: str) -> None:
    assert not shows_notes(text)
    assert mend(lines_of(text)) == (lines_of(text), ())


def test_a_character_read_one_byte_off_is_restored_and_the_lost_one_counted() -> None:
    shifted = "客戶問題".encode("gbk")[1:].decode("gbk")
    text = DAMAGED + f"客戶的問題要回復,確??{shifted}一次解決。"
    lines, warnings = mend(lines_of(text))
    assert lines[0].text.endswith("確客戶問題一次解決。")
    assert any("丢失的字" in warning for warning in warnings)


def test_replacement_characters_are_removed_and_counted() -> None:
    lines, warnings = mend(lines_of("接待\ufffd标准\ufffd\ufffd如下"))
    assert lines[0].text == "接待标准如下"
    assert warnings == ("原文有 2 处丢失的字无法恢复，已去掉乱码标记",)
