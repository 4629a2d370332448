"""Devices of models: which ones torch can use on this machine, and error messages for the others."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ..core.errors import PrerequisiteError

DRIVER = (Path("/proc/driver/nvidia/version"), Path("/dev/nvidiactl"), Path("/dev/dxg"))
"""Paths that show an NVIDIA driver, the last one in WSL. Without any, importing torch to ask is unnecessary."""
_NAME = re.compile(r"(cpu|cuda|mps)(?::(\d+))?")


def resolve_device(device: str) -> str:
    """Resolve `auto` to `cuda` if torch can use an NVIDIA GPU, else `cpu`; other devices are unchanged."""
    if device != "auto":
        return device
    return "cuda" if any(path.exists() for path in DRIVER) and not _cuda_problem(0) else "cpu"


def device_problem(device: str) -> str:
    """Why torch cannot use the device here, in a sentence; "" if it can."""
    found = _NAME.fullmatch(device)
    if device == "auto":
        return ""
    if found is None:
        return f"There is no device {device!r:.40}: use auto, cpu, cuda, cuda:0, cuda:1 ... or mps."
    kind, number = found[1], int(found[2] or 0)
    problem = _cuda_problem(number) if kind == "cuda" else _mps_problem() if kind == "mps" else ""
    return f"The device {device} cannot be used: {problem}." if problem else ""


def unused_gpu() -> str:
    """Why torch cannot use the NVIDIA GPU whose driver is here, in a clause; "" if it can, or if there is no driver."""
    return _cuda_problem(0) if any(path.exists() for path in DRIVER) else ""


def require_device(device: str) -> None:
    """Raise PrerequisiteError if torch cannot use the device here."""
    problem = device_problem(device)
    if problem:
        raise PrerequisiteError(problem, hint="Use --device cpu, or auto.")


@cache
def _cuda_problem(number: int) -> str:
    if find_spec("torch") is None:
        return "torch is not installed"
    if _is_for_processors_only():
        return "the installed torch is built without CUDA"
    import torch

    if not torch.cuda.is_available():
        return "torch finds no NVIDIA GPU"
    count = torch.cuda.device_count()
    return "" if number < count else f"torch finds {count} GPU{'s' * (count > 1)}, and the first is cuda:0"


@cache
def _mps_problem() -> str:
    if find_spec("torch") is None:
        return "torch is not installed"
    import torch

    return "" if torch.backends.mps.is_available() else "torch finds no Apple GPU"


def _is_for_processors_only() -> bool:
    """The build of torch, from its version file, without importing it."""
    found = find_spec("torch")
    file = Path(found.origin).with_name("version.py") if found and found.origin else None
    if file is None or not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    return all(re.search(rf"^{kind}\b[^=\n]*= None", text, re.MULTILINE) for kind in ("cuda", "hip"))
