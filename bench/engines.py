"""Three BM25 engines on the same tokens: why the keyword index is tantivy."""

import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import tantivy

from bench import corpus, home
from bench.table import milliseconds, show
from bot.app import KNOWLEDGE
from knowledge.glossary import load_glossary
from retrieval.evaluate import load
from retrieval.text import Analyzer

SIZES = (1_000, 100_000)
K = 20
Ask = Callable[[Sequence[str]], object]


async def engines(folder: Path) -> None:
    """One table."""
    glossary = load_glossary(KNOWLEDGE / "glossary.yaml")
    analyzer = Analyzer(glossary.groups, glossary.spoken)
    known = corpus.analysed(analyzer)
    queries = [list(dict.fromkeys(analyzer.terms(one.question))) for one in load(home.QUESTIONS)]
    queries = random.Random(6).sample([query for query in queries if query], 100)
    rows = []
    for size in SIZES:
        passages = [passage for card, _ in corpus.cards(size, known) for passage in card.passages]
        for name, build in (("SQLite FTS5", _fts5), ("tantivy", _tantivy), ("bm25s", _bm25s)):
            place = folder / f"{name}-{size}"
            place.mkdir()
            started = time.perf_counter()
            ask = build(place, passages)
            built = time.perf_counter() - started
            megabytes = sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / 1e6
            rows.append((f"{size:,}", name, f"{built:.1f} s", f"{megabytes:.0f} MB", f"{_median(ask, queries):.2f} ms"))
    show(f"BM25 engines, {K} best of", ("passages", "engine", "build", "on disk", "median query"), rows)


def _median(ask: Ask, queries: Sequence[Sequence[str]]) -> float:
    seconds = []
    for query in (*queries[:10], *queries):
        started = time.perf_counter()
        ask(query)
        seconds.append(time.perf_counter() - started)
    return milliseconds(seconds[10:])


def _fts5(place: Path, passages: Sequence[str]) -> Ask:
    connection = sqlite3.connect(place / "index.db")
    connection.execute("create virtual table passage using fts5(terms, content='', tokenize='unicode61')")
    with connection:
        connection.executemany("insert into passage(rowid, terms) values (?, ?)", enumerate(passages))
    select = "select rowid, rank from passage where passage match ? order by rank limit ?"
    return lambda query: connection.execute(select, (" OR ".join(f'"{term}"' for term in query), K)).fetchall()


def _tantivy(place: Path, passages: Sequence[str]) -> Ask:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("terms", stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("id", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema, path=str(place))
    writer = index.writer(32_000_000, 1)
    for number, passage in enumerate(passages):
        writer.add_document(tantivy.Document(id=number, terms=passage))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(query: Sequence[str]) -> object:
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", term, "freq")) for term in query]
        hits = searcher.search(tantivy.Query.boolean_query(terms), K, count=False).hits
        return [searcher.doc(address)["id"] for _, address in hits]

    return ask


def _bm25s(place: Path, passages: Sequence[str]) -> Ask:
    bm25s = import_module("bm25s")  # it has no types

    index = bm25s.BM25()
    index.index([passage.split() for passage in passages], show_progress=False)
    index.save(place)
    k = min(K, len(passages))
    return lambda query: index.retrieve([list(query)], k=k, show_progress=False)
