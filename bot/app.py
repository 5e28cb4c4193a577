"""The only composition root: settings in, a running house out."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import knowledge
from bot.config import EmbedderSettings, LlmSettings, PhotosSettings, Settings
from knowledge.glossary import load_glossary
from knowledge.strict_yaml import values
from records.database import Database
from records.documents import Documents
from records.files import Files
from retrieval.answering import Answerer
from retrieval.chat_model import writer
from retrieval.cut import Cutter
from retrieval.desk import Desk
from retrieval.extract import Extractor
from retrieval.faq import Faqs
from retrieval.grounded import Writer
from retrieval.keywords import Keywords
from retrieval.library import Library, Progress, Reading, fingerprint
from retrieval.model.types import Embedder
from retrieval.rank import Ranking
from retrieval.refusal import UNMEASURED, fitted
from retrieval.search import Reranks, Search
from retrieval.text import Analyzer
from retrieval.vectors import Vectors

if TYPE_CHECKING:  # the house takes half a second to import, and who only asks does without it
    from bot.channel import Channel
    from bot.turn import Turns
    from knowledge.checklist import Checklist
    from records.photos.studio import Studio

PASSAGE = 100  # characters; 70 to 200 rank the labelled questions within a point of each other
CUT = f"3.{PASSAGE}"  # changes when sections are cut or analysed differently: every index is then made anew
_GRACE = 2.0  # seconds for turns under way when the house closes
KNOWLEDGE = Path(knowledge.__file__).parent
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A home's documents, ready to be asked and added to."""

    settings: Settings
    database: Database
    desk: Desk

    @property
    def reading(self) -> Reading:
        """How files are read here."""
        return _reading(self.settings)


@dataclass(frozen=True, slots=True)
class App(Shelf):
    """The documents, and the house that talks about them and everything else."""

    turns: "Turns"
    channels: "dict[str, Channel]"

    def warm(self) -> None:
        """Read what would else be read when it is first asked for; slow: not for the loop."""
        self.turns.deployment.checklists, self.turns.deployment.school  # noqa: B018 - read for its own sake


def _reading(settings: Settings) -> Reading:
    return Reading(int(settings.ingest.max_megabytes * 1_000_000), settings.ingest.ocr)


@asynccontextmanager
async def opened(settings: Settings, progress: Progress | None = None, say: Say | None = None) -> AsyncIterator[App]:
    """A home, ready to use: its documents, and the house over them."""
    async with shelf(settings, progress, say) as documents:
        app = _app(documents)
        gc.freeze()  # what is built now lives as long as the process; collecting garbage need not walk it again
        try:
            yield app
        finally:
            gc.unfreeze()
            await app.turns.stop(_GRACE)


@asynccontextmanager
async def shelf(settings: Settings, progress: Progress | None = None, say: Say | None = None) -> AsyncIterator[Shelf]:
    """A home's documents: migrated, the index in step, the bundled handbook among them unless left out."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(database_url(settings))
    try:
        embedder, reranker, _, _ = await asyncio.gather(
            asyncio.to_thread(build_embedder, settings.embedder, settings.models, say),
            asyncio.to_thread(_reranker, settings.embedder),
            asyncio.to_thread(import_module, "chromadb"),
            database.migrate(),
        )
        uid = await _library(database)
        desk = await asyncio.to_thread(build_desk, settings, database, uid, embedder, reranker)
        documents = Shelf(settings, database, desk)
        await desk.follow(progress)
        await _handbook(documents, progress)
        try:
            yield documents
        finally:
            desk.library.vectors.close()
    finally:
        await database.close()


def _app(documents: Shelf) -> App:
    """The turn with everything it needs; `dudao run` adds the channels that are enabled."""
    from bot.channel import Mailbox
    from bot.school import school
    from bot.turn import Turns
    from handlers.context import Deployment
    from handlers.features import HOUSE

    settings = documents.settings
    channels: dict[str, Channel] = {name: Mailbox(name) for name in ("web", "console")}
    deployment = Deployment(
        zone=ZoneInfo(settings.time_zone),
        reading=_reading(settings),
        invite_hours=settings.people.invite_hours,
        page=settings.web.url if settings.web.public else "",
        bot_link=partial(bot_link, settings.telegram.bot),
        menu=lambda role: [(one.word, one.text) for one in HOUSE.menu(role)],
        rules=settings.checks.rules,
        repeat_days=settings.checks.repeat_days,
        photos=studio(settings.photos),
        pace=settings.actions.pace,
        teaching=cache(lambda: school(settings.learning, KNOWLEDGE)),
        lists=_checklists,
    )
    turns = Turns(
        desk=documents.desk,
        database=documents.database,
        files=file_store(settings),
        house=HOUSE,
        deployment=deployment,
        channels=channels,
        per_minute=settings.people.messages_per_minute,
    )
    return App(settings, documents.database, documents.desk, turns, channels)


@cache
def _checklists() -> "Mapping[str, Checklist]":
    """The bundled lists, the same for every home of a process."""
    from knowledge.checklist_file import load_folder

    return load_folder(KNOWLEDGE / "checklists")


def studio(settings: PhotosSettings) -> "Studio":
    """Where photos are inspected; codes are read where the extra `ocr` is installed."""
    from knowledge.reading.codes import Codes, installed
    from records.photos.limits import Limits
    from records.photos.studio import Studio

    limits = Limits(
        megabytes=settings.max_megabytes,
        megapixels=settings.max_megapixels,
        least_edge=settings.min_edge,
        metres=settings.metres,
        minutes=settings.minutes,
    )
    return Studio(limits, Codes() if settings.read_codes and installed() else None)


def bot_link(bot: str, code: str) -> str:
    """A link that opens the bot with this code; "" where the bot's name is not known."""
    return f"https://t.me/{bot}?start={code}" if bot else ""


async def _library(database: Database) -> str:
    """The library's own id; only a new home waits for those who write."""
    async with database.read() as connection:
        uid, _ = await Documents(connection).library()
    if not uid:
        async with database.write() as connection:
            uid = await Documents(connection).found()
    return uid


def database_url(settings: Settings) -> str:
    """The database of these settings: SQLite in the home unless another is named."""
    return settings.database.url or f"sqlite:///{settings.home / 'dudao.db'}"


def file_store(settings: Settings) -> Files:
    """The store of what people sent and are sent: a folder in the home unless another is named."""
    return Files(settings.files.url or settings.home / "files")


def build_desk(settings: Settings, database: Database, uid: str, embedder: Embedder, reranker: Reranks | None) -> Desk:
    """The desk of the library `uid`, its index opened but not yet in step."""
    glossary = KNOWLEDGE / "glossary.yaml"
    terms = load_glossary(glossary)
    analyzer = Analyzer(terms.groups, terms.spoken)
    cutter = Cutter(PASSAGE, analyzer)
    folder = settings.home / "index"
    words = fingerprint(CUT, repr(terms.groups))
    name = f"dudao-{uid[:12]}-{fingerprint(CUT, embedder.name)}"
    vectors = Vectors(settings.index.url or folder / "chroma", name)
    library = Library(
        database, Keywords(folder / f"keywords-{uid[:12]}-{words}"), vectors, embedder, cutter, settings.home / "lock"
    )
    search = Search(library.keywords, vectors, embedder, analyzer, Ranking(), reranker)
    answerer = Answerer(
        search=search,
        faqs=Faqs(analyzer, embedder),
        refusal=fitted(UNMEASURED, settings.answer.refusal),
        extractor=Extractor(analyzer, settings.answer.max_characters),
        writer=_writer(settings.llm, analyzer),
    )
    probes = tuple(values((KNOWLEDGE / "probes.yaml").read_bytes(), "probes.yaml")["questions"])
    made_with = fingerprint(
        words, embedder.name, repr(terms.spoken), repr(probes), repr(search.ranking), settings.embedder.reranker
    )
    return Desk(database, library, answerer, probes, folder / f"scale-{made_with}.json")


async def _handbook(documents: Shelf, progress: Progress | None) -> None:
    """The bundled documents as they are now; those no longer bundled, or left out, are forgotten."""
    files = sorted((KNOWLEDGE / "documents").glob("*.md")) if documents.settings.handbook else []
    state = fingerprint(*(f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files))
    note = documents.settings.home / "handbook"
    if note.exists() and note.read_text() == state:
        return
    names = {file.stem for file in files}
    for row in await documents.desk.documents():
        if row.facts.bundled and row.facts.name not in names:
            await documents.desk.library.forget(row.facts.name)
    own = {row.facts.name for row in await documents.desk.documents() if not row.facts.bundled}
    await documents.desk.ingest(
        [file for file in files if file.stem not in own], documents.reading, bundled=True, progress=progress
    )
    note.write_text(state)


def build_embedder(settings: EmbedderSettings, models: Path, say: Say | None) -> Embedder:
    """The embedder the settings choose; raises ModelError."""
    if settings.kind == "sentence-transformers":
        from retrieval.model.sentence import SentenceEmbeddings

        return SentenceEmbeddings(
            settings.model, query_prefix=settings.query_prefix, passage_prefix=settings.passage_prefix
        )
    if settings.kind == "openai":
        from retrieval.model.endpoint import EndpointEmbeddings

        return EndpointEmbeddings(
            settings.base_url,
            settings.api_key.get_secret_value(),
            settings.model,
            query_prefix=settings.query_prefix,
            passage_prefix=settings.passage_prefix,
        )
    from retrieval.model.build import prepare
    from retrieval.model.bundled import BundledEmbeddings

    return BundledEmbeddings(prepare(models, say))


def _reranker(settings: EmbedderSettings) -> Reranks | None:
    if not settings.reranker:
        return None
    from retrieval.model.sentence import Reranker

    return Reranker(settings.reranker)


def _writer(settings: LlmSettings, analyzer: Analyzer) -> Writer | None:
    return writer(
        analyzer,
        model=settings.model,
        provider=settings.provider,
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value(),
        timeout_seconds=settings.timeout_seconds,
    )
