"""The form of a file of questions, in YAML or Excel: checked wholly, every fault named where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, ValidationError

from knowledge.document import Reference, reference
from knowledge.faults import BAD_REFERENCE, TWICE, Form, Key, Place, Where, filled, refuse
from knowledge.quiz import Kind, Number, Question, Topic, twice

_Option = Annotated[str, Field(min_length=1, max_length=60)]
_OPTIONS = {"single": (3, 5), "multiple": (3, 5), "order": (3, 6)}
OPTIONS, NO_OPTIONS = "要有 {least}-{most} 个选项", "只有单选、多选、排序才有选项"
OPTION_TWICE = "选项“{option}”写了两次"
NO_RIGHT = "缺少答案"
RIGHT_OPTION = "应是选项的序号，从 0 数起，最大 {last}"
ONE, SEVERAL = "单选只有一个答案", "多选至少有两个答案"
RIGHT_TRUTH = "判断题的答案是 true 或 false"
RIGHT_NUMBER = "数字题的答案写成 {value: 90, tolerance: 0, unit: 分}"
RIGHT_WORDS = "填空题的答案是一列可以接受的词"
RIGHT_ORDER = "排序题不写答案，选项就按正确的顺序写"
PREFIX = "题号要以“{topic}-”开头"


class NumberForm(Form):
    """The number that is right."""

    value: float
    tolerance: float = Field(default=0.0, ge=0)
    unit: str = Field(default="", max_length=8)


class QuestionForm(Form):
    """A question; what `right` is depends on its kind."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
    day: int = Field(ge=1, le=60)
    difficulty: int = Field(default=1, ge=1, le=3)
    kind: Kind
    ask: str = Field(min_length=4, max_length=200)
    options: list[_Option] = Field(default_factory=list)
    right: Any = None
    why: str = Field(min_length=4, max_length=300)
    proof: str = Field(max_length=300)


class TopicForm(Form):
    """A file of questions."""

    topic: Key
    name: str = Field(min_length=1, max_length=20)
    questions: list[QuestionForm] = Field(min_length=1, max_length=500)


def checked(values: Any, place: Place, known: Mapping[Where, str] | None = None) -> Topic:
    """The topic that these values state; raises BadFile as `filled` does, with the faults that are `known`."""
    form = filled(TopicForm, values, place, _form_at, known)
    refuse(place, _across(form))
    return Topic(form.topic, form.name, tuple(_question(one, form.topic) for one in form.questions))


def _form_at(where: Where) -> type[Form]:
    return TopicForm if len(where) == 1 else QuestionForm


def _across(form: TopicForm) -> Iterable[tuple[Where, str]]:
    keys: set[str] = set()
    for number, one in enumerate(form.questions):
        where = ("questions", number)
        if one.key in keys:
            yield (*where, "key"), TWICE.format(key=one.key)
        keys.add(one.key)
        if not one.key.startswith(f"{form.topic}-"):
            yield (*where, "key"), PREFIX.format(topic=form.topic)
        if reference(one.proof) is None:
            yield (*where, "proof"), BAD_REFERENCE
        yield from (((*where, key), why) for key, why in (*_options(one), *_right(one)))


def _options(one: QuestionForm) -> Iterable[tuple[str, str]]:
    least, most = _OPTIONS.get(one.kind, (0, 0))
    if not least <= len(one.options) <= most:
        yield "options", OPTIONS.format(least=least, most=most) if most else NO_OPTIONS
    for option in sorted({option for option in one.options if one.options.count(option) > 1}):
        yield "options", OPTION_TWICE.format(option=option)


def _right(one: QuestionForm) -> Iterable[tuple[str, str]]:
    """What is wrong with what is said to be right."""
    if one.kind == "order":
        if one.right is not None:
            yield "right", RIGHT_ORDER
    elif one.right is None:
        yield "right", NO_RIGHT
    elif one.kind in ("single", "multiple"):
        yield from _indexes(one.right, one)
    elif one.kind == "truth" and not isinstance(one.right, bool):
        yield "right", RIGHT_TRUTH
    elif one.kind == "number" and _number(one.right) is None:
        yield "right", RIGHT_NUMBER
    elif one.kind == "fill" and not _words(one.right):
        yield "right", RIGHT_WORDS


def _indexes(right: Any, one: QuestionForm) -> Iterable[tuple[str, str]]:
    last = len(one.options) - 1
    whole = isinstance(right, list) and all(isinstance(i, int) and not isinstance(i, bool) for i in right)
    if not whole or len(set(right)) != len(right) or not all(0 <= i <= last for i in right):
        yield "right", RIGHT_OPTION.format(last=last)
    elif one.kind == "single" and len(right) != 1:
        yield "right", ONE
    elif one.kind == "multiple" and len(right) < 2:
        yield "right", SEVERAL


def _number(right: Any) -> Number | None:
    try:
        form = NumberForm.model_validate(right)
    except ValidationError:
        return None
    return Number(form.value, form.tolerance, form.unit)


def _words(right: Any) -> Sequence[str]:
    if not isinstance(right, list) or not all(isinstance(word, str) and word.strip() for word in right):
        return ()
    return [word.strip() for word in right]


def _question(one: QuestionForm, topic: str) -> Question:
    stated = one.right
    proof = reference(one.proof)
    return Question(
        one.key,
        topic,
        one.day,
        one.difficulty,
        one.kind,
        one.ask,
        one.why,
        proof or Reference(one.proof, ()),
        tuple(one.options),
        tuple(sorted(stated)) if one.kind in ("single", "multiple") else (),
        stated if one.kind == "truth" else None,
        _number(stated) if one.kind == "number" else None,
        tuple(_words(stated)) if one.kind == "fill" else (),
    )


def only_once(topics: Iterable[Topic]) -> Iterable[str]:
    """What is wrong with several topics together: a key may stand in one question only."""
    yield from (TWICE.format(key=key) for key in twice(one for topic in topics for one in topic.questions))
