"""Tiny checkpoints of vision-language models: real architectures, random weights, a vocabulary of a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers

hf: Any = transformers
tk: Any = tokenizers
WORDS = "yes no red blue a cup of coffee on the table dog cat two three left right is what how many image in"
SPECIAL = ["<pad>", "<unk>", "<s>", "</s>", "<image>", "<fake_token_around_image>", "<global-img>", "<row_1_col_1>"]
MOLMO2_IDS = {
    "image_start_token": "<im_start>",
    "low_res_image_start_token": "<low_res_im_start>",
    "image_end_token": "<im_end>",
    "image_patch": "<im_patch>",
    "frame_start_token": "<frame_start>",
    "frame_end_token": "<frame_end>",
}
MOLMO2_SPECIAL = [*MOLMO2_IDS.values(), "<im_col>", "<im_low>", "<|image|>", "<|video|>"]
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }} "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }} {% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %}assistant {% endif %}"
)


def tokenizer() -> Any:
    """Words between spaces; everything else is unknown."""
    more = [f"<row_{i}_col_{j}>" for i in range(1, 7) for j in range(1, 7) if (i, j) != (1, 1)]
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, *more, *WORDS.split()])}
    words = tk.Tokenizer(tk.models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = tk.pre_tokenizers.Whitespace()
    made = hf.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    made.add_special_tokens({"additional_special_tokens": [*SPECIAL[4:], *more]})
    return made


def llava(folder: Path) -> Path:
    """LLaVA: a CLIP encoder, a projector and a Llama."""
    torch.manual_seed(5)
    words = tokenizer()
    vision = hf.CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8
    )
    config = hf.LlavaConfig(
        vision_config=vision,
        text_config=_llama(words),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        vision_feature_select_strategy="default",
        vision_feature_layer=-2,
    )
    _save(hf.LlavaForConditionalGeneration(config), folder)
    size = {"shortest_edge": 32}
    pixels = hf.CLIPImageProcessor(size=size, crop_size={"height": 32, "width": 32})
    hf.LlavaProcessor(
        pixels,
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        chat_template=TEMPLATE,
        num_additional_image_tokens=1,
    ).save_pretrained(folder)
    return folder


def smolvlm(folder: Path) -> Path:
    """SmolVLM: a SigLIP encoder, pixel shuffle and a Llama."""
    torch.manual_seed(5)
    words = tokenizer()
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    config = hf.SmolVLMConfig(
        vision_config=vision,
        text_config=_llama(words).to_dict(),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        pad_token_id=0,
    )
    _save(hf.SmolVLMForConditionalGeneration(config), folder)
    pixels = hf.SmolVLMImageProcessor(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    videos = hf.SmolVLMVideoProcessor(
        size={"longest_edge": 64},
        max_image_size={"longest_edge": 32},
        video_sampling={"fps": 1, "max_frames": 4, "video_size": {"longest_edge": 64}},
    )
    hf.SmolVLMProcessor(pixels, words, videos, image_seq_len=4, chat_template=TEMPLATE).save_pretrained(folder)
    return folder


def molmo2(folder: Path) -> Path:
    """Molmo 2: overlapping crops, pooled patches, and a decoder that sees all of an image at once."""
    torch.manual_seed(5)
    words = _bytes()
    processor = _molmo2_processor(words)
    _save(_molmo2(words), folder, 3.0)
    processor.save_pretrained(folder)
    return folder


def pointing_molmo2(folder: Path, replies: Mapping[str, str], picture: Any) -> Path:
    """The same, having learnt its reply to each of a few messages about a picture by heart."""
    torch.manual_seed(5)
    words = _bytes()
    processor, model = _molmo2_processor(words), _molmo2(words)
    talks = [[{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": asked}]}] for asked in replies]
    asked = [processor.apply_chat_template(talk, add_generation_prompt=True) for talk in talks]
    lessons = [
        (processor(text=[a + reply + "</s>"], images=[[picture]], return_tensors="pt"), len(reply.encode()) + 1)
        for a, reply in zip(asked, replies.values(), strict=True)
    ]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        losses = torch.stack([_loss(model, inputs, length) for inputs, length in lessons])
        if losses.max() < 0.01:
            break
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
    else:
        raise AssertionError("The model did not learn its replies.")
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _loss(model: Any, inputs: Any, length: int) -> Any:
    """How far the last `length` tokens are from what the model expects after those before them."""
    ids = inputs["input_ids"]
    logits = model(**inputs).logits[0, -length - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, ids[0, -length:])


def _bytes() -> Any:
    """A token for each byte, as in the vocabularies of GPT-2 and Qwen without any merge."""
    letters = sorted(tk.pre_tokenizers.ByteLevel.alphabet())
    spoken = tk.Tokenizer(tk.models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    spoken.pre_tokenizer = tk.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    spoken.decoder = tk.decoders.ByteLevel()
    made = hf.PreTrainedTokenizerFast(tokenizer_object=spoken, pad_token="<pad>", bos_token="<s>", eos_token="</s>")
    made.add_special_tokens({"additional_special_tokens": MOLMO2_SPECIAL})
    return made


def _molmo2(words: Any) -> Any:
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16}
    sizes = {"hidden_size": 32, "intermediate_size": 64, **heads}
    config = hf.Molmo2Config(
        vision_config={**sizes, "num_hidden_layers": 2, "image_size": [32, 32], "patch_size": 8},
        adapter_config={**sizes, "vision_feature_layer": [1, 0], "text_hidden_size": 32},
        text_config={
            **sizes,
            "num_hidden_layers": 2,
            "vocab_size": len(words) - 8,
            "additional_vocab_size": 8,
            "max_position_embeddings": 2048,
            "bos_token_id": words.bos_token_id,
            "eos_token_id": words.eos_token_id,
            "pad_token_id": words.pad_token_id,
        },
        **{f"{name}_id": words.convert_tokens_to_ids(token) for name, token in MOLMO2_IDS.items()},
    )
    model = hf.Molmo2ForConditionalGeneration(config)
    model.generation_config.update(
        bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id
    )
    return model


def _molmo2_processor(words: Any) -> Any:
    crops = {"size": {"height": 32, "width": 32}, "patch_size": 8, "pooling_size": [2, 2]}
    return hf.Molmo2Processor(
        hf.Molmo2ImageProcessor(**crops, max_crops=4, overlap_margins=[1, 1]),
        hf.Molmo2VideoProcessor(**crops),
        words,
        chat_template=TEMPLATE.replace("<image>", "<|image|>"),
    )


def blip(folder: Path) -> Path:
    """BLIP: a vision transformer and a decoder that looks at it."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    from tiny_detectors import bert_tokenizer

    words = bert_tokenizer(folder)
    text = {
        "vocab_size": 1100,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "projection_dim": 32,
        "encoder_hidden_size": 32,
        "bos_token_id": 101,
        "sep_token_id": 102,
        "eos_token_id": 102,
        "pad_token_id": 0,
        "max_position_embeddings": 64,
    }
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    config = hf.BlipConfig(text_config=text, vision_config=vision, projection_dim=32, image_text_hidden_size=32)
    model = hf.BlipForConditionalGeneration(config)
    _save(model, folder, 3.0)
    hf.BlipProcessor(hf.BlipImageProcessor(size={"height": 32, "width": 32}), words).save_pretrained(folder)
    return folder


def _llama(words: Any) -> Any:
    return hf.LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
    )


def _save(model: Any, folder: Path, scale: float = 6.0) -> None:
    """With larger random weights, replies to different images differ."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(scale)
    model.eval().save_pretrained(folder)


MAKERS: dict[str, Callable[[Path], Path]] = {"llava": llava, "smolvlm": smolvlm, "molmo2": molmo2}
