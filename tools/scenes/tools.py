"""Oracle tools with an open vocabulary, which look up scene graphs instead of pixels.

They make no perception errors, so what still goes wrong is due to the program. They never see the question.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..albums.look import PhotoLooker
from ..clips.look import Looker
from ..core.registry import Registry
from ..profiles.profile import Profile
from .finder import SceneFinder
from .graph import SceneGraph
from .teller import SceneTeller

_ON_PIXELS = ("BRIGHTNESS",)


def register_scenes(registry: Registry, graphs: Mapping[str, SceneGraph]) -> None:
    """Add the tools that look up scene graphs. graphs: by the `source` of the pixels."""
    finder = SceneFinder(graphs)
    registry.add(finder, SceneTeller(graphs), Looker(finder), PhotoLooker(finder))


def on_pixels(profile: Profile) -> Profile:
    """The profile with the settings for what scene graphs lack, such as how bright things are."""
    kept = {tool: model for tool, model in profile.tools.items() if tool in _ON_PIXELS}
    return profile.model_copy(update={"tools": kept})
