"""Checkpoints in the format of transformers, loaded by its own classes and never half."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core.errors import WeightsError
from .spec import Spec


def load_model(kind: Any, spec: Spec, *, half: bool = True, **more: Any) -> Any:
    """A model for inference on the spec's device.

    kind: a class with `from_pretrained`. half: 16 bits are enough on a GPU. more: what else `from_pretrained` is told.
    Safetensors come first; pickles are read with `weights_only`. transformers fills weights that a checkpoint lacks
    with random numbers and only warns: here that is an error.
    Raises WeightsError when files are missing or damaged, or weights are missing, superfluous or of another shape.
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
    """A processor, tokenizer or image processor. Raises WeightsError."""
    folder = spec.path()
    try:
        return kind.from_pretrained(str(folder), local_files_only=True, trust_remote_code=spec.remote_code, **options)
    except Exception as error:
        raise broken(folder, error) from error


@contextmanager
def quietly(logging: Any) -> Generator[None]:
    """Without progress bars and warnings: what is wrong with weights is told as an error here.

    logging: the module of transformers or diffusers that has the switches.
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
    """Raises WeightsError that lists `names` when there are any."""
    if names:
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        raise WeightsError(
            f"The weights in {place} do not fit the model: {what} {listed}.",
            hint="They are for another model or version; check `backend` and `weights` in the profile.",
        )


def broken(place: Path, error: Exception) -> WeightsError:
    """What a library said about weights that it could not read, in one line."""
    said = " ".join(str(error).split())[:300]
    hint = "Pull them again, or check `backend` and `weights` in the profile."
    return WeightsError(f"The weights in {place} cannot be used ({type(error).__name__}: {said}).", hint=hint)
