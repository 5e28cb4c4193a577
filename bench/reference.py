"""The bundled model's weights as files for sentence-transformers, to compare with (needs torch).

Only the rows and pieces that the given texts use: the best cut of a text by the whole vocabulary is also its best cut
by any part that holds its pieces, so nothing but the ids changes.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from retrieval.model.pieces import Pieces
from retrieval.model.weights import HEADS, HIDDEN, INNER, LAYERS, POSITIONS, Vocabulary, Weights, installed


class Small:
    """The weights, the pieces and the tokenizer that the texts above need, as transformers files in `folder`."""

    @classmethod
    def of(cls, texts: Iterable[str], built: Path) -> "Small":
        """For these texts; `built` is where `prepare` put the bundled model."""
        weights, pieces = Weights(installed()), Pieces(built)
        return cls(weights, {piece for text in texts for piece in pieces.ids(text)}, weights.vocabulary)

    def __init__(self, weights: Weights, ids: Iterable[int], vocabulary: Vocabulary) -> None:
        self.weights, self.vocabulary = weights, vocabulary
        self.ids = sorted({0, 1, 2, 3, *ids})

    def save(self, folder: Path, texts: Iterable[str]) -> None:
        """Everything that SentenceTransformer(folder) loads."""
        self.encoder().save_pretrained(folder)
        self.tokenizer(texts).save_pretrained(folder)

    def tokenizer(self, texts: Iterable[str]) -> Any:
        """Cuts these texts as the whole tokenizer does."""
        from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

        pieces = [(self.vocabulary.pieces[at], float(self.vocabulary.scores[at])) for at in self.ids]
        made = Tokenizer(models.Unigram(pieces, 3))
        letters = {letter for text in texts for letter in text} & self.vocabulary.letters.keys()
        replaced = [normalizers.Replace(letter, self.vocabulary.letters[letter]) for letter in sorted(letters)]
        spaces = normalizers.Replace(Regex(" {2,}"), " ")
        made.normalizer = normalizers.Sequence([normalizers.NFC(), *replaced, spaces])
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        return import_module("transformers").PreTrainedTokenizerFast(
            tokenizer_object=made,
            bos_token="<s>",
            pad_token="<pad>",
            eos_token="</s>",
            unk_token="<unk>",
            cls_token="<s>",
            sep_token="</s>",
            model_max_length=POSITIONS,
        )

    def encoder(self) -> Any:
        """A transformers model."""
        torch, transformers = import_module("torch"), import_module("transformers")
        config = transformers.BertConfig(
            vocab_size=len(self.ids),
            hidden_size=HIDDEN,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=INNER,
            max_position_embeddings=POSITIONS,
            layer_norm_eps=self.weights.epsilon,
            pad_token_id=1,
        )
        model = transformers.BertModel(config, add_pooling_layer=False)
        state = {name: torch.tensor(values) for name, values in self.tensors().items()}
        model.load_state_dict(state)
        return model

    def tensors(self) -> dict[str, Any]:
        """Its weights by the names transformers gives them."""
        matrix, vector = self.weights.matrix, self.weights.vector
        tensors = {
            "embeddings.word_embeddings.weight": matrix("emb.word", HIDDEN)[self.ids],
            "embeddings.position_embeddings.weight": vector("emb.pos").reshape(-1, HIDDEN),
            "embeddings.token_type_embeddings.weight": vector("emb.type").reshape(-1, HIDDEN),
            "embeddings.LayerNorm.weight": vector("emb.ln.w"),
            "embeddings.LayerNorm.bias": vector("emb.ln.b"),
        }
        parts = {
            "q": "attention.self.query",
            "k": "attention.self.key",
            "v": "attention.self.value",
            "ao": "attention.output.dense",
            "fi": "intermediate.dense",
            "fo": "output.dense",
        }
        norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
        for layer in range(LAYERS):
            for short, long in parts.items():
                inputs = INNER if short == "fo" else HIDDEN
                tensors[f"encoder.layer.{layer}.{long}.weight"] = matrix(f"l{layer}.{short}.w", inputs)
            for short, long in (parts | norms).items():
                tensors[f"encoder.layer.{layer}.{long}.bias"] = vector(f"l{layer}.{short}.b")
            for short, long in norms.items():
                tensors[f"encoder.layer.{layer}.{long}.weight"] = vector(f"l{layer}.{short}.w")
        return tensors
