"""The section of the handbook that a question, or a day's reading, points to."""

from dataclasses import replace

from handlers import ask
from handlers.context import Context
from handlers.learning.shut import shut
from handlers.message import Citation, Incoming, Reply
from knowledge.document import Reference
from records.database import Connection
from records.documents import Documents

GONE = "这一节不在现在的文件里。直接问我也可以。"
WHERE = "《{document}》{section}"


async def original(context: Context, incoming: Incoming, proof: Reference) -> tuple[Reply, ...]:
    """The section as it stands in the documents now; not while they sit an exam."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    async with context.database.read() as connection:
        key = await key_of(connection, proof)
    if key is None:
        return (Reply(GONE),)
    return await ask.press(context, replace(incoming, action=f"section:{key}"))


async def key_of(connection: Connection, proof: Reference) -> str | None:
    """The key of the section, None where there is none of that name now."""
    documents = Documents(connection)
    ids = await documents.ids(proof.document)
    if not ids:
        return None
    sections = (await documents.sections(ids))[ids[0]]
    exact = (one.key for one in sections if tuple(one.path) == proof.section)
    ending = (one.key for one in sections if tuple(one.path)[-len(proof.section) :] == proof.section)
    return next(exact, None) or next(ending, None)


def where(proof: Reference) -> str:
    """A section as people read it."""
    return WHERE.format(document=proof.document, section=" › ".join(proof.section))


def cited(proof: Reference, quote: str, action: str) -> Citation:
    """The section as a source that can be opened."""
    return Citation(proof.document, "", proof.section, None, quote, action)
