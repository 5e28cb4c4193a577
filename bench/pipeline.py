"""The same work by the usual pipeline: RecursiveCharacterTextSplitter, SentenceTransformer (same weights), Chroma."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from langchain_text_splitters import RecursiveCharacterTextSplitter

from bench import home
from bench.reference import Small
from bench.table import show
from bot.app import KNOWLEDGE, opened
from retrieval.evaluate import Labelled, evaluate, figures, holds, load
from retrieval.model.build import prepare
from retrieval.model.bundled import PASSAGE, QUERY
from retrieval.model.sentence import SentenceEmbeddings

SIZES = ((300, 50), (1000, 200))
_ASKED = 200
MISSING = "The usual pipeline is left out: torch and sentence-transformers are not installed (see README)."


@dataclass(frozen=True, slots=True)
class Measured:
    """What one pipeline did; shares from 0 to 1, times in seconds."""

    name: str
    first: float
    three: float
    question: float
    ingest: float


async def pipeline(folder: Path) -> None:
    """One table: shares of the answerable questions, then speed, each against ours."""
    if not (find_spec("torch") and find_spec("sentence_transformers")):
        print(f"\n{MISSING}\n")
        return
    texts = [file.read_text(encoding="utf-8") for file in sorted((KNOWLEDGE / "documents").glob("*.md"))]
    questions = [one for one in load(home.QUESTIONS) if one.answerable and one.answer]
    questions = random.Random(7).sample(questions, min(_ASKED, len(questions)))
    _quiet()
    ours = await _ours(folder, questions)
    usual = [_usual(folder / f"usual-{size}", texts, questions, size, overlap) for size, overlap in SIZES]
    rows = [
        (
            one.name,
            f"{one.first:.1%}",
            f"{one.three:.1%}",
            f"{one.question * 1000:.1f} ms ({one.question / ours.question:.1f} x)",
            f"{one.ingest:.1f} s ({one.ingest / ours.ingest:.1f} x)",
        )
        for one in (ours, *usual)
    ]
    head = ("pipeline", "reply or first passage", "first three", "median question", "ingest of the handbook")
    show(f"Key facts of {len(questions)} answerable questions over the handbook", head, rows)


async def _ours(folder: Path, questions: Sequence[Labelled]) -> Measured:
    started = time.perf_counter()
    async with opened(home.settings(folder / "ours")) as app:
        ingest = time.perf_counter() - started
        found = figures(await evaluate(app.desk, questions))
    return Measured(
        "dudao",
        found["reply_holds_every_fact"],
        found["first_three_hold_every_fact"],
        found["median_seconds"],
        ingest,
    )


def _usual(folder: Path, texts: Sequence[str], questions: Sequence[Labelled], size: int, overlap: int) -> Measured:
    """The tutorial's way; its answer is its first passage."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=overlap)
    passages = [passage for text in texts for passage in splitter.split_text(text)]
    model = _model(folder / "model", passages, [one.question for one in questions])
    started = time.perf_counter()
    collection = _collection(folder / "chroma", passages, model)
    ingest = time.perf_counter() - started
    seconds, first, three = [], 0, 0
    for one in questions:
        started = time.perf_counter()
        found = collection.query(query_embeddings=[model.query(one.question)], n_results=3)["documents"][0]
        seconds.append(time.perf_counter() - started)
        first += holds(found[0], one.answer)
        three += holds("\n".join(found), one.answer)
    name = f"usual, {size} characters, {overlap} overlapping"
    return Measured(name, first / len(questions), three / len(questions), median(seconds), ingest)


def _model(folder: Path, passages: Sequence[str], questions: Sequence[str]) -> SentenceEmbeddings:
    spelled = [*(PASSAGE + text for text in passages), *(QUERY + text for text in questions)]
    small = Small.of(spelled, prepare(home.settings(folder).models))
    small.save(folder, spelled)
    return SentenceEmbeddings(str(folder), query_prefix=QUERY, passage_prefix=PASSAGE)


def _quiet() -> None:
    logging = import_module("transformers").logging
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _collection(folder: Path, passages: Sequence[str], model: SentenceEmbeddings) -> Any:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection("usual", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
    ids = [str(number) for number in range(len(passages))]
    collection.add(ids=ids, embeddings=model.passages(passages), documents=list(passages))
    return collection
