"""Embeddings from an OpenAI-compatible endpoint, played here by a small server on this machine."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

from retrieval.model.endpoint import EndpointEmbeddings
from retrieval.model.types import ModelError

KEY = "test-key"


class Endpoint(ThreadingHTTPServer):
    """Answers /v1/embeddings as strictly as OpenAI does; a text's vector is (its length, 1, 0)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.failures = 0
        self.vector: list[float] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def answer(self, path: str, key: str | None, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        texts = body["input"]
        if self.failures:
            self.failures -= 1
            return 503, {"error": {"message": "overloaded"}}
        if key != f"Bearer {KEY}":
            return 401, {"error": {"message": "invalid key"}}
        if path != "/v1/embeddings" or not all(isinstance(text, str) and text for text in texts):
            return 400, {"error": {"message": "input must be non-empty strings"}}
        self.asked.append(body)
        vectors = [self.vector or [len(text), 1, 0] for text in texts]
        data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
        return 200, {
            "object": "list",
            "data": data,
            "model": body["model"],
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = self.server.answer(self.path, self.headers["Authorization"], body)
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_texts_go_out_in_batches_and_vectors_come_back_in_order_at_length_one(endpoint: Endpoint) -> None:
    embedder = EndpointEmbeddings(endpoint.url, KEY, "some-model", batch=2)
    vectors = embedder.passages(["一", "二二", "三三三", "四四四四", "五五五五五"])
    assert [len(asked["input"]) for asked in endpoint.asked] == [2, 2, 1]
    assert {asked["model"] for asked in endpoint.asked} == {"some-model"}
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5))
    assert vectors[:, 0] / vectors[:, 1] == pytest.approx([1, 2, 3, 4, 5])
    assert vectors.dtype == np.float32


def test_prefixes_go_before_the_text(endpoint: Endpoint) -> None:
    embedder = EndpointEmbeddings(endpoint.url, KEY, "e5", query_prefix="query: ", passage_prefix="passage: ")
    embedder.query("问")
    embedder.passages(["答"])
    assert [asked["input"] for asked in endpoint.asked] == [["query: 问"], ["passage: 答"]]


def test_the_length_of_its_vectors_is_asked_once(endpoint: Endpoint) -> None:
    embedder = EndpointEmbeddings(endpoint.url, KEY, "some-model")
    assert (embedder.dimensions, embedder.dimensions) == (3, 3)
    assert len(endpoint.asked) == 1
    assert embedder.passages([]).shape == (0, 3)


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "\x00"])
def test_odd_texts_are_made_fit_for_the_wire(endpoint: Endpoint, text: str) -> None:
    assert EndpointEmbeddings(endpoint.url, KEY, "some-model").query(text).shape == (3,)


def test_a_passing_failure_is_tried_again(endpoint: Endpoint) -> None:
    endpoint.failures = 1
    assert EndpointEmbeddings(endpoint.url, KEY, "some-model", retries=1).query("问").shape == (3,)


def test_a_lasting_failure_names_the_endpoint(endpoint: Endpoint) -> None:
    endpoint.failures = 1
    with pytest.raises(ModelError, match=f"some-model（{endpoint.url}）"):
        EndpointEmbeddings(endpoint.url, KEY, "some-model", retries=0).query("问")


def test_a_refused_key_is_a_model_error_that_hides_the_key(endpoint: Endpoint) -> None:
    with pytest.raises(ModelError, match="密钥") as caught:
        EndpointEmbeddings(endpoint.url, "wrong-secret", "some-model").query("问")
    assert "wrong-secret" not in str(caught.value)


@pytest.mark.parametrize("vector", [[0.0, 0.0, 0.0], [float("nan"), 1.0, 0.0]])
def test_a_vector_without_a_direction_is_refused(endpoint: Endpoint, vector: list[float]) -> None:
    endpoint.vector = vector
    with pytest.raises(ModelError, match="无效向量"):
        EndpointEmbeddings(endpoint.url, KEY, "some-model").query("问")


def test_other_endpoints_models_and_prefixes_have_other_names(endpoint: Endpoint) -> None:
    embedders = [
        EndpointEmbeddings(endpoint.url, KEY, "a"),
        EndpointEmbeddings(endpoint.url, KEY, "b"),
        EndpointEmbeddings("http://127.0.0.1:1/v1", KEY, "a"),
        EndpointEmbeddings(endpoint.url, KEY, "a", query_prefix="query: "),
    ]
    assert len({embedder.name for embedder in embedders}) == 4
