"""The four digits that prove a photo was taken now are read from a sheet of paper in it."""

import pytest
from paper import paper
from photographs import jpeg, scene

from knowledge.reading.codes import Codes, holds, installed


@pytest.mark.parametrize(
    ("texts", "code", "there"),
    [
        (["4821"], "4821", True), (["验证码：4821"], "4821", True), (["4 8 2 1"], "4821", True),
        (["O482"], "0482", True), (["48Z1"], "4821", True), (["48215"], "4821", False), (["1 4821"], "4821", False),
        (["482", "1"], "4821", False), ([], "4821", False), (["2026-11-21"], "2026", False),
    ],
)  # fmt: skip
def test_a_code_counts_as_a_whole_number(texts: list[str], code: str, there: bool) -> None:
    assert holds(texts, code) == there


def test_without_the_extra_nobody_reads() -> None:
    from bot.app import studio
    from bot.config import PhotosSettings

    assert (studio(PhotosSettings()).reads is not None) == installed()
    assert studio(PhotosSettings(read_codes=False)).reads is None


@pytest.mark.ocr
def test_codes_are_read_from_paper_in_the_picture_and_from_nothing_else() -> None:
    pytest.importorskip("rapidocr")
    reads = Codes()
    codes = ["4821", "0937", "5560", "1742"]
    lit = ((0.0, 1.0), (0.2, 0.7))
    sent = [
        (code, jpeg(paper(code, n, lean=lean, light=light), 80)) for n, code in enumerate(codes) for lean, light in lit
    ]
    assert sum(reads(content, code) for code, content in sent) >= 7
    assert not any(reads(content, "8306") for _, content in sent[:2])
    assert not reads(jpeg(scene(3, 1200, 900)), "4821")
