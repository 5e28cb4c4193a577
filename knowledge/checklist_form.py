"""The form of a list as people write it, in YAML or Excel: checked wholly, every fault named where it stands."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from knowledge.checklist import Checklist, Item, Kind, Photos, Section, versioned
from knowledge.document import reference
from knowledge.faults import BAD_REFERENCE, TWICE, Form, Key, Place, Where, filled, refuse

TWICE_NAMED = "名称“{name}”用了两次"
NO_BOUNDS, CROSSED = "数值项要有下限 low 或上限 high", "下限 {low:g} 大于上限 {high:g}"
ONLY_NUMBER, NO_WEIGHT, NO_VETO = "只有数值项才有这个键", "文字项不计分，不能写权重", "文字项不会不合格，不能一票否决"
PHOTO_ALWAYS, FEW = "照片项一定要照片，这里只能是 always（必须）", "最多张数 {most} 小于最少张数 {least}"
NO_PHOTOS = "没有要求照片，不能写张数"
NOTHING_SCORED = "没有计分的检查项，至少要有一项不是文字"


class ItemForm(Form):
    """An item; what it does not say is as `Item` has it."""

    key: Key
    name: str = Field(min_length=1, max_length=24)
    kind: Kind = "pass"
    weight: float = Field(default=1.0, gt=0, le=100)
    guide: str = Field(default="", max_length=200)
    good: str = Field(default="", max_length=200)
    may_skip: bool = True
    veto: bool = False
    photos: Literal["never", "fail", "always"] = "never"
    photos_least: int = Field(default=1, ge=1, le=9)
    photos_most: int = Field(default=9, ge=1, le=9)
    due_hours: int = Field(default=48, ge=1, le=24 * 90)
    standard: str = Field(default="", max_length=300)
    low: float | None = None
    high: float | None = None
    unit: str = Field(default="", max_length=8)


class SectionForm(Form):
    """A section; its items are scored together."""

    key: Key
    name: str = Field(min_length=1, max_length=16)
    weight: float = Field(default=1.0, gt=0, le=100)
    pass_mark: float | None = Field(default=None, ge=0, le=100)
    items: list[ItemForm] = Field(min_length=1, max_length=40)


class ListForm(Form):
    """A list."""

    key: Key
    name: str = Field(min_length=1, max_length=20)
    description: str = Field(default="", max_length=200)
    sections: list[SectionForm] = Field(min_length=1, max_length=20)


def checked(values: Any, place: Place, known: Mapping[Where, str] | None = None) -> Checklist:
    """The list that these values state; raises BadFile as `filled` does, with the faults that are `known`."""
    form = filled(ListForm, values, place, _form_at, known)
    refuse(place, _across(form))
    return versioned(
        Checklist(form.key, form.name, "", form.description, tuple(_section(one) for one in form.sections))
    )


def _form_at(where: Where) -> type[Form]:
    """The form whose keys stand at this depth."""
    return ListForm if len(where) == 1 else SectionForm if len(where) == 3 else ItemForm


def _across(form: ListForm) -> Iterable[tuple[Where, str]]:
    """What one part says of another."""
    keys: set[str] = set()
    names: set[str] = set()
    sections: set[str] = set()
    for s, section in enumerate(form.sections):
        if section.key in sections:
            yield ("sections", s, "key"), TWICE.format(key=section.key)
        sections.add(section.key)
        for i, item in enumerate(section.items):
            where = ("sections", s, "items", i)
            if item.key in keys:
                yield (*where, "key"), TWICE.format(key=item.key)
            if item.name in names:
                yield (*where, "name"), TWICE_NAMED.format(name=item.name)
            keys.add(item.key)
            names.add(item.name)
            yield from (((*where, key), why) for key, why in _within(item))
    if all(item.kind == "text" for section in form.sections for item in section.items):
        yield ("sections",), NOTHING_SCORED


def _within(item: ItemForm) -> Iterable[tuple[str, str]]:
    """What an item's keys say of each other."""
    said = item.model_fields_set
    if item.kind == "number":
        if item.low is None and item.high is None:
            yield "low", NO_BOUNDS
        elif item.low is not None and item.high is not None and item.low > item.high:
            yield "low", CROSSED.format(low=item.low, high=item.high)
    else:
        yield from ((key, ONLY_NUMBER) for key in ("low", "high", "unit") if getattr(item, key) not in (None, ""))
    if item.kind == "text" and "weight" in said:
        yield "weight", NO_WEIGHT
    if item.kind == "text" and item.veto:
        yield "veto", NO_VETO
    if item.kind == "photo" and "photos" in said and item.photos != "always":
        yield "photos", PHOTO_ALWAYS
    if item.photos_most < item.photos_least:
        yield "photos_most", FEW.format(most=item.photos_most, least=item.photos_least)
    if item.kind != "photo" and item.photos == "never":
        yield from ((key, NO_PHOTOS) for key in ("photos_least", "photos_most") if key in said)
    if item.standard and reference(item.standard) is None:
        yield "standard", BAD_REFERENCE


def _section(form: SectionForm) -> Section:
    return Section(form.key, form.name, tuple(_item(one) for one in form.items), form.weight, form.pass_mark)


def _item(form: ItemForm) -> Item:
    plain = ("photos", "photos_least", "photos_most", "standard")
    return Item(
        **{key: value for key, value in form.model_dump().items() if key not in plain},
        photos=Photos("always" if form.kind == "photo" else form.photos, form.photos_least, form.photos_most),
        standard=reference(form.standard),
    )
