"""looksmith: answers questions about images with small programs, and records every step.

    from looksmith import ask
    print(ask("photo.jpg", "How many people are there?").answer)

Public names load their modules on first use, which keeps `import looksmith` fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from looksmith import runs
    from looksmith.agent.doors.api import ask, run
    from looksmith.tools.core.registry import Registry
    from looksmith.tools.core.tool import Scored, tool
    from looksmith.tools.core.values import Box, Image, Mask, Point, Video

_HOME = {
    "ask": "agent.doors.api",
    "run": "agent.doors.api",
    "Registry": "tools.core.registry",
    "tool": "tools.core.tool",
    "Scored": "tools.core.tool",
    "Box": "tools.core.values",
    "Image": "tools.core.values",
    "Mask": "tools.core.values",
    "Point": "tools.core.values",
    "Video": "tools.core.values",
}

__all__ = ["Box", "Image", "Mask", "Point", "Registry", "Scored", "Video", "ask", "run", "runs", "tool"]


def __getattr__(name: str) -> Any:
    """Import a public name from its module (PEP 562)."""
    if name == "runs":
        return import_module("looksmith.runs")
    if name not in _HOME:
        raise AttributeError(f"module 'looksmith' has no attribute {name!r}")
    return getattr(import_module(f"looksmith.{_HOME[name]}"), name)
