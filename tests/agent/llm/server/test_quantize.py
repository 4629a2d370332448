"""GGUF's tensors to int8: the rounding, and the folder that vLLM is given, on a tiny model of the same class."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from looksmith.agent.llm.server import quantize


@given(
    rows=st.integers(1, 6),
    columns=st.integers(1, 40),
    size=st.floats(1e-6, 1e6),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None)
def test_rounding_is_off_by_at_most_half_a_step_and_the_scales_own_rounding(rows, columns, size, seed):
    weight = size * torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    small, scale = quantize.quantize_rows(weight.bfloat16())
    back = small.float() * scale.float()
    largest = weight.bfloat16().float().abs().amax(dim=1, keepdim=True)
    # bf16 keeps 8 bits of the scale: a row's largest can be clamped by a 256th of itself on top of half a step.
    assert ((back - weight.bfloat16().float()).abs() <= 0.5 * scale.float() + largest / 256).all()
    assert small.dtype == torch.int8
    assert small.min() >= -127
    assert scale.shape == (rows, 1)


def test_a_row_of_zeros_stays_zero():
    small, scale = quantize.quantize_rows(torch.zeros(2, 8, dtype=torch.bfloat16))
    assert (small.float() * scale.float() == 0).all()
    assert torch.isfinite(scale).all()


def test_sign_and_order_within_a_row_are_kept():
    small, _ = quantize.quantize_rows(torch.tensor([[-1.0, -0.5, 0.0, 0.25, 1.0]], dtype=torch.bfloat16))
    assert small.tolist() == [[-127, -64, 0, 32, 127]]


class Tokenizer:
    """Writes one file, as a real tokenizer writes its own."""

    def save_pretrained(self, folder: Path) -> None:
        """Write into a folder that may not be there yet, as transformers does."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer_config.json").write_text("{}")


def tiny(*, tied: bool):
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=tied,
    )
    return Qwen2ForCausalLM(config).bfloat16()


@pytest.mark.parametrize("tied", [False, True])
def test_w8a8_folder_has_int8_projections_and_everything_else_untouched(tmp_path, tied):
    model = tiny(tied=tied)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    quantize.save(model, Tokenizer(), tmp_path / "m", "w8a8")
    after = load_file(tmp_path / "m" / "model.safetensors")

    projections = {name for name in before if name.endswith("_proj.weight")}
    assert len(projections) == 2 * 7
    assert set(after) == set(before) - ({"lm_head.weight"} if tied else set()) | {f"{n}_scale" for n in projections}
    for name in after.keys() & before.keys():
        if name in projections:
            step = after[f"{name}_scale"].float()
            assert after[name].dtype == torch.int8
            error = (after[name].float() * step - before[name].float()).abs()
            assert (error <= 0.5 * step + before[name].float().abs().amax(dim=1, keepdim=True) / 256).all()
        else:
            assert after[name].dtype == torch.bfloat16
            assert torch.equal(after[name], before[name])


def test_config_says_how_the_weights_are_stored_and_which_class_reads_them(tmp_path):
    quantize.save(tiny(tied=False), Tokenizer(), tmp_path, "w8a8")
    config = json.loads((tmp_path / "config.json").read_text())
    # Without the class vLLM takes the model for one that gives embeddings.
    assert config["architectures"] == ["Qwen2ForCausalLM"]
    assert config["vocab_size"] == 64
    stored = config["quantization_config"]
    assert (stored["quant_method"], stored["format"], stored["quantization_status"], stored["ignore"]) == (
        "compressed-tensors",
        "int-quantized",
        "compressed",
        ["lm_head"],
    )
    (group,) = stored["config_groups"].values()
    assert group["targets"] == ["Linear"]
    weights, activations = group["weights"], group["input_activations"]
    assert (weights["num_bits"], weights["type"], weights["symmetric"]) == (8, "int", True)
    assert (weights["strategy"], weights["dynamic"]) == ("channel", False)
    assert (activations["strategy"], activations["dynamic"]) == ("token", True)
    assert (tmp_path / "tokenizer_config.json").exists()
    assert (tmp_path / "generation_config.json").exists()


def test_bf16_folder_gives_the_same_model_back(tmp_path):
    from transformers import AutoModelForCausalLM

    model = tiny(tied=False)
    quantize.save(model, Tokenizer(), tmp_path, "bf16")
    again = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.bfloat16)
    weights = again.state_dict()
    assert weights.keys() == model.state_dict().keys()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in model.state_dict().items())


def test_the_script_needs_nothing_of_looksmith():
    spec = importlib.util.find_spec("looksmith.agent.llm.server.quantize")
    assert spec is not None and spec.origin is not None
    code = f"import runpy, sys; runpy.run_path({spec.origin!r}); print(any('looksmith' in m for m in sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr
