"""Vision-language models through transformers, on tiny checkpoints: the library's own replies, alone and in batches."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_vlm
import torch
from PIL import Image as Pillow
from transformers import AutoModelForImageTextToText, AutoProcessor

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.language.transformers_vlm import TransformersVlm, TransformersVlmOptions
from looksmith.tools.models.language.vlm import VLMRequest
from looksmith.tools.name.answering import Answerer, Captioner, Described
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.weights.store import Weights

NAMES = tuple(tiny_vlm.MAKERS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in tiny_vlm.MAKERS.items()}


@pytest.fixture(scope="module")
def models(folders: dict[str, Path]) -> dict[str, TransformersVlm]:
    return {name: TransformersVlm(spec(folder)) for name, folder in folders.items()}


def spec(folder: Path) -> Spec:
    return Spec(Weights(folder), folder)


def by_the_library(folder: Path, request: VLMRequest) -> str:
    """A reply as the library's documentation gets it."""
    model: Any = AutoModelForImageTextToText.from_pretrained(folder)
    processor: Any = AutoProcessor.from_pretrained(folder)
    model.eval()
    content = [
        {"type": "image", "image": part.pixels} if isinstance(part, Image) else {"type": "text", "text": part}
        for part in request.parts
    ]
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
    with torch.no_grad():
        written = model.generate(**inputs, max_new_tokens=request.max_tokens, do_sample=False)
    return processor.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def requests_of(photo: Callable[[str], Image]) -> list[VLMRequest]:
    coffee, cat = photo("coffee"), photo("chelsea").crop(Box(60, 20, 400, 280))
    return [
        VLMRequest((coffee, "what is on the table"), 12),
        VLMRequest((cat, "how many cat in image"), 12),
        VLMRequest((coffee, "a cup", cat, "what is left"), 6),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_replies_are_the_librarys_own(name: str, folders, models, photo) -> None:
    requests = requests_of(photo)
    wanted = [by_the_library(folders[name], request) for request in requests]
    assert [models[name].reply([request])[0] for request in requests] == wanted
    assert len(set(wanted)) > 1 and all(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_single_requests_give_in_any_order(name: str, folders, models, photo) -> None:
    requests = requests_of(photo)
    alone = [models[name].reply([request])[0] for request in reversed(requests)][::-1]
    assert models[name].reply(requests) == alone
    twos = TransformersVlm(spec(folders[name]), TransformersVlmOptions(batch=2))
    assert twos.reply(requests) == alone


def test_questions_and_captions_go_through_the_tools(models, photo) -> None:
    answerer, captioner = Answerer(models["llava"]), Captioner(Described(models["llava"]))
    answer = answerer.VQA(photo("coffee"), "what is on the table")
    assert answer and answer == answer.lower()
    assert answerer.VQA([photo("coffee"), photo("chelsea")], question="what is on the table")[0] == answer
    assert captioner.CAPTION(photo("coffee")) == captioner.CAPTION(images=[photo("coffee")])[0]


@pytest.mark.parametrize("name", NAMES)
def test_an_image_of_one_pixel_is_an_image(name: str, models) -> None:
    pixel = Image.of(Pillow.new("RGB", (1, 1), "red"))
    assert models[name].reply([VLMRequest((pixel, "what is red"), 4)])[0]


def test_a_model_without_a_chat_template_is_refused(folders, tmp_path: Path) -> None:
    folder = tmp_path / "llava"
    folder.mkdir()
    for path in folders["llava"].iterdir():
        if path.name != "chat_template.jinja":
            (folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(WeightsError, match="no chat template"):
        TransformersVlm(spec(folder)).load()


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="LOOKSMITH_HUB_WEIGHTS names no folder")
@pytest.mark.parametrize("weights", ["smolvlm-500m-instruct", "llava-1.5-7b"])
def test_real_weights_see_the_coffee(weights: str, photo) -> None:
    model = TransformersVlm(spec(Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / weights))
    assert Answerer(model).VQA(photo("coffee"), "Is there a cup?", answer="yes/no") == "yes"
    assert "coffee" in Captioner(Described(model)).CAPTION(photo("coffee")).lower()
