"""Writes the encoder as an ONNX graph: token ids of one text in, its unit vector out.

Words stay in their 4-bit blocks, looked up row by row; matrices are int8, activations quantised as they come.
Weights use 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which more would overflow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from retrieval.model.weights import BLOCK, HEADS, HIDDEN, INNER, LAYERS, POSITIONS, Weights

LOUD = 256
LARGEST_WEIGHT = 63
MICROSOFT = "com.microsoft"
OPSETS = {"": 21, MICROSOFT: 1}
IR_VERSION = 10

Floats = NDArray[np.float32]


def encoder(weights: Weights) -> ModelProto:
    """The graph: `ids` int64 (1, tokens) with tokens <= 512 -> `vector` float32 (1, 384), L2-normalised."""
    graph = _Graph(weights)
    hidden = graph.embedded()
    for layer in range(LAYERS):
        hidden = graph.layer(hidden, layer)
    graph.pooled(hidden, "vector")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, HIDDEN])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS.items()],
    )
    model.ir_version = IR_VERSION
    return model


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def embedded(self) -> str:
        """The sum of word, position and type embeddings, normalised."""
        positions = self.weights.vector("emb.pos").reshape(POSITIONS, HIDDEN)
        kinds = self.weights.vector("emb.type").reshape(-1, HIDDEN)
        words = self._node(
            "GatherBlockQuantized",
            [self._words("words"), "ids", self._constant("words.scale", self._word_scales())],
            MICROSOFT,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        first, length = self._constant("first", np.array([0])), self._node("Shape", ["ids"], start=1)
        places = self._node("Slice", [self._constant("positions", positions + kinds[0]), first, length])
        return self._sum(words, places, "emb.ln")

    def layer(self, hidden: str, number: int) -> str:
        """One transformer layer: attention, then the feed-forward net, each added to its input and normalised."""
        at = f"l{number}."
        parts = [self._product(hidden, f"{at}{part}", *self._affine(f"{at}{part}")) for part in "qkv"]
        seen = self._node("MultiHeadAttention", parts, MICROSOFT, num_heads=HEADS)
        seen = self._product(seen, f"{at}ao", *self._affine(f"{at}ao"))
        hidden = self._sum(seen, hidden, f"{at}aln")
        return self._sum(self._feed_forward(hidden, at), hidden, f"{at}oln")

    def _feed_forward(self, hidden: str, at: str) -> str:
        """Inner units that answer loudly get a scale of their own, or they would drown the quiet ones in int8."""
        inward, bias = self._affine(f"{at}fi")
        outward, outward_bias = self._affine(f"{at}fo", INNER)
        scale, shift = self.weights.vector(f"{at}aln.w"), self.weights.vector(f"{at}aln.b")
        loudness = inward @ shift + bias + 3 * np.sqrt(((inward * scale) ** 2).sum(1))
        order = np.argsort(-loudness, kind="stable")
        heard = []
        for name, units in ((f"{at}loud", order[:LOUD]), (f"{at}quiet", order[LOUD:])):
            inner = self._node("Gelu", [self._product(hidden, f"{name}.in", inward[units], bias[units])], MICROSOFT)
            heard.append(self._product(inner, f"{name}.out", outward[:, units], outward_bias))
            outward_bias = np.zeros_like(outward_bias)
        return self._node("Add", heard)

    def pooled(self, hidden: str, output: str) -> None:
        """The mean over all tokens, at length one."""
        mean = self._node("ReduceMean", [hidden, self._constant("tokens_axis", np.array([1]))], keepdims=0)
        self._node("LpNormalization", [mean], outputs=[output], axis=-1, p=2)

    def _product(self, inputs: str, name: str, matrix: Floats, bias: Floats) -> str:
        """inputs @ matrix.T + bias, matrix (outputs, inputs) in int8 with a scale for each output."""
        scales = np.maximum(np.abs(matrix).max(1) / LARGEST_WEIGHT, np.finfo(np.float32).tiny)
        whole = np.round(matrix / scales[:, None]).astype(np.int8)
        constants = [
            self._constant(f"{name}.weight", whole.T),
            self._constant(f"{name}.scale", scales),
            self._constant(f"{name}.zero", np.zeros(len(matrix), np.int8)),
            self._constant(f"{name}.bias", bias),
        ]
        return self._node("DynamicQuantizeMatMul", [inputs, *constants], MICROSOFT)

    def _affine(self, name: str, inputs: int = HIDDEN) -> tuple[Floats, Floats]:
        return self.weights.matrix(f"{name}.w", inputs), self.weights.vector(f"{name}.b")

    def _sum(self, left: str, right: str, name: str) -> str:
        """Both added, then normalised. (onnxruntime's fused SkipLayerNormalization is twice as slow.)"""
        constants = [self._constant(f"{name}.{part}", self.weights.vector(f"{name}.{part}")) for part in "wb"]
        inputs = [self._node("Add", [left, right]), *constants]
        return self._node("LayerNormalization", inputs, epsilon=self.weights.epsilon, axis=-1)

    def _word_scales(self) -> Floats:
        scales, _ = self.weights.blocks("emb.word")
        return scales.reshape(-1, HIDDEN // BLOCK)

    def _words(self, name: str) -> str:
        _, nibbles = self.weights.blocks("emb.word")
        signed = nibbles.reshape(-1, HIDDEN) ^ 8
        packed = signed[:, 0::2] | (signed[:, 1::2] << 4)
        tensor = TensorProto(name=name, data_type=TensorProto.INT4, dims=signed.shape, raw_data=packed.tobytes())
        self.constants.append(tensor)
        return name

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(
        self,
        operator: str,
        inputs: list[str],
        domain: str = "",
        *,
        outputs: list[str] | None = None,
        **settings: Any,
    ) -> str:
        outputs = outputs or [f"{operator}.{len(self.nodes)}"]
        self.nodes.append(helper.make_node(operator, inputs, outputs, domain=domain, **settings))
        return outputs[0]
