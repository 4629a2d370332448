"""Tiny checkpoints of DINOv2 and of Depth Anything, which is built on it: real architectures, random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

hf: Any = transformers
SIZES = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "image_size": 56, "patch_size": 14}


def dinov2(folder: Path) -> Path:
    """DINOv2 with four narrow layers."""
    torch.manual_seed(2)
    _spread(hf.Dinov2Model(hf.Dinov2Config(**SIZES))).save_pretrained(folder)
    size, crop = {"shortest_edge": 56}, {"height": 56, "width": 56}
    hf.BitImageProcessor(size=size, crop_size=crop, do_center_crop=True).save_pretrained(folder)
    return folder


def depth_anything(folder: Path) -> Path:
    """Depth Anything with a DINOv2 of four narrow layers."""
    torch.manual_seed(2)
    backbone = hf.Dinov2Config(
        **SIZES, out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False
    )
    config = hf.DepthAnythingConfig(
        backbone_config=backbone,
        patch_size=14,
        reassemble_hidden_size=32,
        neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=16,
        head_hidden_size=8,
    )
    _spread(hf.DepthAnythingForDepthEstimation(config)).save_pretrained(folder)
    size = {"height": 56, "width": 56}
    hf.DPTImageProcessor(size=size, keep_aspect_ratio=True, ensure_multiple_of=14).save_pretrained(folder)
    return folder


def _spread(model: Any) -> Any:
    """With larger random weights, results for different images differ."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(3.0)
    return model.eval()
