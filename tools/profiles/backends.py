"""The backends for profiles: their requirements, options and tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

from ..core.frozen import Frozen
from ..media.effects import Effects
from ..models.detect.grounding_dino import GroundingDino, GroundingDinoOptions
from ..models.detect.groundingdino_package import ENVIRONMENT as GROUNDINGDINO_ENVIRONMENT
from ..models.detect.groundingdino_package import GroundingDinoPackage, PackageOptions
from ..models.detect.nanodet import NanoDet, NanoDetOptions
from ..models.detect.owl import Owl, OwlOptions
from ..models.detect.rapid_ocr import RapidOcr
from ..models.encode.dino import Dino, DinoOptions
from ..models.encode.efficientnet import EfficientNet, read_classes
from ..models.encode.minilm import MiniLM
from ..models.encode.open_clip import OpenClip
from ..models.encode.open_clip_files import OpenClipOptions
from ..models.language.captioners import Blip, BlipOptions, Coca, CocaOptions
from ..models.language.transformers_vlm import TransformersVlm, TransformersVlmOptions
from ..models.people.mtcnn import Mtcnn, MtcnnOptions
from ..models.pixels.depth import DepthEstimator, DepthOptions
from ..models.pixels.inpainting import Inpainter, InpainterOptions
from ..models.pixels.mask2former import Mask2Former, Mask2FormerOptions
from ..models.pixels.sam import Sam, SamOptions
from ..models.pixels.sam2 import Sam2, Sam2Options
from ..models.pixels.sam2_video import Sam2Video
from ..name.answering import Answerer, Captioner, Described, StatementAsker
from ..name.asked_names import AskedNamer, Chooser
from ..name.classify import Classifier
from ..name.matching import Matcher, Similarity
from ..name.naming import Namer
from ..name.open_naming import OpenNamer
from ..name.zero_shot import Describes, ZeroShotClassifier
from ..runtime.isolated import Environment
from ..runtime.spec import Spec
from ..see.color.color import ColorNamer
from ..see.find.notes import NoteTaker
from ..see.find.open_finder import OpenFinder
from ..see.finders.faces import Faces
from ..see.finders.phrase_eye import MORE, PhraseEye
from ..see.finders.sights import Eyes
from ..see.pixels.depth import DepthMeter
from ..see.pixels.panoptic import SceneSegmenter
from ..see.pixels.pointing import Pointer
from ..see.pixels.prompted import PromptedSegmenter
from ..see.pixels.replace import Replacer
from ..see.pixels.segment import Segmenter
from ..see.pixels.track import Tracker
from ..see.text.read import Reader
from ..served.likelihood import LikelyChooser, LikelyVerifier
from ..served.offer import finder, lacks
from ..served.served_vlm import ServedVlm, ServedVlmOptions
from ..weights.store import Weights
from ..words import coco_classes
from ..words.kinds import Kinds
from ..words.wordnet import WordNet
from .pocket import pocket_finder

FIND = ("LOC", "DETECT", "EXISTS", "COUNT", "THINGS", "PARTNER", "VERIFY")


class Parts(Protocol):
    """Access to the profile's other models and tool sets, for tools that need more than one."""

    def serving(self, tool: str) -> Any:
        """The tool set that serves a tool of the profile; None if there is none, or for a circular request."""
        ...

    @property
    def weights(self) -> Weights:
        """The store of weights."""
        ...

    @property
    def describer(self) -> Describes | None:
        """The source of label descriptions."""
        ...


@dataclass(frozen=True)
class ToolSet:
    """A group of tools. make: creates their tool set from a backend's model and the profile's other parts."""

    tools: tuple[str, ...]
    make: Callable[[Any, Parts], Any]


class NoOptions(Frozen):
    """The options of a backend without options."""


@dataclass(frozen=True)
class Backend:
    """A backend: a way to run a model.

    make: from a spec and options of the class `options`; no weights are read yet.
    packages: what is imported when it loads; extra: the optional dependencies that bring them.
    environment: where it runs, when its packages clash with the others.
    settled: do weights and options alone decide what it says? Of a server, and of texts that a language model wrote,
        nobody knows when they change.
    server: of a model that runs elsewhere, what its options say: where it is, and how many calls it takes at once.
    lacks: why this model cannot serve one of the backend's tools; "" where it can.
    """

    make: Callable[[Spec, Any], Any]
    sets: tuple[ToolSet, ...]
    packages: tuple[str, ...]
    extra: str
    options: type[Frozen] = NoOptions
    environment: Environment | None = None
    settled: Callable[[Any], bool] = lambda options: True
    server: Callable[[Any], tuple[str, int]] | None = None
    lacks: Callable[[Any, str], str] = lambda model, tool: ""

    @property
    def tools(self) -> tuple[str, ...]:
        """All tools that it can serve."""
        return tuple(name for one in self.sets for name in one.tools)

    def set_of(self, tool: str) -> ToolSet:
        """The group with this tool."""
        return next(one for one in self.sets if tool in one.tools)


_SPEAKING = (
    ToolSet(("VQA",), lambda model, _: Answerer(model)),
    ToolSet(("CAPTION",), lambda model, _: Captioner(Described(model))),
    ToolSet(("POINT",), lambda model, _: Pointer(model)),
    ToolSet(("NAME",), lambda model, _: AskedNamer(model)),
)
_ANSWERING = (
    *_SPEAKING,
    ToolSet(("VERIFY",), lambda model, _: StatementAsker(model)),
    ToolSet(("CLASSIFY",), lambda model, _: Chooser(model)),
)
_SERVED = (
    *_SPEAKING,
    ToolSet(("VERIFY",), lambda model, _: LikelyVerifier(model)),
    ToolSet(("CLASSIFY",), lambda model, _: LikelyChooser(model)),
    ToolSet(
        tuple(tool for tool in FIND if tool != "VERIFY"),
        lambda model, parts: finder(
            model, WordNet(parts.weights), parts.serving("VERIFY") or parts.serving("MATCH"), parts.serving("VQA")
        ),
    ),
)


def _zero_shot(model: OpenClip, parts: Parts) -> ZeroShotClassifier:
    return ZeroShotClassifier(model, parts.describer, model.options.prompts)


def _open_namer(model: OpenClip, parts: Parts) -> OpenNamer:
    store, asker = parts.weights, parts.serving("VQA")
    kinds = cache(lambda: Kinds(read_classes(store.path("imagenet-names"))[0], WordNet(store)))
    everyday = (*coco_classes.CLASSES, *MORE)
    return OpenNamer(_zero_shot(model, parts), kinds, everyday, AskedNamer(asker.model) if asker else None)


_CONTRASTIVE = (
    ToolSet(("CLASSIFY",), _zero_shot),
    ToolSet(("NAME",), _open_namer),
    ToolSet(("VERIFY", "MATCH"), lambda model, _: Matcher(model, model.options.threshold)),
    ToolSet(("SIMILAR", "NEAREST_IMAGES"), lambda model, _: Similarity(model)),
)
_CAPTIONS = (ToolSet(("CAPTION",), lambda model, _: Captioner(model)),)
_PROMPTED = ToolSet(("SEGMENT",), lambda model, parts: PromptedSegmenter(model, parts.serving("LOC")))


def _open_finder(model: Any, parts: Parts) -> OpenFinder:
    """Use the profile's tools for pointing, questions and verification, if there are any.

    MATCH has its own VERIFY, for profiles whose VERIFY is the finder's.
    """
    eye = PhraseEye(model, WordNet(parts.weights))
    verifier = parts.serving("VERIFY") or parts.serving("MATCH")
    return OpenFinder(eye, ColorNamer(), verifier, parts.serving("POINT"), parts.serving("VQA"))


_OPEN = ToolSet(FIND, _open_finder)


def _detector(parts: Parts) -> Any:
    """The detector behind LOC, if it has a fixed vocabulary."""
    return getattr(parts.serving("LOC"), "detector", None)


def _classifier(models: tuple[EfficientNet, MiniLM, WordNet], parts: Parts) -> Classifier:
    manner = getattr(parts.serving("LOC"), "manner", None)
    return Classifier(*models, _detector(parts), parts.serving("COLOR"), manner)


def _notes(network: EfficientNet, parts: Parts) -> NoteTaker:
    finder = parts.serving("THINGS")
    return NoteTaker(finder.eyes if finder else Eyes(()), network, parts.serving("COLOR"), parts.serving("READ"))


BACKENDS: Mapping[str, Backend] = MappingProxyType(
    {
        "nanodet": Backend(
            lambda spec, options: NanoDet(spec.store, spec.device, threshold=options.threshold),
            (ToolSet(FIND, lambda model, parts: pocket_finder(model, parts.serving("READ"))),),
            ("torch",),
            "pocket",
            NanoDetOptions,
        ),
        "grounding-dino": Backend(
            GroundingDino, (_OPEN,), ("torch", "torchvision", "transformers"), "gdino", GroundingDinoOptions
        ),
        "groundingdino-py": Backend(
            GroundingDinoPackage, (_OPEN,), ("torch",), "gdino", PackageOptions, GROUNDINGDINO_ENVIRONMENT
        ),
        "owl": Backend(Owl, (_OPEN,), ("torch", "transformers"), "gdino", OwlOptions),
        "sam": Backend(Sam, (_PROMPTED,), ("torch", "torchvision", "segment_anything"), "sam", SamOptions),
        "sam2": Backend(Sam2, (_PROMPTED,), ("torch", "torchvision", "transformers"), "sam", Sam2Options),
        "sam2-video": Backend(
            lambda spec, _: Sam2Video(spec),
            (ToolSet(("TRACK",), lambda model, _: Tracker(model)),),
            ("av", "torch", "torchvision", "transformers"),
            "sam,video",
        ),
        "mask2former": Backend(
            Mask2Former,
            (ToolSet(("SEGMENT_ALL",), lambda model, _: SceneSegmenter(model)),),
            ("scipy", "torch", "torchvision", "transformers"),
            "sam",
            Mask2FormerOptions,
        ),
        "vlm": Backend(
            TransformersVlm, _ANSWERING, ("torch", "torchvision", "transformers"), "vlm", TransformersVlmOptions
        ),
        "served-vlm": Backend(
            ServedVlm,
            _SERVED,
            ("openai",),
            "vlm",
            ServedVlmOptions,
            settled=lambda options: False,
            server=lambda options: (options.base_url, options.parallel),
            lacks=lacks,
        ),
        "open-clip": Backend(
            OpenClip,
            _CONTRASTIVE,
            ("torch", "torchvision", "open_clip"),
            "clip",
            OpenClipOptions,
            settled=lambda options: options.prompts in ("template", "ensemble"),
        ),
        "coca": Backend(Coca, _CAPTIONS, ("torch", "torchvision", "open_clip"), "clip", CocaOptions),
        "depth": Backend(
            DepthEstimator,
            (ToolSet(("DEPTH", "NEARER"), lambda model, _: DepthMeter(model)),),
            ("torch", "torchvision", "transformers"),
            "vlm",
            DepthOptions,
        ),
        "dino": Backend(
            Dino,
            (ToolSet(("SIMILAR", "NEAREST_IMAGES"), lambda model, _: Similarity(model)),),
            ("torch", "torchvision", "transformers"),
            "vlm",
            DinoOptions,
        ),
        "pillow": Backend(
            lambda spec, _: None,
            (ToolSet(("COLORPOP", "BLUR_BACKGROUND", "TAG", "HIDE_FACES"), lambda _, __: Effects()),),
            ("PIL",),
            "pocket",
        ),
        "diffusers": Backend(
            Inpainter,
            (ToolSet(("REPLACE",), lambda model, _: Replacer(model)),),
            ("accelerate", "diffusers", "torch", "transformers"),
            "replace",
            InpainterOptions,
        ),
        "blip": Backend(Blip, _CAPTIONS, ("torch", "torchvision", "transformers"), "vlm", BlipOptions),
        "efficientnet-lite": Backend(
            lambda spec, _: (
                EfficientNet(spec.store, spec.device),
                MiniLM(spec.store, spec.device),
                WordNet(spec.store),
            ),
            (
                ToolSet(("CLASSIFY",), _classifier),
                ToolSet(("NAME",), lambda models, parts: Namer(models[0], models[2], _detector(parts))),
                ToolSet(("CAPTION",), lambda models, parts: _notes(models[0], parts)),
            ),
            ("torch", "efficientnet_lite_pytorch", "safetensors", "tokenizers"),
            "pocket",
        ),
        "lab-colors": Backend(
            lambda spec, _: None, (ToolSet(("COLOR", "BRIGHTNESS"), lambda _, __: ColorNamer()),), ("cv2",), "pocket"
        ),
        "rapidocr": Backend(
            lambda spec, _: RapidOcr(spec.store),
            (ToolSet(("READ",), lambda model, parts: Reader(model, WordNet(parts.weights))),),
            ("rapidocr", "onnxruntime"),
            "pocket",
        ),
        "mtcnn": Backend(
            lambda spec, options: Mtcnn(spec.store, spec.device, options.threshold),
            (ToolSet(("FACES",), lambda model, _: Faces(model, model.threshold)),),
            ("torch",),
            "pocket",
            MtcnnOptions,
        ),
        "grabcut": Backend(
            lambda spec, _: None, (ToolSet(("SEGMENT",), lambda _, __: Segmenter()),), ("cv2",), "pocket"
        ),
    }
)


def environments() -> dict[str, Environment]:
    """The environments of backends with conflicting packages, by name."""
    found = (backend.environment for backend in BACKENDS.values())
    return {one.name: one for one in found if one is not None}
