"""Files that cannot be read: each gives one clear line with its name, the cause and what to do."""

import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_files import (
    LIMIT,
    make_docx,
    make_pdf,
    make_picture,
    make_pptx,
    make_scan,
    make_xlsx,
    make_zip_bomb,
    read_text,
)

from knowledge.reading import SUFFIXES, Unreadable, read


def _bytes(data: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return make


def _cut(make: Callable[[Path], Path], share: float) -> Callable[[Path], Path]:
    def made(path: Path) -> Path:
        data = make(path).read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        return path

    return made


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _locked_pdf(path: Path) -> Path:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(make_pdf(path, [("检核", ["每月一次。"])])))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(path)
    return path


def _with_entities(path: Path) -> Path:
    make_docx(path)
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("word/extra.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    return path


def _other_package(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("readme.txt", "not an office file")
    return path


CASES: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "missing": ("没有.md", lambda path: path, "找不到"),
    "folder": ("目录.md", _folder, "文件夹"),
    "empty": ("空.txt", _bytes(b""), "空的"),
    "blank": ("空白.md", _bytes(b" \n\t\n"), "空的"),
    "byte-order mark only": ("标记.txt", _bytes(b"\xef\xbb\xbf\n"), "没有文字"),
    "unknown suffix": ("文件.xyz", _bytes(b"abc"), "不支持的文件类型 .xyz"),
    "no suffix": ("文件", _bytes(b"abc"), "没有扩展名"),
    "old format": ("旧.doc", _bytes(b"\xd0\xcf\x11\xe0"), "另存为 .docx"),
    "picture behind txt": ("图.txt", _bytes(b"\x89PNG\r\n\x1a\n" + bytes(200)), "二进制"),
    "noise behind txt": ("噪.txt", _bytes(bytes(range(256)) * 30), "不是可以识别的文本"),
    "truncated docx": ("断.docx", _cut(make_docx, 0.6), "已损坏"),
    "truncated pptx": ("断.pptx", _cut(make_pptx, 0.6), "已损坏"),
    "truncated xlsx": ("断.xlsx", _cut(make_xlsx, 0.6), "已损坏"),
    "text behind xlsx": ("假.xlsx", _bytes("门店,得分".encode()), "已损坏"),
    "another package": ("包.docx", _other_package, "已损坏"),
    "deck behind docx": ("混.docx", make_pptx, "已损坏"),
    "encrypted office file": ("密.xlsx", _bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "密码"),
    "encrypted pdf": ("密.pdf", _locked_pdf, "密码"),
    "text behind pdf": ("假.pdf", _bytes(b"hello"), "不是 pdf"),
    "pdf head only": ("断.pdf", _bytes(b"%PDF-1.7\n1 0 obj\n"), "已损坏"),
    "scan without ocr": ("扫描.pdf", make_scan, "dudao[ocr]"),
    "picture without ocr": ("照片.png", make_picture, "dudao[ocr]"),
    "zip bomb": ("炸弹.xlsx", make_zip_bomb, "大得不正常"),
    "xml entities": ("实体.docx", _with_entities, "XML"),
    "deep page": ("深.html", _bytes(b"<div>" * 50_000 + b"x"), "嵌套过深"),
    "huge page": ("大.html", _bytes(b"<p>x</p>" * 150_000), "网页过大"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_read_gives_one_clear_line(tmp_path: Path, case: str) -> None:
    name, make, words = CASES[case]
    path = make(tmp_path / name)
    with pytest.raises(Unreadable) as caught:
        read(path, max_bytes=LIMIT)
    message = str(caught.value)
    assert message.startswith(f"{name}：") and words in message
    assert "\n" not in message and len(message) < 160 and str(tmp_path) not in message


def test_an_over_large_file_is_refused_with_its_size_and_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    path.write_text("接待" * 500_000, encoding="utf-8")
    with pytest.raises(Unreadable, match=r"2\.9 MB，超过上限 1\.0 MB"):
        read(path, max_bytes=1024 * 1024)


@contextmanager
def an_ordinary_user() -> Iterator[None]:
    """Permission bits bind everyone but root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "锁.txt"
    path.write_text("接待")
    read(path, max_bytes=LIMIT)
    path.chmod(0)
    with an_ordinary_user(), pytest.raises(Unreadable, match="没有读取权限"):
        read(path, max_bytes=LIMIT)


def test_missing_ocr_says_which_extra_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(Unreadable, match=r"pip install 'dudao\[ocr\]'"):
        read(make_picture(tmp_path / "a.png"), max_bytes=LIMIT, ocr=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), suffix=st.sampled_from([*SUFFIXES, ".bin", ""]))
def test_any_bytes_behind_any_name_are_read_or_refused(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(data)
    try:
        assert read(path, max_bytes=LIMIT).sections
    except Unreadable as error:
        assert "\n" not in str(error)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(
        alphabet="第一章12.、()?# |-*\n接待。,:PARTDay(quán)\uff0c\uff1a\uff1b\uff1f\uff08\uff09\uff0e", max_size=300
    )
)
def test_any_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    for name in ("x.txt", "x.md", "x.html"):
        try:
            assert read_text(tmp_path, text, name).sections
        except Unreadable as error:
            assert "没有文字" in str(error) or "空的" in str(error)
