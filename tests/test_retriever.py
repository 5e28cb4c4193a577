"""The langchain face of retrieval: a retriever that fits into any chain."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from conftest import loaded
from langchain_core.documents import Document
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from bot.app import App, opened
from retrieval.retriever import SectionRetriever

dialogue = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(own_built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    home = Path(shutil.copytree(own_built, tmp_path_factory.mktemp("retriever") / "home"))
    async with opened(loaded(home)) as app:
        yield app


@pytest.fixture
def retriever(app: App) -> SectionRetriever:
    return SectionRetriever(search=app.desk.answerer.search, k=3)


def formatted(documents: list[Document]) -> str:
    return "\n".join(f"《{d.metadata['document']}》{d.page_content}" for d in documents)


@dialogue
async def test_a_question_brings_sections_with_where_they_stand(retriever: SectionRetriever, app: App) -> None:
    first, *rest = retriever.invoke("专用工具什么时候归还")
    assert "须在下班前归还" in first.page_content
    assert first.metadata["document"] == "工具"
    assert first.metadata["section"][-1] == "归还期限"
    assert (first.metadata["version"], first.metadata["page"]) == ("", None)
    assert [d.metadata["score"] for d in (first, *rest)] == sorted(
        (d.metadata["score"] for d in (first, *rest)), reverse=True
    )
    card = await app.desk.section(first.metadata["key"])
    assert card is not None
    assert (card.text, first.id) == (first.page_content, card.key)


@dialogue
@pytest.mark.parametrize("k", [1, 2, 5])
async def test_no_more_than_k_sections_come(app: App, k: int) -> None:
    assert len(SectionRetriever(search=app.desk.answerer.search, k=k).invoke("洗车分几步")) == k


@dialogue
async def test_it_gives_what_hit_testing_shows(retriever: SectionRetriever, app: App) -> None:
    found = await app.desk.search("客休区温度", 3)
    documents = await retriever.ainvoke("客休区温度")
    assert [d.metadata["key"] for d in documents] == [one.card.key for one in found.ranked]


@dialogue
async def test_it_answers_many_at_once(retriever: SectionRetriever) -> None:
    asked = ["水枪压力", "饮品有哪些", "更换雨刮片多少钱"]
    documents = [found[0].metadata["document"] for found in await retriever.abatch(list(asked))]
    assert documents == ["洗车", "客休区", "价目"]
    assert await asyncio.gather(*(retriever.ainvoke(q) for q in asked)) == await retriever.abatch(list(asked))


@dialogue
async def test_it_takes_its_place_in_a_chain(retriever: SectionRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    prompt = ChatPromptTemplate.from_template("资料:{material}\n问题:{question}")
    model = GenericFakeChatModel(messages=iter([AIMessage("下班前归还。")]))
    shown: list[str] = []

    def noted(value: str) -> str:
        shown.append(value)
        return value

    chain = (
        {"material": retriever | formatted | noted, "question": RunnablePassthrough()}
        | prompt
        | model
        | StrOutputParser()
    )
    assert await chain.ainvoke("专用工具什么时候归还") == "下班前归还。"
    assert "《工具》专用工具须在下班前归还" in shown[0]


@dialogue
async def test_a_k_that_makes_no_sense_is_refused(app: App) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        SectionRetriever(search=app.desk.answerer.search, k=0)
