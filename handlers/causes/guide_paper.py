"""What a filled in guide has become: its paper, by the guide as it was then, and the guides that are shipped."""

from functools import lru_cache

from knowledge.guide import Guide
from knowledge.guide_file import FOLDER, load_folder, load_yaml
from knowledge.guide_result import result
from knowledge.paper import Drawn, Paper, Picture
from records.analyses import Analysis


def is_guide(one: Analysis) -> bool:
    """Whether it is a guide's answers, and no tree or fishbone."""
    return "answers" in one.content


def paper_of(one: Analysis) -> Paper:
    """What a finished guide became."""
    return result(guide_of(one.content["yaml"], ""), one.content["answers"])


def drawn_in(paper: Paper) -> Drawn | None:
    """What is to be drawn of it, where there is anything."""
    return next((block.of for block in paper.blocks if isinstance(block, Picture)), None)


def called(kind: str) -> str:
    """What a guide is called; its key where it is not shipped any more."""
    return shipped()[kind].name if kind in shipped() else kind


@lru_cache(maxsize=64)
def guide_of(text: str, key: str) -> Guide:
    """The guide as it was when its walk began."""
    return load_yaml(text.encode(), f"{key}.yaml")


@lru_cache(maxsize=1)
def shipped() -> dict[str, Guide]:
    """Every guide by its key."""
    return load_folder(FOLDER)
