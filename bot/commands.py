"""The commands that do one thing and end."""

import argparse
import getpass
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import Shelf, shelf
from bot.config import Settings
from bot.progress import bar, say
from handlers.asked import logged
from handlers.message import Incoming
from records.database import Database
from records.questions import DOWN_REASONS, QuestionRow, Questions
from reports.figures import table
from retrieval.answer import Answer
from retrieval.evaluate import Labelled, evaluate, figures, load
from retrieval.family import whole
from retrieval.rank import Ranked

_LOGGED_AT_ONCE = 50
_DEEPER = 3  # times as many sections as are shown, for those that are shown as one


class BadBatch(Exception):
    """A file of questions cannot be read; the message says which and why."""


def _line(values: Any) -> None:
    print(json.dumps(values, ensure_ascii=False), flush=True)


@contextmanager
def _questions(options: argparse.Namespace) -> Iterator[Iterable[str]]:
    """The question, or each line of the batch; an empty line is a question too, so that lines match lines."""
    file: Path | None = options.batch
    if file is None:
        yield [options.question.encode("utf-8", "replace").decode()]
    elif str(file) == "-":
        yield map(_text_of, sys.stdin.buffer)
    else:
        try:
            opened = file.open("rb")
        except OSError as error:
            raise BadBatch(f"{file}：读不出来（{error.strerror}）。请检查路径和权限。") from error
        with opened:
            yield map(_text_of, opened)


def _text_of(line: bytes) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")


async def ask(settings: Settings, options: argparse.Namespace) -> int:
    """One answer, or one a line; every question is logged."""
    with _questions(options) as questions:
        async with shelf(settings, bar, say) as documents:
            await _ask(documents, questions, options.json)
    return 0


async def _ask(documents: Shelf, questions: Iterable[str], as_json: bool) -> None:
    rows: list[QuestionRow] = []
    person = _user()
    try:
        for question in questions:
            answer = await documents.desk.ask(question)
            incoming = Incoming("", "cli", "cli", person, datetime.now(UTC), question)
            rows.append(logged(answer, incoming))
            _line(_answer(answer)) if as_json else print(_text(answer), flush=True)
            if len(rows) == _LOGGED_AT_ONCE:
                await _log(documents.database, rows)
    finally:
        await _log(documents.database, rows)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "cli"


async def _log(database: Database, rows: list[QuestionRow]) -> None:
    if rows:
        async with database.write() as connection:
            await Questions(connection).add(rows)
            await Questions(connection).count_uses(Counter(row.faq_id for row in rows if row.faq_id is not None))
        rows.clear()


def _answer(answer: Answer) -> dict[str, Any]:
    citations = [
        {"document": c.document, "version": c.version, "section": list(c.section), "page": c.page, "quote": c.quote}
        for c in answer.citations
    ]
    return {
        "question": answer.question,
        "answered": answer.answered,
        "answer": answer.text,
        "citations": citations,
        "seconds": round(answer.seconds, 6),
    }


def _text(answer: Answer) -> str:
    lines = [answer.text]
    for c in answer.citations:
        page = f" 第{c.page}页" if c.page else ""
        version = f" v{c.version}" if c.version else ""
        lines.append(f"—— 《{c.document}》{version} {' › '.join(c.section)}{page}")
    if answer.faq:
        lines.append(f"—— {answer.faq.author} 整理于 {answer.faq.written_at:%Y-%m-%d}")
    if answer.nearest:
        lines.append("最接近的章节：" + "；".join(f"《{c.title}》{c.heading}" for c in answer.nearest))
    return "\n".join(lines)


async def search(settings: Settings, options: argparse.Namespace) -> int:
    """Hit testing: the sections behind an answer."""
    with _questions(options) as questions:
        async with shelf(settings, bar, say) as documents:
            for question in questions:
                started = time.perf_counter()
                found = await documents.desk.search(question, _DEEPER * options.k)
                hits = whole(found.ranked)[: options.k]
                seconds = time.perf_counter() - started
                _line(_passages(question, hits, seconds)) if options.json else print(_listing(hits), flush=True)
    return 0


def _passages(question: str, hits: Sequence[tuple[Ranked, str]], seconds: float) -> dict[str, Any]:
    passages = [
        {"document": r.card.document, "section": list(r.card.path), "text": text, "score": round(r.score, 4)}
        for r, text in hits
    ]
    return {"question": question, "passages": passages, "seconds": round(seconds, 6)}


def _listing(hits: Sequence[tuple[Ranked, str]]) -> str:
    blocks = [
        f"{i}. {r.score:.2f} 《{r.card.title}》{' › '.join(r.card.path)}\n{text}" for i, (r, text) in enumerate(hits, 1)
    ]
    return "\n\n".join(blocks) or "没有找到相关章节。"


async def ingest(settings: Settings, options: argparse.Namespace) -> int:
    """Add or replace; one line a file, and exit code 1 when a file could not go in."""
    async with shelf(settings, bar, say) as documents:
        done = await documents.desk.ingest(options.paths, documents.reading, progress=bar)
    for one in done:
        if one.error:
            print(f"dudao: {one.error}", file=sys.stderr)
        elif not options.json:
            state = "没有变化" if one.unchanged else f"用时 {one.seconds:.1f} 秒"
            print(f"{one.name}：{one.sections} 节，{one.passages} 段，{state}")
            print(*(f"  {warning}" for warning in one.warnings), sep="\n", end="\n" if one.warnings else "")
    if options.json:
        keys = ("name", "sections", "passages", "seconds", "warnings")
        rows = [{k: v for k, v in asdict(one).items() if k in keys or (k == "error" and v)} for one in done]
        _line({"documents": rows})
    if not done:
        print("dudao: 没有找到可读的文件。", file=sys.stderr)
    return 1 if not done or any(one.error for one in done) else 0


async def documents(settings: Settings, options: argparse.Namespace) -> int:
    """What is in the library."""
    async with shelf(settings, bar, say) as documents:
        rows = await documents.desk.documents()
    for row in rows:
        facts = row.facts
        if options.json:
            effective = facts.effective.isoformat() if facts.effective else None
            dates = {"effective": effective, "added_at": facts.added_at.isoformat()}
            _line({**asdict(facts), **dates, "sections": row.sections})
        else:
            kind = "内置" if facts.bundled else "自有"
            version = f" v{facts.version}" if facts.version else ""
            print(f"{facts.name}{version} [{kind}] {row.sections} 节，{facts.passages} 段")
    if not rows and not options.json:
        print("还没有文档。用 dudao ingest 添加。")
    return 0


async def forget(settings: Settings, options: argparse.Namespace) -> int:
    """Take a document out."""
    async with shelf(settings, bar, say) as documents:
        if await documents.desk.forget(options.name):
            print(f"已删除：{options.name}")
            return 0
        names = [row.facts.name for row in await documents.desk.documents()]
    print(f"dudao: 没有名为 {options.name} 的文档。现有：{'、'.join(names) or '无'}", file=sys.stderr)
    return 1


async def evaluation(settings: Settings, options: argparse.Namespace) -> int:
    """Figures on a file of labelled questions, and on the curated answers."""
    async with shelf(settings, bar, say) as documents:
        cases = await evaluate(documents.desk, load(options.file) if options.file else ())
        faqs = [Labelled(question=f.question, answer=((f.answer,),)) for f in await documents.desk.faqs()]
        curated = await evaluate(documents.desk, faqs)
    result = {**figures(cases), "faq": figures(curated)}
    if options.json:
        _line(result)
    else:
        print(table(result))
    if options.failures:
        for case in (*cases, *curated):
            if case.failed:
                print(f"{case.failed}\t{case.question}", file=sys.stderr)
    return 0


async def unanswered(settings: Settings, options: argparse.Namespace) -> int:
    """What to write an answer for, most asked first."""
    async with shelf(settings, bar, say) as documents:
        groups = await documents.desk.unanswered()
    for group in groups:
        reasons = {DOWN_REASONS.get(c.reason, "没答上") for c in group}
        texts: Sequence[str] = list(dict.fromkeys(c.question.text for c in group))
        if options.json:
            _line({"question": texts[0], "times": len(group), "reasons": sorted(reasons), "wordings": texts})
        else:
            print(f"{len(group)} 次 [{'、'.join(sorted(reasons))}] {texts[0]}")
            print(*(f"      {text}" for text in texts[1:]), sep="\n", end="\n" if texts[1:] else "")
    if not groups and not options.json:
        print("没有未答或被点 👎 的问题。")
    return 0


async def faq(settings: Settings, options: argparse.Namespace) -> int:
    """Curated answers: add, list, forget."""
    async with shelf(settings, bar, say) as documents:
        if options.action == "add":
            if not options.question.strip() or not options.answer.strip():
                print("dudao: 问题和答案都不能为空。", file=sys.stderr)
                return 2
            author = options.author or _user()
            await documents.desk.write_faq(options.question.strip(), options.answer.strip(), author, datetime.now(UTC))
            print(f"已保存：{options.question.strip()}")
        elif options.action == "forget":
            if not await documents.desk.forget_faq(options.id):
                print(f"dudao: 没有编号为 {options.id} 的问答。用 dudao faq list 查看。", file=sys.stderr)
                return 1
            print(f"已删除：{options.id}")
        else:
            for row in await documents.desk.faqs():
                if options.json:
                    _line({**asdict(row), "written_at": row.written_at.isoformat()})
                else:
                    print(f"{row.id}. {row.question}\n   {row.answer}")
                    print(f"   {row.author}，{row.written_at:%Y-%m-%d}，用过 {row.uses} 次")
    return 0
