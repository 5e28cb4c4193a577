"""Documents and their sections as the records keep them, and back."""

from datetime import UTC, datetime

from knowledge.document import Document, Section
from records.documents import DocumentFacts, DocumentRow, SectionRow
from retrieval.card import Card
from retrieval.cut import Source


def facts_of(name: str, document: Document, passages: int, *, bundled: bool) -> DocumentFacts:
    """What is kept of a document that is live from now on."""
    return DocumentFacts(
        name=name,
        title=document.title,
        version=document.version,
        effective=document.effective,
        audience=document.audience,
        source=document.source,
        digest=document.digest,
        bundled=bundled,
        passages=passages,
        warnings=document.warnings,
        added_at=datetime.now(UTC),
    )


def row_of(card: Card) -> SectionRow:
    """A section that has been cut."""
    return SectionRow(card.key, card.path, card.text, card.page, card.breaks)


def source_of(row: DocumentRow) -> Source:
    """What its sections are cut under."""
    return Source(row.facts.name, row.facts.title, row.facts.version)


def section_of(row: SectionRow) -> Section:
    """A section as it was read."""
    return Section(row.path, row.text, row.page, row.breaks)
