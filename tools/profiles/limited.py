"""Applies a profile's limits to tools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.registry import Registry
from ..core.tool import Tool
from .profile import Limit, Profile


def limited(registry: Registry, profile: Profile) -> Registry:
    """The same tools with the profile's time limits and isolation."""
    return registry.mapped(lambda tool: _limited(tool, limits_of(tool, profile)))


def memory_of(registry: Registry, profile: Profile) -> dict[str, float]:
    """Memory limit in gigabytes of each isolated tool's process, by tool; 0 for the default."""
    return {tool.name: max((one.memory_gb for one in limits_of(tool, profile)), default=0.0) for tool in registry}


def limits_of(tool: Tool, profile: Profile) -> list[Limit]:
    """The limits for a tool: those of its plug-in first, its own last."""
    name = profile.tools.get(tool.name, "")
    model = profile.models.get(name)
    of_model = [Limit(isolated=True)] if model is not None and model.isolated else []
    named = (profile.limits.get(one) for one in (tool.origin, name, tool.name))
    return [*of_model, *(one for one in named if one is not None)]


def _limited(tool: Tool, limits: Iterable[Limit]) -> Tool:
    options = tool.options
    for one in limits:
        timeout = options.timeout if one.timeout is None else one.timeout
        isolated = options.isolated if one.isolated is None else one.isolated
        options = replace(options, timeout=timeout, isolated=isolated)
    return tool if options == tool.options else replace(tool, options=options)
