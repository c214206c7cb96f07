"""Export the trained network for onnxruntime, with 8-bit weights.

python -m tests.training.export DIR/reader.safetensors [--out assistant/models/reader.onnx] [--float32]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from safetensors.torch import load_file

from assistant.reader import NETWORK
from tests.training.network import Network


def export(weights: Path, out: Path, *, quantize: bool = True) -> None:
    """Write the network with free numbers of rows, tokens and sentences."""
    network = Network()
    network.load_state_dict(load_file(weights))
    network.eval()
    rows, tokens, sentences = 3, 37, 5
    ids = torch.randint(5, 1000, (rows, tokens))
    free = {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens", max=512)}
    pool = torch.rand(rows, sentences, tokens)
    program = torch.onnx.export(
        network,
        (ids, torch.zeros_like(ids), torch.ones_like(ids), pool),
        input_names=["ids", "types", "mask", "pool"],
        output_names=["sentences", "ends"],
        dynamic_shapes=(free, free, free, {0: free[0], 1: torch.export.Dim("sentences", max=512), 2: free[1]}),
        dynamo=True,
        opset_version=18,
    )
    with tempfile.TemporaryDirectory() as folder:
        plain, ready = Path(folder) / "plain.onnx", Path(folder) / "ready.onnx"
        program.save(str(plain))
        if not quantize:
            onnx.save(onnx.load(str(plain)), str(out))
            return
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(out),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            extra_options={"MatMulConstBOnly": True},
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=NETWORK)
    parser.add_argument("--float32", action="store_true")
    given = parser.parse_args()
    export(given.weights, given.out, quantize=not given.float32)
    print(f"{given.out}: {given.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
