"""Lists as YAML: read strictly, and written so that they read the same."""

from pathlib import Path
from typing import Any

import yaml

from knowledge import strict_yaml
from knowledge.checklist import Checklist, Item, Section
from knowledge.checklist_form import ItemForm, SectionForm, checked
from knowledge.document import BETWEEN
from knowledge.faults import NUMBER
from knowledge.folder import load_keyed

NO_LIST = "{file}：最外层应是 key、name、sections 这几个键"
SECTION, ITEM = "分区“{name}”", "检查项“{name}”"


def load_folder(folder: Path) -> dict[str, Checklist]:
    """Every list of a folder by its key, which is its file's name; raises BadFile with the faults of all."""
    return load_keyed(folder, load_yaml)


def load_file(file: Path) -> Checklist:
    """The list in a file; raises BadFile, or OSError."""
    return load_yaml(file.read_bytes(), file.name)


def load_yaml(content: bytes, file: str) -> Checklist:
    """The list in what a file called `file` holds; raises BadFile."""
    values = strict_yaml.mapping(content, file, NO_LIST)
    return checked(values, lambda where: _place(file, values, where))


def _place(file: str, values: Any, where: tuple[str | int, ...]) -> str:
    """“文件：分区“整理”：检查项“台面”：weight”."""
    parts = [file]
    for form, name in ((SECTION, "sections"), (ITEM, "items")):
        if len(where) >= 2 and where[0] == name and isinstance(where[1], int):
            values = values[name][where[1]]
            parts.append(form.format(name=_known_as(values, where[1])))
            where = where[2:]
    return "：".join([*parts, *(str(one) for one in where)])


def _known_as(values: Any, index: int) -> str:
    """What a part calls itself, else which it is."""
    names = [str(values.get(key) or "").strip() for key in ("name", "key")] if isinstance(values, dict) else []
    return next((name[:24] for name in names if name), NUMBER.format(n=index + 1))


def as_yaml(checklist: Checklist) -> str:
    """The list as `load_yaml` reads it, what goes without saying left out."""
    values = {
        "key": checklist.key,
        "name": checklist.name,
        **({"description": checklist.description} if checklist.description else {}),
        "sections": [_plain_section(section) for section in checklist.sections],
    }
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=110)


def plain_item(item: Item) -> dict[str, Any]:
    """An item as `ItemForm` takes it, what goes without saying left out."""
    standard = BETWEEN.join((item.standard.document, *item.standard.section)) if item.standard else ""
    values: dict[str, Any] = {
        **{key: getattr(item, key) for key in ItemForm.model_fields if hasattr(item, key)},
        "photos": "never" if item.kind == "photo" else item.photos.when,
        "photos_least": item.photos.least,
        "photos_most": item.photos.most,
        "standard": standard,
    }
    return {key: value for key, value in values.items() if value != ItemForm.model_fields[key].get_default()}


def _plain_section(section: Section) -> dict[str, Any]:
    values: dict[str, Any] = {"key": section.key, "name": section.name}
    for key in ("weight", "pass_mark"):
        if (value := getattr(section, key)) != SectionForm.model_fields[key].get_default():
            values[key] = value
    return {**values, "items": [plain_item(item) for item in section.items]}
