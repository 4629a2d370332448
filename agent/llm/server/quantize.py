"""GGUF file -> the Hugging Face folder that vLLM serves: `bf16` as it is, or `w8a8` (int8 weights and activations).

Runs inside the server's own environment, as a script that is independent of the rest of looksmith:
`python -I quantize.py MODEL.gguf FOLDER w8a8`. Dequantizing and quantizing to int8 happen in memory, without writing a
bf16 folder in between.

w8a8 is the scheme "W8A8-INT8" of compressed-tensors: weights symmetric per output channel with static scales (the
rounding of Jacob et al. 2018, section 2.1, zero point 0), activations symmetric per token with scales found while
serving, hence no calibration data.
"""

# transformers and safetensors leave parts of their public functions untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Form = Literal["bf16", "w8a8"]

_INT8_MAX: Final = 127


def convert(gguf: Path, folder: Path, form: Form) -> None:
    """Write the model of a GGUF file, with its tokenizer and chat template, into `folder`.

    Needs about twice the bf16 size of the model in memory. Raises what transformers raises for an unreadable file;
    `folder` may then be incomplete.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    where = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    model = AutoModelForCausalLM.from_pretrained(
        **where, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    save(model, tokenizer, folder, form)


def save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path, form: Form) -> None:
    """Write a bf16 model and its tokenizer into `folder` in the given format."""
    tokenizer.save_pretrained(folder)
    if form == "bf16":
        model.save_pretrained(folder)
        return
    from safetensors.torch import save_file

    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tensors = model.state_dict()
    if model.config.tie_word_embeddings:
        # vLLM ties the two again when it loads; safetensors refuses tensors that share memory.
        del tensors["lm_head.weight"]
    save_file(quantize(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    config = folder / "config.json"
    fields = json.loads(config.read_text()) | {"quantization_config": quantization_config()}
    config.write_text(json.dumps(fields, indent=2) + "\n")


def quantize(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every `*_proj.weight` (out, in) as int8 plus a bf16 `*_proj.weight_scale` (out, 1); the rest unchanged.

    Consumes `tensors`, so that the model is never in memory twice.
    """
    small: dict[str, Tensor] = {}
    while tensors:
        name, tensor = tensors.popitem()
        if name.endswith("_proj.weight"):
            small[name], small[f"{name}_scale"] = quantize_rows(tensor)
        else:
            small[name] = tensor.contiguous()
    return small


def quantize_rows(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Symmetric int8 per output channel.

    weight: (out, in), any float type. Returns int8 (out, in) and the scales in bf16 (out, 1): weight is about
    int8 * scale, off by at most half a scale in each element (and, at a row's largest, by the scale's own rounding).
    """
    import torch

    scale = (weight.float().abs().amax(dim=1, keepdim=True) / _INT8_MAX).to(torch.bfloat16)
    # A row of zeros has no scale; any positive one restores the zeros.
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    # Dividing by the stored (bf16-rounded) scale confines its rounding error to clamped elements.
    rounded = (weight.float() / scale.float()).round().clamp(-_INT8_MAX, _INT8_MAX)
    return rounded.to(torch.int8), scale


def quantization_config() -> dict[str, Any]:
    """The quantization config in config.json, in the format of compressed-tensors."""
    common = {"num_bits": 8, "type": "int", "symmetric": True}
    group = {
        "targets": ["Linear"],
        "weights": common | {"strategy": "channel", "dynamic": False},
        "input_activations": common | {"strategy": "token", "dynamic": True},
        "output_activations": None,
    }
    return {
        "quant_method": "compressed-tensors",
        "format": "int-quantized",
        "quantization_status": "compressed",
        "ignore": ["lm_head"],
        "config_groups": {"group_0": group},
    }


def main() -> None:
    """`quantize.py GGUF FOLDER FORM`."""
    parser = argparse.ArgumentParser(description="Convert a GGUF file to a folder that vLLM serves.")
    parser.add_argument("gguf", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("form", choices=["bf16", "w8a8"])
    options = parser.parse_args()
    convert(options.gguf.resolve(), options.folder, options.form)


if __name__ == "__main__":
    main()
