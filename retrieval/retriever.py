"""The house's search as a langchain retriever, for whoever builds chains on it."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SkipValidation

from retrieval.blocks import page_at
from retrieval.rank import Ranked
from retrieval.search import Search


class SectionRetriever(BaseRetriever):
    """Gives the best `k` sections, best first, each with where it stands in its metadata.

    The metadata are: document, version, section (headings from the top), page (of the best passage; None where the
    format has none), score (higher is better, comparable within one question) and key (which the desk opens it by).
    """

    search: SkipValidation[Search]
    k: int = Field(10, ge=1)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(one) for one in self.search.find(query, self.k).ranked]


def _document(ranked: Ranked) -> Document:
    card = ranked.card
    start = card.starts[ranked.passage] if 0 <= ranked.passage < len(card.starts) else 0
    metadata = {
        "document": card.document,
        "version": card.version,
        "section": list(card.path),
        "page": page_at(card.section, start),
        "score": ranked.score,
        "key": card.key,
    }
    return Document(id=card.key, page_content=card.text, metadata=metadata)
