"""Loads open_clip models with its public loader, and rejects weights that do not match completely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from ...core.errors import ToolError, WeightsError
from ...core.frozen import Frozen
from ...runtime.checkpoints import broken, require_none
from ...runtime.spec import Spec
from ...weights.sources import PlainPath

_USUAL = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "model.safetensors",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
)
"""In order of preference, as in open_clip's `create_model`."""

_ENDINGS = (".safetensors", ".bin", ".pth", ".pt")
_PREPROCESSING = ("mean", "std", "interpolation", "resize_mode")
_WIDEST = 64


class OpenClipOptions(Frozen):
    """Options of this backend in a profile.

    model: open_clip's name of the architecture, such as "ViT-B-32" or "ViT-B-16-SigLIP"; weights by OpenAI and MetaCLIP
        need the names ending in "-quickgelu". Empty for a folder in open_clip's hub format, which has the name in
        `open_clip_config.json`.
    file: the checkpoint in the folder, if it does not have one of open_clip's usual names.
    tag: open_clip's name for the weights, such as "openai" or "laion2b_s32b_b82k", which determines the preprocessing
        of images. Only needed if it differs between weights of the architecture; fine-tuned weights use their base
        model's.
    batch: images, or texts, per pass.
    prompts: the texts that represent a label in CLASSIFY (see `tools/name/zero_shot.py`).
    threshold: minimum score of a true statement in VERIFY (see `tools/name/matching.py`).
    """

    model: str = ""
    file: PlainPath | None = None
    tag: str = ""
    batch: PositiveInt = 16
    prompts: Literal["template", "ensemble", "cupl", "both"] = "ensemble"
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def _the_format_of_hubs_says_it_all(self) -> Self:
        if not self.model and (self.file is not None or self.tag):
            raise ValueError("`file` and `tag` need `model`: open_clip's own format says them itself")
        return self


@dataclass(frozen=True)
class Loaded:
    """A network with its image transform and tokenizer.

    narrow: whether the transform resizes the shorter side and crops the centre.
    """

    network: Any
    preprocess: Any
    tokenizer: Any
    device: str
    dtype: Any
    narrow: bool

    def parameters(self) -> Any:
        """Of the network, for the shelf."""
        return self.network.parameters()

    def buffers(self) -> Any:
        """Of the network, for the shelf."""
        return self.network.buffers()

    def pixels(self, image: Any) -> Any:
        """Transform a Pillow image to the network's input, shape (3, height, width)."""
        return self.preprocess(middle(image) if self.narrow else image)

    def tokens(self, texts: Sequence[str]) -> Any:
        """Token ids of shape (texts, context length). Raises ToolError for a text that would be truncated."""
        room = self.tokenizer.context_length
        tokens = self.tokenizer(list(texts))
        if getattr(self.tokenizer, "tokenizer_mode", "") == "clips":
            return tokens  # its class token is at the end regardless of length
        whole = self.tokenizer(list(texts), context_length=2 * room)
        for text, cut in zip(texts, (tokens != whole[:, :room]).any(dim=1).tolist(), strict=True):
            if cut:
                raise ToolError(
                    f"The text is longer than the {room} tokens that the contrastive model reads: {text[:60]!r}.",
                    hint="Use a shorter one, a sentence of at most 30 words.",
                )
        return tokens


def middle(image: Any) -> Any:
    """The centre of a very long Pillow image: resizing a strip of one pixel's height would exhaust the memory."""
    short, long = sorted(image.size)
    if long <= _WIDEST * short:
        return image
    cut = (long - _WIDEST * short) // 2
    box = (cut, 0, long - cut, short) if image.width == long else (0, cut, short, long - cut)
    return image.crop(box)


def load(spec: Spec, options: OpenClipOptions) -> Loaded:
    """Load the network on the spec's device.

    Raises WeightsError if files are missing or damaged, or weights are missing, unexpected or of the wrong shape.
    """
    place = spec.path()
    checkpoint = _checkpoint(place, options)
    dtype = spec.dtype(half=False)  # with 16 bits, rounding errors would exceed differences between labels
    try:
        network, preprocess = _create(checkpoint, options, spec.device, dtype)
        tokenizer = _tokenizer(checkpoint.parent, options, spec)
    except WeightsError:
        raise
    except Exception as error:
        raise broken(checkpoint, error) from error
    _require_same(network, checkpoint)
    mode = network.visual.preprocess_cfg["resize_mode"]
    return Loaded(network.eval(), preprocess, tokenizer, spec.device, dtype, mode == "shortest")


def _create(checkpoint: Path, options: OpenClipOptions, device: str, dtype: Any) -> tuple[Any, Any]:
    import torch

    library = _library()
    precision = {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}[dtype]
    common = {"precision": precision, "device": device, "weights_only": True}
    if not options.model:
        return library.create_model_from_pretrained(f"local-dir:{checkpoint.parent}", **common)
    tag = _tag(options)
    return library.create_model_from_pretrained(
        options.model,
        pretrained=str(checkpoint),
        force_quick_gelu=bool(tag.get("quick_gelu")) and bool(options.tag),
        **{f"image_{name}": tag[name] for name in _PREPROCESSING if tag.get(name) is not None},
        **common,
    )


def _tag(options: OpenClipOptions) -> dict[str, Any]:
    """The preprocessing config of pretrained weights, which open_clip only applies to weights it downloads itself.

    Otherwise, SigLIP weights from a file would get CLIP's preprocessing. Empty for an architecture without known
    weights. Raises WeightsError for an unknown tag, or if a tag is required.
    """
    library = _library()
    if options.model not in library.list_models():
        raise WeightsError(f"open_clip has no model {options.model!r}.", hint="`open_clip.list_models()` lists them.")
    tags = library.list_pretrained_tags_by_model(options.model)
    known: dict[str, dict[str, Any]] = {tag: library.get_pretrained_cfg(options.model, tag) for tag in tags}
    if options.tag:
        if options.tag not in known:
            hint = f"Known are {', '.join(known)}." if known else "It has none: leave `tag` out."
            raise WeightsError(f"open_clip has no weights {options.tag!r} of {options.model}.", hint=hint)
        return known[options.tag]
    ways = {str([tag.get(name) for name in _PREPROCESSING]) for tag in known.values()}
    if len(ways) > 1:
        raise WeightsError(
            f"Weights of {options.model} differ in how images are resized and normalised for them.",
            hint=f"Say in the profile which these are, or come from: tag = one of {', '.join(known)}.",
        )
    return next(iter(known.values())) if known else {}


def _checkpoint(place: Path, options: OpenClipOptions) -> Path:
    """The file with the weights. Raises WeightsError if there is none, or several."""
    if place.is_file():
        if not options.model:
            raise WeightsError(f"{place} does not say what model it is for.", hint="Name it in the profile: `model`.")
        return place
    if options.file is not None:
        if not (place / options.file).is_file():
            raise WeightsError(f"There is no file {options.file} in {place}.", hint="Check `file` in the profile.")
        return place / options.file
    usual = [place / name for name in _USUAL if (place / name).is_file()]
    others = sorted(path for path in place.glob("*") if path.suffix in _ENDINGS)
    if usual or len(others) == 1:
        return [*usual, *others][0]
    if others:
        names = ", ".join(path.name for path in others)
        raise WeightsError(f"{place} has several checkpoints: {names}.", hint="Say in the profile which: `file`.")
    raise WeightsError(f"There is no checkpoint in {place}.", hint=f"It has a name such as {_USUAL[0]}.")


def _tokenizer(folder: Path, options: OpenClipOptions, spec: Spec) -> Any:
    """The model's tokenizer; for the hub format, from the weights' folder, as in open_clip."""
    library = _library()
    name = options.model or f"local-dir:{folder}"
    config = library.get_model_config(name)["text_cfg"]
    if not config.get("hf_tokenizer_name"):
        return library.get_tokenizer(name)
    return library.tokenizer.HFTokenizer(
        str(folder),
        context_length=config.get("context_length", 77),
        tokenizer_mode=config.get("tokenizer_mode"),
        local_files_only=True,
        trust_remote_code=spec.remote_code,
        **config.get("tokenizer_kwargs", {}),
    )


def _require_same(network: Any, checkpoint: Path) -> None:
    """Reject what `load_checkpoint` fixes silently: a missing SigLIP bias, position embeddings of another size."""
    stored = _stored_shapes(checkpoint)
    if not stored:
        return
    if network.logit_bias is not None and "logit_bias" not in stored:
        require_none("missing keys", ["logit_bias"], checkpoint)
    other: list[str] = []
    for name, value in network.state_dict().items():
        # Older checkpoints have the text's position embeddings without the prefix.
        found = stored.get(name) or stored.get(name.removeprefix("text."))
        if name.endswith(("positional_embedding", "pos_embed")) and found not in (None, tuple(value.shape)):
            other.append(f"{name} {found} for {tuple(value.shape)}")
    require_none("mismatched keys", other, checkpoint)


def _stored_shapes(checkpoint: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes in a checkpoint, without values; empty for other formats."""
    if checkpoint.suffix in (".npz", ".npy"):
        return {}
    if checkpoint.suffix == ".safetensors":
        from safetensors import safe_open

        reader: Any = safe_open
        with reader(str(checkpoint), framework="pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    stored = _library().factory.load_state_dict(str(checkpoint), device="meta")
    return {name: tuple(value.shape) for name, value in stored.items()}


def _library() -> Any:
    """open_clip, which is untyped."""
    return import_module("open_clip")
