"""Pages and pictures out of values: a template of pages/ lays them out, typst sets the type."""

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any, Literal

from reports.fonts import FAMILY, drawable, fonts

_PAGES = Path(__file__).parent / "pages"
_PHONE = 216  # dots an inch: a picture of 360 points is 1080 pixels wide


def pdf(template: str, values: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """A PDF; the template reads the values, and the pictures (JPEG or PNG) by their names. Slow: not for the loop."""
    return _set(template, values, pictures or {}, "pdf")


def png(template: str, values: Mapping[str, Any]) -> bytes:
    """A picture of one page as wide as a phone. Slow: not for the loop."""
    return _set(template, values, {}, "png")


def _set(template: str, values: Mapping[str, Any], pictures: Mapping[str, bytes], form: Literal["pdf", "png"]) -> bytes:
    import typst

    with TemporaryDirectory(prefix="dudao-") as folder:
        here = Path(copytree(_PAGES, Path(folder) / "pages"))
        (here / "values.json").write_text(json.dumps(_plain({**values, "family": FAMILY})), "utf-8")
        for name, content in pictures.items():
            (here / name).write_bytes(content)
        compiler = typst.Compiler(here / f"{template}.typ", root=here, font_paths=fonts())
        made = compiler.compile(format=form, ppi=_PHONE, pdf_tags=False)
    assert isinstance(made, bytes), f"{template} is more than a page"
    return made


def _plain(value: Any) -> Any:
    """All texts in it made drawable."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
