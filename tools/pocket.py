"""The built-in tools, on models that run on two CPU cores."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from . import crop, geometry
from .classify import Classifier
from .color import ColorNamer
from .locate import Locator
from .models.efficientnet import EfficientNet
from .models.minilm import MiniLM
from .models.nanodet import NanoDet
from .models.rapid_ocr import RapidOcr
from .plugins import Register
from .read import Reader
from .segment import Segmenter
from .tool import is_tool


def register_tools(register: Register) -> None:
    """Add the pocket tools, the most used first.

    A tool whose packages are not installed is refused with the reason. Weights are not looked for: a tool whose
    weights have not been pulled says so when it is first called.
    """
    weights, device = register.weights, register.device
    _offer(register, Locator, lambda: Locator(NanoDet(weights, device)), "torch")
    register(*_tools_of(crop))
    _offer(
        register,
        Classifier,
        lambda: Classifier(EfficientNet(weights, device), MiniLM(weights, device)),
        *("torch", "efficientnet_lite_pytorch", "transformers"),
    )
    _offer(register, ColorNamer, ColorNamer, "cv2")
    _offer(register, Reader, lambda: Reader(RapidOcr(weights)), "rapidocr", "onnxruntime")
    _offer(register, Segmenter, Segmenter, "cv2")
    register(*_tools_of(geometry))


def _offer(register: Register, kind: type[Any], make: Callable[[], Any], *packages: str) -> None:
    """Add a tool set, or refuse each of its tools when a package is missing."""
    missing = [package for package in packages if find_spec(package) is None]
    if not missing:
        register(make())
        return
    reason = f"needs {' and '.join(missing)}: pip install 'looksmith[pocket]'"
    for name, member in vars(kind).items():
        if is_tool(member):
            register.refuse(name, reason)


def _tools_of(module: ModuleType) -> list[Any]:
    """The functions that a module declares as tools, in its order."""
    return [f for f in vars(module).values() if is_tool(f) and f.__module__ == module.__name__]
