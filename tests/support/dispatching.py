"""An executor of one tool or tool set."""

from __future__ import annotations

from typing import Any

from looksmith.tools.core.registry import Registry
from looksmith.tools.engine.executor import Executor


def executor(tools: Any) -> Executor:
    registry = Registry()
    registry.add(tools)
    return Executor(registry)
