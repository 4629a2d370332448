"""Tools with the limits that a profile sets for their calls, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.registry import Registry
from ..core.tool import Tool
from .profile import Limit, Profile


def limited(registry: Registry, profile: Profile) -> Registry:
    """The same tools with the profile's time limits, and apart from us where it says so."""
    return registry.mapped(lambda tool: _limited(tool, limits_of(tool, profile)))


def memory_of(registry: Registry, profile: Profile) -> dict[str, float]:
    """Gigabytes that the process of a tool may allocate, 0 where nothing is said, by tool."""
    return {tool.name: max((one.memory_gb for one in limits_of(tool, profile)), default=0.0) for tool in registry}


def limits_of(tool: Tool, profile: Profile) -> list[Limit]:
    """What the profile says of a tool, of its plug-in first, of itself last."""
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
