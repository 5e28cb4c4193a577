"""What to ask at each bone of a fishbone, in each place of a store, as bones.yaml states it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from knowledge import strict_yaml
from knowledge.faults import TWICE, Form, Where, filled, near, refuse

FILE = Path(__file__).with_name("bones.yaml")
NO_BONE, MISSING = "没有“{bone}”这根骨{near}", "“{bone}”还没有问题"
FEW = "“{bone}”要有 4 到 6 个问题，现在有 {n} 个"
_Key = Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,15}$")]
_Question = Annotated[str, Field(min_length=6, max_length=40)]


class KindForm(Form):
    """A way to name the bones."""

    key: _Key
    name: str = Field(min_length=1, max_length=16)
    bones: list[Annotated[str, Field(min_length=1, max_length=6)]] = Field(min_length=2, max_length=8)


class PlaceForm(Form):
    """A place, with questions by bone."""

    key: _Key
    name: str = Field(min_length=1, max_length=8)
    questions: dict[str, list[_Question]]


class BonesForm(Form):
    """The file."""

    kinds: list[KindForm] = Field(min_length=1)
    places: list[PlaceForm] = Field(min_length=1)
    own: list[_Question] = Field(min_length=4, max_length=6)


@dataclass(frozen=True, slots=True)
class Probes:
    """`kinds`: name and bones by key; `places`: names by key. The first of each is what goes without saying."""

    kinds: Mapping[str, tuple[str, tuple[str, ...]]]
    places: Mapping[str, str]
    questions: Mapping[tuple[str, str], tuple[str, ...]]
    own: tuple[str, ...]

    def at(self, place: str, bone: str) -> tuple[str, ...]:
        """The questions of a bone in a place; those of every bone where people have named it themselves."""
        return self.questions.get((place, bone)) or tuple(one.replace("{bone}", bone) for one in self.own)


@cache
def probes() -> Probes:
    """Those that are shipped."""
    return load(FILE.read_bytes(), FILE.name)


def load(content: bytes, file: str) -> Probes:
    """What a file called `file` states; raises BadFile."""
    form = filled(BonesForm, strict_yaml.values(content, file), lambda where: _place(file, where), _form_at)
    refuse(lambda where: _place(file, where), _across(form))
    return Probes(
        {one.key: (one.name, tuple(one.bones)) for one in form.kinds},
        {one.key: one.name for one in form.places},
        {(place.key, bone): tuple(asked) for place in form.places for bone, asked in place.questions.items()},
        tuple(form.own),
    )


def _form_at(where: Where) -> type[Form]:
    forms: dict[str | int, type[Form]] = {"kinds": KindForm, "places": PlaceForm}
    return forms.get(where[0], BonesForm) if len(where) > 1 else BonesForm


def _place(file: str, where: Where) -> str:
    return "：".join([file, *map(str, where)])


def _across(form: BonesForm) -> Iterable[tuple[Where, str]]:
    bones = [bone for kind in form.kinds for bone in kind.bones]
    for name, keys in (("kinds", [one.key for one in form.kinds]), ("places", [one.key for one in form.places])):
        for number, key in enumerate(keys):
            if key in keys[:number]:
                yield (name, number, "key"), TWICE.format(key=key)
    for place in form.places:
        for bone, asked in place.questions.items():
            if bone not in bones:
                yield ("places", place.key), NO_BONE.format(bone=bone, near=near(bone, bones))
            if not 4 <= len(asked) <= 6:
                yield ("places", place.key), FEW.format(bone=bone, n=len(asked))
        for bone in bones:
            if bone not in place.questions:
                yield ("places", place.key), MISSING.format(bone=bone)
