"""The bundled graph against sentence-transformers running the same weights; and the extra's own embedder and reranker.

The model folder made here keeps only the rows and pieces that these texts use: the best cut of a text by the whole
vocabulary is also its best cut by any part that holds its pieces, so nothing but the ids changes.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bench.reference import Small
from retrieval.model.build import prepare
from retrieval.model.bundled import PASSAGE, QUERY, BundledEmbeddings
from retrieval.model.sentence import MISSING, Reranker, SentenceEmbeddings
from retrieval.model.types import ModelError
from retrieval.model.weights import HIDDEN, POSITIONS

INSTALLED = find_spec("torch") is not None and find_spec("sentence_transformers") is not None
needs_torch = pytest.mark.skipif(not INSTALLED, reason="torch and sentence-transformers are not installed")

QUESTIONS = [
    "接车时要检查什么？",
    "零件库存多久清点一次",
    "被记者报道了要向谁上报？",
    "刚入职的人学什么",
    "返修率怎么计算",
    "客戶等候太久怎麼安撫",
    "5S 里的清扫指什么",
    "举升机多长时间保养一次？",
    "How soon must a complaint be answered?",
    "quy trình tiếp nhận xe",
    "高压电断开以后等几分钟",
    "FTFR 低于目标怎么办",
]
ANSWERS = [
    "客户把车交给服务顾问后，顾问要当面做环车检查并记录里程和油量。",
    "备件仓每个月末盘点一次，账实差异超过千分之三要写明原因。",
    "遇到媒体曝光的投诉，门店应在两小时内报告区域经理。",
    "新员工头两个星期跟着师傅学习接待礼仪和系统录单。",
    "返修率 = 同一故障再次进厂的台次 ÷ 交车台次 × 100%。",
    "客戶等候超過預計時間時，顧問應主動說明進度並送上飲品。",
    "清扫：把工作区打扫干净，同时查看设备有无漏油、松动。",
    "举升机每季度由厂家做一次安全检查，记录贴在立柱上。",
    "Every complaint gets a first answer on the day it arrives and a plan within three days.",
    "Cố vấn dịch vụ đón khách, kiểm tra xe và ghi lại yêu cầu.",
    "新能源车断开维修开关后静置五分钟，再用万用表验电。",
    "一次修复率低于目标时，技术主管每周复盘返修工单，按原因分组培训。",
]
OTHERS = [
    *(
        "短",
        "。",
        "",
        "12,345.67 元",
        "ＡＢＣ　１２３％",
        "①②③ ㎡ ½",
        "😀👍🏽",
        "café naïve",
        "서비스 센터",
        "ディーラー",
        "مرحبا",
    ),
    "| 指标 | 目标 | 权重 |\n|---|---|---|\n| 满意度 | ≥ 90 分 | 25% |\n| 准时交车 | ≥ 95% | 15% |",
    "1) 预约 2) 准备 3) 接待 4) 维修 5) 质检 6) 交车 7) 回访",
    "检核表第三项：工具车上锁，量具在校验期内，违者一票否决。" * 6,
    "区域经理每月巡店，先看数据，再看现场，最后与店总谈整改。" * 20,
    "SELECT * FROM store; -- https://example.com/a?b=c",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def small(built: Path) -> Small:
    return Small.of([prefix + text for text in QUESTIONS + ANSWERS + OTHERS for prefix in (QUERY, PASSAGE)], built)


@pytest.fixture(scope="module")
def reference(small: Small, tmp_path_factory: pytest.TempPathFactory) -> SentenceEmbeddings:
    folder = tmp_path_factory.mktemp("reference")
    small.save(folder, QUESTIONS + ANSWERS + OTHERS)
    return SentenceEmbeddings(str(folder), query_prefix=QUERY, passage_prefix=PASSAGE)


@pytest.mark.torch
@needs_torch
def test_the_bundled_graph_gives_the_vectors_of_sentence_transformers(
    built: Path, reference: SentenceEmbeddings
) -> None:
    bundled = BundledEmbeddings(built)
    texts = QUESTIONS + ANSWERS + OTHERS
    passages = (bundled.passages(texts) * reference.passages(texts)).sum(1)
    queries = np.array([bundled.query(text) @ reference.query(text) for text in texts])
    assert [text for text, cosine in zip(texts, passages, strict=True) if cosine < 0.995] == []
    assert [text for text, cosine in zip(texts, queries, strict=True) if cosine < 0.995] == []


@pytest.mark.torch
@needs_torch
def test_both_find_the_same_passage_first(built: Path, reference: SentenceEmbeddings) -> None:
    bundled = BundledEmbeddings(built)
    first = [np.stack([e.query(q) for q in QUESTIONS]) @ e.passages(ANSWERS).T for e in (bundled, reference)]
    assert first[0].argmax(1).tolist() == first[1].argmax(1).tolist() == list(range(len(QUESTIONS)))


@pytest.mark.torch
@needs_torch
def test_a_model_folder_of_ones_own_says_its_dimensions_and_takes_any_text(reference: SentenceEmbeddings) -> None:
    assert reference.dimensions == HIDDEN
    assert reference.passages([]).shape == (0, HIDDEN)
    for text in ("", "\ud800", "\x00"):
        assert np.linalg.norm(reference.query(text)) == pytest.approx(1, abs=1e-5)


@pytest.mark.torch
@needs_torch
def test_a_reranker_scores_every_text_for_itself(small: Small, tmp_path: Path) -> None:
    transformers = import_module("transformers")
    import_module("torch").manual_seed(1)
    shape = transformers.BertConfig(
        vocab_size=len(small.ids),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=POSITIONS,
        pad_token_id=1,
        num_labels=1,
    )
    transformers.BertForSequenceClassification(shape).save_pretrained(tmp_path)
    small.tokenizer(QUESTIONS + ANSWERS).save_pretrained(tmp_path)
    reranker = Reranker(str(tmp_path))
    together = reranker.scores(QUESTIONS[0], ANSWERS)
    alone = [reranker.scores(QUESTIONS[0], [text])[0] for text in ANSWERS]
    assert together == pytest.approx(alone, abs=1e-5)
    assert len(set(together.tolist())) == len(ANSWERS)
    assert reranker.scores(QUESTIONS[0], []).shape == (0,)


@pytest.mark.torch
@needs_torch
def test_a_model_that_is_not_there_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="无法加载"):
        SentenceEmbeddings(str(tmp_path / "missing"))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)  # as if it were not installed
    with pytest.raises(ModelError) as caught:
        SentenceEmbeddings("any")
    assert str(caught.value) == MISSING
