"""Loads checkpoints with the classes of transformers, and rejects incomplete ones."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.errors import WeightsError
from .spec import Spec


def load_model(kind: Any, spec: Spec, *, half: bool = True, **more: Any) -> Any:
    """Load a model for inference on the spec's device.

    kind: a class with `from_pretrained`. half: 16 bits are enough on a GPU. more: further arguments.
    Prefers safetensors; pickles are read with `weights_only`. Missing weights, which transformers initializes randomly
    with a warning, are an error here.
    Raises WeightsError if files are missing or damaged, or weights are missing, unexpected or of the wrong shape.
    """
    folder = spec.path()
    options = {"local_files_only": True, "trust_remote_code": spec.remote_code, "dtype": spec.dtype(half=half)}
    try:
        from transformers.utils import logging

        with quietly(logging):
            model, found = kind.from_pretrained(
                str(folder), output_loading_info=True, ignore_mismatched_sizes=True, **options, **more
            )
    except Exception as error:
        raise broken(folder, error) from error
    for what in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        require_none(what.replace("_", " "), sorted(map(str, found[what])), folder)
    return model.to(spec.device).eval()


def load_processor(kind: Any, spec: Spec, **options: Any) -> Any:
    """Load a processor, tokenizer or image processor. Raises WeightsError."""
    folder = spec.path()
    try:
        return kind.from_pretrained(str(folder), local_files_only=True, trust_remote_code=spec.remote_code, **options)
    except Exception as error:
        raise broken(folder, error) from error


@contextmanager
def quietly(logging: Any) -> Generator[None]:
    """A context without progress bars and warnings, since problems with weights are raised as errors here.

    logging: the logging module of transformers or diffusers.
    """
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def require_none(what: str, names: list[str], place: Path) -> None:
    """Raise WeightsError that lists `names` if there are any."""
    if names:
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        raise WeightsError(
            f"The weights in {place} do not match the model: {what} {listed}.",
            hint="They are for another model or version; check `backend` and `weights` in the profile.",
        )


def broken(place: Path, error: Exception) -> WeightsError:
    """A library's error about unreadable weights, in one line."""
    said = " ".join(str(error).split())[:300]
    hint = "Pull them again, or check `backend` and `weights` in the profile."
    return WeightsError(f"The weights in {place} cannot be used ({type(error).__name__}: {said}).", hint=hint)
