"""A second device in name only: what works on it has a chance to work on a GPU, and what a GPU would refuse fails.

Tensors that are made on "cuda", or moved there, lie in ordinary memory, but remember it: they cannot be mixed with
tensors of the processor, and numpy cannot read them before `cpu()`. How a GPU rounds is not simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch.overrides import TorchFunctionMode

NAME = "cuda"
_PRIVATE: Any = torch
_MIXED = {torch.Tensor.__getitem__, torch.Tensor.__setitem__, _PRIVATE._has_compatible_shallow_copy_type}
"""Functions that take tensors of two devices: indices may be the processor's, and the last only asks about two."""


class Elsewhere(torch.Tensor):
    """A tensor of the second device."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do what the processor does, unless a GPU would not."""
        kwargs = kwargs or {}
        if func == torch.Tensor.device.__get__:  # type: ignore[attr-defined]
            return torch.device(NAME, 0)
        if func in (torch.Tensor.numpy, torch.Tensor.__array__):
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        with torch._C.DisableTorchFunctionSubclass():
            if func not in _MIXED and not all(isinstance(one, cls) for one in _lying(args, kwargs)):
                raise RuntimeError(f"Expected all tensors to be on the same device: {func}")
            result = func(*args, **kwargs)
        leaves = func is torch.Tensor.cpu or (func is torch.Tensor.to and "cpu" in map(str, args))
        return _marked(result, torch.Tensor if leaves else cls)


def _lying(*values: Any) -> Generator[torch.Tensor]:
    """The tensors in values that lie somewhere: numbers, which have no axes, may be used anywhere."""
    for value in values:
        if isinstance(value, torch.Tensor):
            if value.dim():
                yield value
        elif isinstance(value, list | tuple):
            yield from _lying(*value)
        elif isinstance(value, dict):
            yield from _lying(*value.values())


def _marked(value: Any, kind: type[torch.Tensor]) -> Any:
    if isinstance(value, torch.Tensor):
        with torch._C.DisableTorchFunctionSubclass():
            return value.as_subclass(kind)
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        return type(value)(_marked(one, kind) for one in value)
    return {name: _marked(one, kind) for name, one in value.items()} if isinstance(value, dict) else value


class _Making(TorchFunctionMode):
    """Tensors that are made on the second device, or moved there, are marked."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        moved = func is torch.Tensor.to and any(_is_it(one) for one in args[1:])
        if not moved and not _is_it(kwargs.get("device")):
            return func(*args, **kwargs)
        kwargs.pop("device", None)
        return _marked(func(*(("cpu" if _is_it(one) else one) for one in args), **kwargs), Elsewhere)


def _is_it(device: Any) -> bool:
    return isinstance(device, str | torch.device) and str(device).startswith(NAME)


@contextmanager
def second_device() -> Generator[None]:
    """A context in which "cuda" is the second device, for all that is done in this thread."""
    load: Callable[..., Any] = torch.load

    def loaded(*args: Any, map_location: Any = None, **kwargs: Any) -> Any:
        read = load(*args, map_location="cpu", **kwargs)
        return _marked(dict(read), Elsewhere) if _is_it(map_location) else read

    replaced = torch.__future__.get_overwrite_module_params_on_conversion()
    torch.__future__.set_overwrite_module_params_on_conversion(True)  # the data of a parameter cannot be marked
    try:
        with patch.object(torch, "load", loaded), _Making():
            yield
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(replaced)
