"""A tiny checkpoint of Stable Diffusion for inpainting: the real parts, random weights, few and narrow layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import tiny_detectors
import torch
import transformers

df: Any = diffusers
hf: Any = transformers
WIDTH, CELL = 32, 4
"""Pixels along a side that a latent stands for."""


def inpainting(folder: Path, *, refuses: bool | None = None) -> Path:
    """A pipeline as `save_pretrained` writes it.

    refuses: whether its safety checker refuses every picture; without it, it has none.
    """
    torch.manual_seed(7)
    folder.mkdir(parents=True, exist_ok=True)
    words = tiny_detectors.clip_tokenizer(folder)
    made = df.StableDiffusionInpaintPipeline(
        vae=_vae(),
        text_encoder=hf.CLIPTextModel(_text_config(words)),
        tokenizer=words,
        unet=_unet(),
        scheduler=df.DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, steps_offset=1),
        safety_checker=None if refuses is None else _checker(refuses),
        feature_extractor=hf.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        requires_safety_checker=refuses is not None,
    )
    made.save_pretrained(folder)
    return folder


def _unet() -> Any:
    """The nine channels are noisy latents (4), the mask (1), and the latents of what is not masked (4)."""
    return df.UNet2DConditionModel(
        sample_size=16,
        in_channels=9,
        out_channels=4,
        block_out_channels=(WIDTH, 2 * WIDTH),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
        norm_num_groups=8,
    )


def _vae() -> Any:
    channels = (WIDTH,) * 3
    return df.AutoencoderKL(
        block_out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=64,
    )


def _text_config(words: Any) -> Any:
    sizes = {"hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    ends = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    return hf.CLIPTextConfig(vocab_size=len(words), max_position_embeddings=words.model_max_length, **sizes, **ends)


def _checker(refuses: bool) -> Any:
    """It refuses a picture that is nearer to one of its concepts than a threshold: here any picture, or none."""
    sizes = {"hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision = {**sizes, "image_size": 32, "patch_size": 8}
    checker = df.pipelines.stable_diffusion.StableDiffusionSafetyChecker(
        hf.CLIPConfig(text_config=sizes, vision_config=vision, projection_dim=16)
    )
    with torch.no_grad():
        checker.concept_embeds_weights.fill_(-2.0 if refuses else 2.0)
        checker.special_care_embeds_weights.fill_(2.0)
    return checker
