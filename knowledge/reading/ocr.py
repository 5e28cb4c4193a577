"""Scanned pages and pictures -> printed lines, by RapidOCR from the extra `ocr`."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from knowledge.reading.line import Line
from knowledge.reading.pdf import Row
from knowledge.reading.raw import Raw, Refused

_SCALE = 200 / 72


def read_picture(data: bytes, ocr: bool) -> Raw:
    """The text in a PNG or JPEG picture; Refused unless `ocr` is asked for and installed."""
    if not ocr:
        raise Refused("图片需要文字识别（OCR）", "请打开 OCR 再导入（需要先安装：pip install 'dudao[ocr]'）")
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(data)) as picture:
        rows = _recognised(engine(), picture.convert("RGB"))
    return Raw([Line(row.text, 1) for row in rows], warnings=("文字由 OCR 识别，可能有错字",))


def page_rows(data: bytes, pages: Sequence[int]) -> Iterator[tuple[int, list[Row]]]:
    """For each of these pages (1-based) of a PDF its number and the lines recognised on it."""
    import pypdfium2  # type: ignore[import-untyped]

    reader = engine()
    document = pypdfium2.PdfDocument(data)
    for number in pages:
        yield number, _recognised(reader, document[number - 1].render(scale=_SCALE).to_pil().convert("RGB"))
    document.close()


def engine() -> Any:
    """RapidOCR with its models; Refused when the extra is not installed."""
    try:
        rapidocr = import_module("rapidocr")
    except ImportError as error:
        raise Refused("没有安装文字识别（OCR）", "请先安装：pip install 'dudao[ocr]'") from error
    return rapidocr.RapidOCR(params={"Global.log_level": "error"})


def _recognised(engine: Any, picture: Any) -> list[Row]:
    """Lines from top to bottom; boxes that stand beside each other are one line."""
    import numpy

    result = engine(numpy.asarray(picture)[:, :, ::-1])
    if result.boxes is None:
        return []
    boxes = sorted(zip(result.boxes.tolist(), result.txts, strict=True), key=lambda item: item[0][0][1])
    rows: list[list[tuple[list[list[float]], str]]] = []
    for corners, text in boxes:
        middle = (corners[0][1] + corners[2][1]) / 2
        if rows and middle < rows[-1][0][0][2][1]:
            rows[-1].append((corners, text))
        else:
            rows.append([(corners, text)])
    return [_row(sorted(row, key=lambda item: item[0][0][0])) for row in rows]


def _row(boxes: list[tuple[list[list[float]], str]]) -> Row:
    height = boxes[0][0][2][1] - boxes[0][0][0][1]
    return Row(" ".join(text for _, text in boxes), round(height / 4) * 4, boxes[0][0][0][0], boxes[-1][0][1][0])
