"""Tiny checkpoints of SAM and SAM 2, also on videos: real architectures, random weights, few and narrow layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import segment_anything.modeling as parts
import torch
import transformers

hf: Any = transformers
WIDTH = 32
VIDEO_WIDTH = 128
"""Twice that of a memory, which the library fixes at 64."""


def build_sam() -> Any:
    """SAM as `segment_anything.build_sam` makes it, with an encoder of two narrow layers."""
    layer: Any = partial(torch.nn.LayerNorm, eps=1e-6)
    encoder = parts.ImageEncoderViT(
        depth=2,
        embed_dim=WIDTH,
        img_size=1024,
        mlp_ratio=2,
        norm_layer=layer,
        num_heads=2,
        patch_size=16,
        qkv_bias=True,
        use_rel_pos=True,
        global_attn_indexes=(),
        window_size=14,
        out_chans=WIDTH,
    )
    prompts = parts.PromptEncoder(WIDTH, image_embedding_size=(64, 64), input_image_size=(1024, 1024), mask_in_chans=4)
    way = parts.TwoWayTransformer(depth=2, embedding_dim=WIDTH, mlp_dim=64, num_heads=2)
    decoder = parts.MaskDecoder(
        num_multimask_outputs=3, transformer=way, transformer_dim=WIDTH, iou_head_depth=3, iou_head_hidden_dim=32
    )
    mean, std = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
    return parts.Sam(encoder, prompts, decoder, pixel_mean=mean, pixel_std=std)


def sam(path: Path) -> Path:
    """The checkpoint file of such a model."""
    torch.manual_seed(3)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(_spread(build_sam()).state_dict(), path)
    return path


def sam2(folder: Path) -> Path:
    """SAM 2 with four narrow stages."""
    torch.manual_seed(3)
    config = hf.Sam2Config(vision_config=_vision(), **_heads())
    _spread(hf.Sam2Model(config)).save_pretrained(folder)
    hf.Sam2Processor(_image_processor()).save_pretrained(folder)
    return folder


def sam2_video(folder: Path) -> Path:
    """The same with a memory of the latest frames: of 3 their masks, of 5 what points to the thing."""
    torch.manual_seed(3)
    config = hf.Sam2VideoConfig(
        vision_config=_vision(VIDEO_WIDTH),
        **_heads(VIDEO_WIDTH),
        image_size=256,
        num_maskmem=3,
        max_object_pointers_in_encoder=5,
        memory_attention_hidden_size=VIDEO_WIDTH,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32,
        memory_attention_rope_feat_sizes=[16, 16],
        memory_encoder_hidden_size=VIDEO_WIDTH,
        memory_encoder_output_channels=64,
        mask_downsampler_embed_dim=VIDEO_WIDTH,
        memory_fuser_num_layers=1,
        memory_fuser_embed_dim=VIDEO_WIDTH,
        memory_fuser_intermediate_dim=32,
    )
    model = _spread(hf.Sam2VideoModel(config))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "." not in name:  # the model's own embeddings, all of them zeros: nothing told one memory from another
                parameter.normal_(std=0.3)
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(2.0)  # the thing is there
    model.save_pretrained(folder)
    size = {"height": 256, "width": 256}
    videos = hf.Sam2VideoVideoProcessor(size=size)
    hf.Sam2VideoProcessor(_image_processor(), videos).save_pretrained(folder)
    return folder


def _vision(width: int = WIDTH) -> Any:
    backbone = hf.Sam2HieraDetConfig(
        hidden_size=8,
        image_size=[256, 256],
        window_positional_embedding_background_size=[7, 7],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[8, 16, 32, 64],
        num_attention_heads_per_stage=[1, 2, 2, 2],
        window_size_per_stage=[8, 4, 8, 4],
        global_attention_blocks=[3],
    )
    return hf.Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=[64, 32, 16, 8],
        backbone_feature_sizes=[[64, 64], [32, 32], [16, 16]],
        fpn_hidden_size=width,
    )


def _heads(width: int = WIDTH) -> dict[str, Any]:
    decoder = {"hidden_size": width, "mlp_dim": 64, "num_attention_heads": 2, "iou_head_hidden_dim": 32}
    return {"prompt_encoder_config": {"hidden_size": width, "image_size": 256}, "mask_decoder_config": decoder}


def _image_processor() -> Any:
    return hf.Sam2ImageProcessor(size={"height": 256, "width": 256}, mask_size={"height": 64, "width": 64})


def mask2former(folder: Path) -> Path:
    """Mask2Former with ten queries over a Swin of four narrow stages; of its four classes two are regions."""
    torch.manual_seed(3)
    backbone = hf.SwinConfig(
        image_size=64,
        embed_dim=16,
        depths=[1, 1, 1, 1],
        num_heads=[1, 2, 2, 2],
        window_size=4,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = hf.Mask2FormerConfig(
        backbone_config=backbone,
        feature_size=WIDTH,
        mask_feature_size=WIDTH,
        hidden_dim=WIDTH,
        encoder_feedforward_dim=64,
        dim_feedforward=64,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        num_queries=10,
        id2label={0: "cat", 1: "Coffee cup", 2: "sky-other-merged", 3: "tree-merged"},
        label2id={"cat": 0, "Coffee cup": 1, "sky-other-merged": 2, "tree-merged": 3},
    )
    model = _spread(hf.Mask2FormerForUniversalSegmentation(config))
    with torch.no_grad():
        # Sure of classes and masks, as a trained model is: of weak ones the library makes no segments.
        model.class_predictor.weight.mul_(30.0)
        for layer in model.model.transformer_module.decoder.mask_predictor.mask_embedder.parameters():
            layer.mul_(5.0)
    model.save_pretrained(folder)
    hf.Mask2FormerImageProcessor(size={"height": 64, "width": 64}, num_labels=4).save_pretrained(folder)
    return folder


def _spread(model: Any) -> Any:
    """With larger random weights, masks of different prompts differ."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and "embed" not in name:
                parameter.mul_(2.0)
    return model


MAKERS: dict[str, Callable[[Path], Path]] = {"sam": lambda folder: sam(folder / "sam.pth").parent, "sam2": sam2}
