"""What a call of the hub profile's vision models takes at full batches, through our executor, on a device.

    python tests/bench/gpu.py cuda [MODEL ...]

Nothing is downloaded: the architectures have the sizes that the published models have, and random weights, on which
the time of a pass does not depend. What depends on them is left out: the detector's threshold is so high that it
finds next to nothing, and the VLM stops after one token. Photos: scikit-image's coffee (600 x 400), each shifted by
some pixels, so that no two are alike. "The same" compares the numbers of one call with the processor's, in float32.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import open_clip
import segment_anything
import torch
import transformers
from PIL import Image as Pillow
from safetensors.torch import save_file
from skimage import data

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import tiny_clip
import tiny_detectors
import tiny_vlm

from looksmith.agent.setup.home import find_home
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.images import load_image
from looksmith.tools.models.detect.grounding_dino import GroundingDino, GroundingDinoOptions
from looksmith.tools.models.encode.open_clip import OpenClip
from looksmith.tools.models.encode.open_clip_files import OpenClipOptions
from looksmith.tools.models.language.transformers_vlm import TransformersVlm, TransformersVlmOptions
from looksmith.tools.models.pixels.sam import Sam, SamOptions
from looksmith.tools.models.pixels.sam2 import Sam2
from looksmith.tools.name.answering import Answerer
from looksmith.tools.name.zero_shot import ZeroShotClassifier
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.color.color import ColorNamer
from looksmith.tools.see.find.open_finder import OpenFinder
from looksmith.tools.see.finders.phrase_eye import PhraseEye
from looksmith.tools.see.pixels.prompted import PromptedSegmenter
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet

hf: Any = transformers
CALLS = 64
ROUNDS = 3
CUP = Box(200, 100, 400, 300)
LABELS = ["cup", "dog", "table", "spoon"]


def spec(folder: Path, device: str) -> Spec:
    return Spec(Weights(folder), folder, device)


def detector(folder: Path) -> None:
    """Grounding DINO with Swin-T: 172 million parameters."""
    tokenizer = tiny_detectors.bert_tokenizer(folder)
    stages = {"out_features": ["stage2", "stage3", "stage4"], "out_indices": [2, 3, 4]}
    swin = hf.SwinConfig(window_size=7, **stages)
    config = hf.GroundingDinoConfig(backbone_config=swin, text_config=hf.BertConfig(), use_timm_backbone=False)
    model = hf.GroundingDinoForObjectDetection(config)
    model.model.decoder.layer_norm.weight.data.mul_(0.002)  # scores about a half: at random, most are 0 or 1
    model.save_pretrained(folder)
    hf.GroundingDinoProcessor(hf.GroundingDinoImageProcessor(), tokenizer).save_pretrained(folder)


def sam2(folder: Path) -> None:
    """SAM 2 with Hiera-S: 46 million parameters."""
    hiera = hf.Sam2HieraDetConfig(blocks_per_stage=[1, 2, 11, 2], global_attention_blocks=[7, 10, 13])
    hf.Sam2Model(hf.Sam2Config(vision_config=hf.Sam2VisionConfig(backbone_config=hiera))).save_pretrained(folder)
    hf.Sam2Processor(hf.Sam2ImageProcessor()).save_pretrained(folder)


def sam(folder: Path) -> None:
    """SAM with ViT-H: 641 million parameters."""
    torch.save(segment_anything.sam_model_registry["vit_h"]().state_dict(), folder / "sam.pth")


def classifier(folder: Path) -> None:
    """SigLIP ViT-B/16 at 224: 203 million parameters."""
    name = "ViT-B-16-SigLIP"
    config = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": {"resize_mode": "squash"}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    network: Any = open_clip.create_model(name)
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, folder / "open_clip_model.safetensors")
    tiny_clip.save_tokenizer(folder)


def vlm(folder: Path) -> None:
    """SmolVLM: SigLIP so400m and a Llama of 1.7 billion parameters; stops after one token."""
    words = tiny_vlm.tokenizer()
    vision = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16}
    text = hf.LlamaConfig(
        vocab_size=len(words),
        hidden_size=2048,
        intermediate_size=8192,
        num_hidden_layers=24,
        num_attention_heads=32,
        max_position_embeddings=16384,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
    )
    config = hf.SmolVLMConfig(
        vision_config={**vision, "image_size": 384, "patch_size": 14},
        text_config=text.to_dict(),
        image_token_id=words.convert_tokens_to_ids("<image>"),
        scale_factor=3,
        pad_token_id=0,
    )
    model = hf.SmolVLMForConditionalGeneration(config).to(torch.bfloat16)
    model.generation_config.eos_token_id = list(range(len(words)))
    model.lm_head.weight.data[words.all_special_ids] = 0  # the one token is a word
    model.save_pretrained(folder)
    pixels = hf.SmolVLMImageProcessor(size={"longest_edge": 1536}, max_image_size={"longest_edge": 384})
    sampling = {"fps": 1, "max_frames": 4, "video_size": {"longest_edge": 384}}
    videos = hf.SmolVLMVideoProcessor(
        size={"longest_edge": 384}, max_image_size={"longest_edge": 384}, video_sampling=sampling
    )
    made = hf.SmolVLMProcessor(pixels, words, videos, image_seq_len=81, chat_template=tiny_vlm.TEMPLATE)
    made.save_pretrained(folder)


def boxes(model: Any, image: Image) -> Any:
    """Scores of the best boxes."""
    found = model.find([image], ["cup"])[0][0]
    return np.array([box.score for box in found[:20]])


def pixels_of(model: Any, image: Image) -> Any:
    """Three masks."""
    return np.stack([mask.array() for mask in model.masks(image, [CUP])[0]]).astype(float)


MODELS: dict[str, tuple[Callable[[Path], None], Callable[[Spec], Any], Callable[[Any], Any], str, tuple[Any, ...]]] = {
    "detector": (
        detector,
        lambda of: GroundingDino(of, GroundingDinoOptions(batch=16, box_threshold=0.9, floor=0.9)),
        lambda model: OpenFinder(PhraseEye(model, WordNet(Weights(find_home() / "weights"))), ColorNamer()),
        "DETECT",
        ("cup",),
    ),
    "sam2": (sam2, Sam2, PromptedSegmenter, "SEGMENT", (CUP,)),
    "sam": (sam, lambda of: Sam(of, SamOptions(size="vit_h")), PromptedSegmenter, "SEGMENT", (CUP,)),
    "classifier": (
        classifier,
        lambda of: OpenClip(of, OpenClipOptions(batch=32)),
        ZeroShotClassifier,
        "CLASSIFY",
        (LABELS,),
    ),
    "vlm": (
        vlm,
        lambda of: TransformersVlm(of, TransformersVlmOptions(batch=8)),
        Answerer,
        "VQA",
        ("what is on the table",),
    ),
}


def photos(folder: Path, first: int, count: int) -> list[Image]:
    """No two alike."""
    coffee = np.asarray(Pillow.open(Path(data.__file__).parent / "coffee.png").convert("RGB"))
    made = list[Image]()
    for number in range(first, first + count):
        path = folder / f"{number}.png"
        Pillow.fromarray(np.roll(coffee, number, axis=1)).save(path)
        made.append(load_image(path))
    return made


def same(name: str, folder: Path, device: str, image: Image) -> str:
    """How far the device's numbers are from the processor's."""
    if name == "detector":
        options = GroundingDinoOptions(box_threshold=1e-6, text_threshold=0, floor=1e-6, overlap=1)
        mine, theirs = (boxes(GroundingDino(spec(folder, one), options), image) for one in (device, "cpu"))
        return f"best 20 scores within {np.abs(mine - theirs).max():.1g}, of {theirs.max():.2g}"
    if name == "sam2":
        mine, theirs = (pixels_of(MODELS[name][1](spec(folder, one)), image) for one in (device, "cpu"))
        return f"{100 * (mine == theirs).mean():.2f} % of the masks' pixels"
    if name == "classifier":
        options = OpenClipOptions()
        models = [ZeroShotClassifier(OpenClip(spec(folder, one), options)) for one in (device, "cpu")]
        mine, theirs = (np.array(sorted(model.CLASSIFY(image, LABELS).scores.values())) for model in models)
        return f"scores within {np.abs(mine - theirs).max():.1g}"
    return "not compared"


def measure(name: str, device: str) -> str:
    """A row of the table."""
    make, backend, tools, called, more = MODELS[name]
    with TemporaryDirectory() as place:
        folder = Path(place)
        torch.manual_seed(0)
        make(folder)
        registry = Registry()
        model = backend(spec(folder, device))
        registry.add(tools(model))
        served, pictures = Executor(registry), photos(folder, 0, CALLS * (ROUNDS + 1) + 8)
        alone, together, sizes = list[float](), list[float](), set[int]()
        for number in range(ROUNDS + 1):  # the first warms up
            some, single = pictures[number * CALLS :][:CALLS], pictures[-8:]
            start = perf_counter()
            calls = [future.result() for future in [served.submit(called, (one, *more), {}) for one in some]]
            together.append(1e3 * (perf_counter() - start) / CALLS)
            assert not any(call.error for call in calls), calls[0].error
            sizes.update(call.batch for call in calls)
            if number == ROUNDS:
                start = perf_counter()
                assert not any(served.call(called, (one, *more), {}).error for one in single)
                alone.append(1e3 * (perf_counter() - start) / len(single))
        together = together[1:]
        spread = f"{statistics.median(together):.2f} ({min(together):.2f} to {max(together):.2f})"
        told = same(name, folder, device, pictures[0])
    return f"| {name}: {make.__doc__} | {spread} | {max(sizes)} | {alone[0]:.2f} | {told} |"


def main() -> None:
    """Print the table."""
    device, *names = sys.argv[1:] or ["cuda"]
    where = torch.cuda.get_device_name() if device.startswith("cuda") else "the processor"
    print(
        f"{where}, torch {torch.__version__}, transformers {transformers.__version__}, {CALLS} calls, {ROUNDS} rounds\n"
    )
    print("| model | ms a call, issued together | largest batch | ms a call, one by one | the same |")
    print("|---|---|---|---|---|")
    for name in names or MODELS:
        print(measure(name, device), flush=True)


if __name__ == "__main__":
    main()
