"""Which reader takes which kind of file."""

from collections.abc import Callable

from knowledge.reading.encoding import decode
from knowledge.reading.line import lines_of
from knowledge.reading.markdown import marked_lines, split_front_matter
from knowledge.reading.raw import Raw, Refused

_TEXT = (".md", ".markdown", ".txt", ".html", ".htm", ".csv")
SUFFIXES = (*_TEXT, ".docx", ".pptx", ".xlsx", ".pdf", ".png", ".jpg", ".jpeg")


def converted(data: bytes, suffix: str, ocr: bool) -> Raw:
    """The lines of a file of this kind. Refused with a cause; any other exception means a broken file."""
    if suffix in _TEXT:
        return _text_reader(suffix)(_text(data))
    if suffix == ".pdf":
        from knowledge.reading.pdf import read_pdf

        return read_pdf(data, ocr)
    if suffix in (".png", ".jpg", ".jpeg"):
        from knowledge.reading.ocr import read_picture

        return read_picture(data, ocr)
    from knowledge.reading import office

    readers = {".docx": office.read_docx, ".pptx": office.read_pptx, ".xlsx": office.read_xlsx}
    return readers[suffix](data)


def _text(data: bytes) -> str:
    try:
        return decode(data)
    except ValueError as error:
        raise Refused("不是可以识别的文本（编码未知或内容是二进制）", "请用编辑器另存为 UTF-8 文本后再导入") from error


def _text_reader(suffix: str) -> Callable[[str], Raw]:
    if suffix in (".html", ".htm"):
        from knowledge.reading.web import read_html

        return read_html
    if suffix == ".csv":
        from knowledge.reading.office import read_csv

        return read_csv
    return read_markdown if suffix in (".md", ".markdown") else read_text


def read_markdown(text: str) -> Raw:
    """A Markdown file with its front matter."""
    front, body, warnings = split_front_matter(text)
    lines = marked_lines(body)
    return Raw(lines, title=front.title, front=front, warnings=warnings, settled=any(line.level for line in lines))


def read_text(text: str) -> Raw:
    """A plain text file."""
    return Raw(lines_of(text))
