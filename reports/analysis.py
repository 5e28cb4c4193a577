"""What the report of an analysis says: the problem, its causes drawn and read back, evidence, actions, who and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from knowledge.cause.chain import link
from knowledge.cause.fishbone import Fishbone, Twig, likely
from knowledge.cause.stored import fishbone_from, tree_from
from knowledge.cause.tree import ENDS, LINES, STATES, Cause, Evidence, Tree, roots
from knowledge.paper import Block, Entry, Facts, Heading, Listing, Paper, Paragraph, Photos, Picture, Table
from records.action import WITHDRAWN, Action
from records.analyses import FISH, Analysis
from records.stores import Store
from reports import words

WHYS, FISHBONE = "5Why 根因分析报告", "鱼骨图分析报告"
PROBLEM, FOUND, DRAWN, READ, OTHERS, ACTIONS, LIKELY, ALL, GONE_ON, ABOUT = (
    "问题", "根因", "原因图", "从根因读回问题", "其他原因", "整改", "最可能的原因", "全部原因", "接着问的 5Why",
    "关于这份分析",
)  # fmt: skip
ROOT = "{text}（{end}，{state}，证据 {n} 份）"
NO_ROOT, NO_VOTES, NO_ACTIONS = "还没有找到根因。", "还没有投票。", "还没有整改。"
PROOF = "证据：{said}"
PHOTOS, CHECK, QUESTION = "照片 {n} 张", "检核：{said}", "提问：{said}"
NOT_THERE = "第 {n} 号，已经不在了"
CAUSES = ("原因", "哪条线", "状态", "证据")
TWIGS = ("骨", "原因", "谁提的", "票")
MENDING = ("要做什么", "负责人", "期限", "做到", "状态")
SUB = "└ {text}"
VOTES = "{text}（{bone}，{n} 票）"
DERIVED = "{title}：{roots}"
STORE, BY, TEAM, BEGUN, DONE, VERSION, NUMBER, ASKED = (
    "门店", "发起", "一起分析", "开始", "完成", "版本", "编号", "回头看",
)  # fmt: skip
NTH, DRAFT = "第 {n} 版", "还没有完成"
SUMMARY = "根因 {n} 个：{texts}。"


@dataclass(frozen=True, slots=True)
class Study:
    """An analysis with what its report needs besides.

    `version` is how often it was finished up to then, 0 while it never was. `names` are people's, by id; `team` those
    who work on it; `checks` and `questions` what those that are evidence are called, by id; `derived` are the 5-Whys
    that came of a fishbone. `zone` is the reader's.
    """

    analysis: Analysis
    store: Store | None
    zone: ZoneInfo
    version: int = 0
    names: Mapping[int, str] = field(default_factory=dict)
    team: Sequence[int] = ()
    actions: Sequence[Action] = ()
    checks: Mapping[int, str] = field(default_factory=dict)
    questions: Mapping[int, str] = field(default_factory=dict)
    derived: Sequence[Analysis] = ()


def paper_of(study: Study) -> Paper:
    """The report."""
    one = study.analysis
    if one.kind == FISH:
        fish = fishbone_from(one.content)
        return Paper(FISHBONE, one.title, "", (*_problem(fish.card.facts), *_fish(study, fish), *_about(study)))
    tree = tree_from(one.content)
    found = [cause.text for cause in roots(tree)]
    summary = SUMMARY.format(n=len(found), texts="；".join(found)) if found else NO_ROOT
    blocks = (*_problem(tree.card.facts), *_tree(study, tree), *_actions(study), *_about(study))
    return Paper(WHYS, one.title, summary, blocks)


def under(study: Study) -> str:
    """What stands below the title."""
    one = study.analysis
    parts = (
        study.store.name if study.store else "",
        words.named(study.names, one.person_id),
        words.moment(one.done_at or one.updated_at, study.zone),
        NTH.format(n=study.version) if study.version else DRAFT,
    )
    return " · ".join(part for part in parts if part)


def filename(study: Study, ending: str) -> str:
    """What its file is called."""
    one = study.analysis
    day = (one.done_at or one.updated_at).astimezone(study.zone).strftime("%Y-%m-%d")
    kind = "鱼骨图" if one.kind == FISH else "5Why"
    return words.filename(ending, kind, study.store.name if study.store else "", one.title, day)


def photos_of(content: Tree) -> tuple[int, ...]:
    """The photos that are evidence in it."""
    return tuple(photo for cause in content.causes for proof in cause.evidence for photo in proof.photos)


def _problem(facts: tuple[tuple[str, str], ...]) -> tuple[Block, ...]:
    return (Heading(PROBLEM, 2), Facts(facts))


def _tree(study: Study, tree: Tree) -> Iterable[Block]:
    ends = roots(tree)
    yield Heading(FOUND, 2)
    yield Listing(tuple(Entry(_root(one)) for one in ends), numbered=True) if ends else Paragraph(NO_ROOT)
    if tree.causes:
        yield Heading(DRAWN, 2)
        yield Picture(tree)
    if ends:
        yield Heading(READ, 2)
        for one in ends:
            yield from _chain(study, tree, one)
    told = {cause.id for one in ends for cause in tree.path(one.id)}
    others = [one for one in tree.walk() if one.id not in told]
    if others:
        yield Heading(OTHERS, 2)
        yield Table(CAUSES, tuple(_row(study, one) for one in others))
        yield from _photos(others)


def _chain(study: Study, tree: Tree, root: Cause) -> Iterable[Block]:
    """From a root up to the problem; below each link what shows its cause."""
    path = tree.path(root.id)
    entries = [
        Entry(link(tree, one.id), tuple(Entry(PROOF.format(said=said)) for said in _proofs(study, one.evidence)))
        for one in path
    ]
    yield Heading(_root(root), 3)
    yield Listing(tuple(entries), numbered=True)
    yield from _photos(path)


def _root(one: Cause) -> str:
    return ROOT.format(text=one.text, end=ENDS[one.end], state=STATES[one.state], n=len(one.evidence))


def _row(study: Study, one: Cause) -> tuple[str, ...]:
    state = STATES[one.state] if not one.end else f"{STATES[one.state]}，{ENDS[one.end]}"
    return (one.text, LINES[one.line], state, "；".join(_proofs(study, one.evidence)))


def _proofs(study: Study, evidence: Sequence[Evidence]) -> list[str]:
    found = []
    for one in evidence:
        parts = [one.text, one.figure, PHOTOS.format(n=len(one.photos)) if one.photos else ""]
        for form, number, known in ((CHECK, one.check, study.checks), (QUESTION, one.question, study.questions)):
            parts.append(form.format(said=known.get(number) or NOT_THERE.format(n=number)) if number else "")
        found.append("，".join(part for part in parts if part))
    return found


def _photos(causes: Iterable[Cause]) -> Iterable[Block]:
    ids = tuple(dict.fromkeys(photo for one in causes for proof in one.evidence for photo in proof.photos))
    if ids:
        yield Photos(ids)


def _fish(study: Study, fish: Fishbone) -> Iterable[Block]:
    tally = fish.tally
    best = [VOTES.format(text=one.text, bone=one.bone, n=tally[one.id]) for one in likely(fish)]
    yield Heading(LIKELY, 2)
    yield Listing(tuple(Entry(one) for one in best), numbered=True) if best else Paragraph(NO_VOTES)
    if not fish.twigs:
        return
    yield Heading(DRAWN, 2)
    yield Picture(fish)
    yield Heading(ALL, 2)
    every = [one for bone in fish.bones for cause in fish.on(bone) for one in (cause, *fish.under(cause.id))]
    yield Table(TWIGS, tuple(_twig(study, fish, one) for one in every))
    if study.derived:
        yield Heading(GONE_ON, 2)
        yield Listing(tuple(Entry(_derived(one)) for one in study.derived))


def _twig(study: Study, fish: Fishbone, one: Twig) -> tuple[str, ...]:
    text = SUB.format(text=one.text) if one.parent else one.text
    by = words.named(study.names, one.by) if one.by else ""
    return (one.bone, text, by, str(fish.tally[one.id] or ""))


def _derived(one: Analysis) -> str:
    found = "；".join(cause.text for cause in roots(tree_from(one.content)))
    return DERIVED.format(title=one.title, roots=found or NO_ROOT)


def _actions(study: Study) -> Iterable[Block]:
    rows = tuple(
        (
            one.title,
            words.named(study.names, one.owner_id) if one.owner_id else words.NOBODY,
            words.moment(one.due_at, study.zone),
            one.measure,
            words.STATES[one.state],
        )
        for one in study.actions
        if one.state != WITHDRAWN
    )
    yield Heading(ACTIONS, 2)
    yield Table(MENDING, rows) if rows else Paragraph(NO_ACTIONS)


def _about(study: Study) -> Iterable[Block]:
    one, zone = study.analysis, study.zone
    facts = (
        (STORE, study.store.name if study.store else ""),
        (BY, words.named(study.names, one.person_id)),
        (TEAM, "、".join(words.named(study.names, person) for person in study.team if person in study.names)),
        (BEGUN, words.moment(one.created_at, zone)),
        (DONE, words.moment(one.done_at, zone) if one.done_at else DRAFT),
        (VERSION, NTH.format(n=study.version) if study.version else ""),
        (ASKED, words.moment(one.ask_at, zone) if one.ask_at else ""),
        (NUMBER, str(one.id)),
    )
    yield Heading(ABOUT, 2)
    yield Facts(tuple((name, value) for name, value in facts if value))
