"""Tiny checkpoints of open_clip's own architectures, in its own formats: CLIP (softmax) and SigLIP (sigmoid)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file

CLIP = "tiny-looksmith-clip"
SIGLIP = "tiny-looksmith-siglip"
COCA = "tiny-looksmith-coca"

CONFIGS: dict[str, dict[str, Any]] = {
    COCA: {
        "embed_dim": 32,
        "vision_cfg": {
            "image_size": 48,
            "layers": 2,
            "width": 64,
            "head_width": 32,
            "patch_size": 16,
            "attentional_pool": True,
            "attn_pooler_heads": 2,
            "output_tokens": True,
        },
        "text_cfg": {
            "context_length": 76,
            "vocab_size": 49408,
            "width": 32,
            "heads": 2,
            "layers": 2,
            "embed_cls": True,
            "output_tokens": True,
        },
        "multimodal_cfg": {
            "context_length": 76,
            "vocab_size": 49408,
            "width": 32,
            "heads": 2,
            "layers": 2,
            "attn_pooler_heads": 2,
        },
        "custom_text": True,
    },
    CLIP: {
        "embed_dim": 32,
        "vision_cfg": {"image_size": 48, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
    },
    SIGLIP: {
        "embed_dim": 64,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": {
            "image_size": 32,
            "timm_model_name": "test_vit",
            "timm_model_pretrained": False,
            "timm_pool": "map",
            "timm_proj": "none",
        },
        "text_cfg": {
            "context_length": 64,
            "vocab_size": 400,
            "hf_tokenizer_name": "timm/ViT-B-16-SigLIP",
            "tokenizer_kwargs": {"clean": "canonicalize"},
            "width": 64,
            "heads": 2,
            "layers": 2,
            "no_causal_mask": True,
            "proj_bias": True,
            "pool_type": "last",
            "norm_kwargs": {"eps": 1e-6},
        },
    },
}


def register(folder: Path) -> None:
    """Make both architectures known to open_clip by name, as its users do."""
    for name, config in CONFIGS.items():
        (folder / f"{name}.json").write_text(json.dumps(config))
        open_clip.add_model_config(folder / f"{name}.json")


def state(name: str, seed: int = 0) -> dict[str, torch.Tensor]:
    """Random weights of an architecture that was registered, lively enough for inputs to matter."""
    torch.manual_seed(seed)
    model: Any = open_clip.create_model(name)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
        model.logit_scale.fill_(2.5)
        if model.logit_bias is not None:
            model.logit_bias.fill_(-3.25)
    return {key: value.contiguous().clone() for key, value in model.state_dict().items()}


def save_pickle(folder: Path, name: str = CLIP, file: str = "model.pt", **changes: torch.Tensor | None) -> Path:
    """A training checkpoint as open_clip writes it: a pickle with the state under `state_dict`.

    changes: tensors to add or replace; None leaves one out.
    """
    weights = {**state(name), **changes}
    kept = {f"module.{key}": value for key, value in weights.items() if value is not None}
    torch.save({"epoch": 1, "name": name, "state_dict": kept}, folder / file)
    return folder / file


def save_hub(folder: Path, name: str = CLIP, preprocess: dict[str, Any] | None = None) -> Path:
    """open_clip's own format for hubs: configuration, safetensors and, for SigLIP, the tokenizer beside them."""
    config = {"model_cfg": CONFIGS[name], "preprocess_cfg": preprocess or {}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    save_file(state(name), folder / "open_clip_model.safetensors")
    if name == SIGLIP:
        save_tokenizer(folder)
    return folder


def save_tokenizer(folder: Path) -> None:
    """A tokenizer of sentence pieces such as SigLIP's, with letters and a few words; padded with 1 as SigLIP's is."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = [f"\u2581{word}" for word in ("a", "the", "of", "in", "some", "photo", "cat", "dog", "mug", "grass")]
    pieces = ["\u2581", *"abcdefghijklmnopqrstuvwxyz0123456789"]
    scored = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((w, -2.0) for w in words), *((p, -5.0) for p in pieces)]
    made = Tokenizer(models.Unigram(scored, unk_id=2))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokens = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "</s>"}
    PreTrainedTokenizerFast(tokenizer_object=made, **tokens).save_pretrained(folder)
