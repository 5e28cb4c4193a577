"""BM25 over Chinese bigrams, words and numbers, on disk and incremental (tantivy; measured in bench/engines.py)."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import tantivy

from retrieval.card import Card

_WRITER_BYTES = 32_000_000
_EVERYTHING = 10_000_000
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """A document to index: its row id, its revision and its section cards."""

    document: int
    revision: int
    cards: Sequence[Card]


class Keywords:
    """One folder of keyword index; it also keeps the section cards, so that a question needs no database."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except ValueError:  # damaged; it is made anew from the database
            shutil.rmtree(folder)
            folder.mkdir(parents=True)
            self._index = tantivy.Index(self._schema, path=str(folder))
        self._cards: dict[str, Card] = {}
        self.reload()

    def reload(self) -> None:
        """See what any process has committed since."""
        self._index.reload()
        self._searcher = self._index.searcher()
        self._cards = {}
        self._sections, self._passages = self._count("section"), self._count("passage")

    def state(self) -> dict[int, int]:
        """Document id -> revision as indexed."""
        hits = self._searcher.search(self._is("kind", "document"), _EVERYTHING, count=False).hits
        found = (self._searcher.doc(address) for _, address in hits)
        return {int(d["document"][0]): int(d["revision"][0]) for d in found}

    def apply(self, remove: Iterable[int], add: Iterable[Entry]) -> None:
        """Drop and add documents in one commit; a document that is added replaces its earlier revision."""
        writer = self._index.writer(_WRITER_BYTES, 1)
        entries = list(add)
        for document in {*remove, *(entry.document for entry in entries)}:
            writer.delete_documents_by_term("document", str(document))
        for entry in entries:
            for row in _rows(entry):
                writer.add_document(tantivy.Document(**row))
        writer.commit()
        writer.wait_merging_threads()
        self.reload()

    def search(self, field: str, query: Sequence[str], k: int) -> list[tuple[str, float]]:
        """The best `k` (section key, BM25 score) for the tokens in `field`: "passage", "whole" or "heading"."""
        if not query:
            return []
        terms = [(tantivy.Occur.Should, self._is(field, token, "freq")) for token in dict.fromkeys(query)]
        searcher = self._searcher  # another thread may put a new one in its place
        hits = searcher.search(tantivy.Query.boolean_query(terms), k, count=False).hits
        return [(str(searcher.doc(address)["key"][0]), float(score)) for score, address in hits]

    def frequency(self, token: str) -> int:
        """In how many sections a token stands."""
        return int(self._searcher.doc_freq("whole", token))

    @property
    def sections(self) -> int:
        """How many sections are indexed."""
        return self._sections

    @property
    def passages(self) -> int:
        """How many passages are indexed."""
        return self._passages

    def card(self, key: str) -> Card | None:
        """The section card of a key, None when the section is no longer indexed."""
        kept = self._cards  # another thread may put a new one in its place
        if key not in kept:
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, self._is("key", key)), (tantivy.Occur.Must, self._is("kind", "section"))]
            )
            searcher = self._searcher
            hits = searcher.search(query, 1, count=False).hits
            if not hits:
                return None
            card = Card.load(orjson.loads(bytes(searcher.doc(hits[0][1])["card"][0])))
            if len(kept) < _KEPT:
                kept[key] = card
            return card
        return kept[key]

    def keys(self) -> list[str]:
        """All section keys, in no order."""
        hits = self._searcher.search(self._is("kind", "section"), _EVERYTHING, count=False).hits
        return [str(self._searcher.doc(address)["key"][0]) for _, address in hits]

    def _count(self, kind: str) -> int:
        counted = self._searcher.search(self._is("kind", kind), 1, count=True)
        return int(counted.count)  # type: ignore[attr-defined]  # tantivy's stub forgets it

    def _is(self, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, option)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "key", "document", "revision"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("passage", "whole", "heading"):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_bytes_field("card", stored=True, indexed=False)
    return builder.build()


def _rows(entry: Entry) -> Iterable[dict[str, object]]:
    document = str(entry.document)
    yield {"kind": "document", "document": document, "revision": str(entry.revision)}
    for card in entry.cards:
        yield {
            "kind": "section",
            "key": card.key,
            "document": document,
            "card": orjson.dumps(card.dump()),
            "whole": " ".join((card.headings, *card.passages)),
            "heading": card.headings,
        }
        for passage in card.passages:
            yield {"kind": "passage", "key": card.key, "document": document, "passage": f"{card.headings} {passage}"}
