"""Tiny checkpoints of detectors with an open vocabulary: real architectures, random weights, a few layers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import torch
import transformers

hf: Any = transformers
WORDS = "a photo of the red blue green cup mug cat dog person chair table bowl motorcycle left right small"


def bert_tokenizer(folder: Path) -> Any:
    """A word-piece vocabulary in which [CLS], [SEP], "." and "?" have BERT's own numbers, as Grounding DINO wants."""
    vocabulary = [f"[unused{i}]" for i in range(1100)]
    fixed = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: ".", 1029: "?"}
    for number, token in fixed.items():
        vocabulary[number] = token
    pieces = [*WORDS.split(), *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    vocabulary[1 : 1 + len(pieces)] = pieces
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    return hf.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=256)


def bert(folder: Path) -> Path:
    """BERT with one layer, and its tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    bert_tokenizer(folder).save_pretrained(folder)
    hf.BertModel(_bert_config()).save_pretrained(folder)
    return folder


def groundingdino_package(folder: Path, python: Path) -> Path:
    """The authors' package: its architecture with Swin-T, random weights, and a small BERT.

    python: of an environment that has the package.
    """
    bert(folder / "bert-base-uncased")
    subprocess.run([str(python), "-c", MAKE, str(folder)], check=True, capture_output=True)
    return folder


MAKE = """
import sys, torch
from groundingdino.models import build_model
from groundingdino.util.slconfig import SLConfig
import groundingdino.config
args = SLConfig.fromfile(groundingdino.config.__path__[0] + "/GroundingDINO_SwinT_OGC.py")
args.text_encoder_type, args.device = sys.argv[1] + "/bert-base-uncased", "cpu"
torch.manual_seed(0)
torch.save({"model": {"module." + k: v for k, v in build_model(args).state_dict().items()}}, sys.argv[1] + "/model.pth")
"""


def grounding_dino(folder: Path, seed: int = 0) -> Path:
    """Grounding DINO with one layer of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    tokenizer = bert_tokenizer(folder)
    swin = hf.SwinConfig(
        image_size=64,
        patch_size=4,
        embed_dim=16,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
        out_indices=[2, 3, 4],
    )
    config = hf.GroundingDinoConfig(
        backbone_config=swin,
        text_config=_bert_config(),
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        num_queries=40,
        max_text_len=64,
        use_timm_backbone=False,
    )
    model = hf.GroundingDinoForObjectDetection(config).eval()
    _spread(model)
    model.save_pretrained(folder)
    processor = hf.GroundingDinoImageProcessor(size={"shortest_edge": 96, "longest_edge": 160})
    hf.GroundingDinoProcessor(processor, tokenizer).save_pretrained(folder)
    return folder


def owl(folder: Path, version: int = 2, seed: int = 0) -> Path:
    """OWLv2, or OWL-ViT for version 1."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    tokenizer = clip_tokenizer(folder)
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {
        **small,
        "vocab_size": len(tokenizer),
        "max_position_embeddings": 16,
        "eos_token_id": tokenizer.eos_token_id,
    }
    vision = {**small, "image_size": 96, "patch_size": 16}
    kinds: Any = {
        1: (hf.OwlViTConfig, hf.OwlViTForObjectDetection, hf.OwlViTImageProcessor, hf.OwlViTProcessor),
        2: (hf.Owlv2Config, hf.Owlv2ForObjectDetection, hf.Owlv2ImageProcessor, hf.Owlv2Processor),
    }[version]
    config_class, model_class, image_class, processor_class = kinds
    model = model_class(config_class(text_config=text, vision_config=vision, projection_dim=32)).eval()
    _spread(model)
    model.box_head.dense2.weight.data.mul_(0.05)  # boxes near their own places of the grid
    model.class_head.logit_shift.weight.data.zero_()
    model.class_head.logit_scale.bias.data.fill_(4.0)
    model.save_pretrained(folder)
    processor_class(image_class(size={"height": 96, "width": 96}), tokenizer).save_pretrained(folder)
    return folder


def _bert_config() -> Any:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    return hf.BertConfig(vocab_size=1100, **sizes)


def clip_tokenizer(folder: Path) -> Any:
    """CLIP's byte pairs without any merge: every word is spelled out, a letter a token."""
    import json

    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    tokens = [*letters, *(f"{c}</w>" for c in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return hf.CLIPTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16)


def _spread(model: Any) -> None:
    """Random weights give nearly the same number for everything: with larger ones, scores and boxes differ."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 and "embed" not in name and "box_head" not in name:
                parameter.mul_(3.0)
