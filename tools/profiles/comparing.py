"""The contrastive model of a profile, for people who look at what it thinks."""

from __future__ import annotations

from typing import Any

from ..compare.convex import ConvexCombination
from ..core.errors import InputError
from ..models.encode.contrastive import Contrastive
from .builtin_tools import Assembly, check_profile
from .plugins import Register
from .profile import DEFAULT, load_profile


def contrastive_model(register: Register, name: str = "") -> tuple[str, Contrastive]:
    """A model of the profile that compares images with texts, and its name; by default the one behind CLASSIFY.

    Raises InputError if the profile has no such model, or it compares none.
    """
    profile = check_profile(register.profile or load_profile(DEFAULT))
    chosen = name or profile.tools.get("CLASSIFY", "")
    if chosen not in profile.models:
        told = f"no model {chosen!r}" if name else "no model behind CLASSIFY"
        hint = f"Its models are {', '.join(profile.models)}."
        raise InputError(f"The profile {profile.name} has {told}.", hint=hint)
    model: Any = Assembly(register, profile).model(chosen)
    if profile.models[chosen].backend == "efficientnet-lite":
        classifier, encoder, _ = model
        return chosen, ConvexCombination(classifier, encoder)
    if not (hasattr(model, "image_vectors") and hasattr(model, "text_vectors")):
        hint = "Choose one whose backend is open-clip or efficientnet-lite."
        raise InputError(f"The model {chosen} of {profile.name} does not compare images with texts.", hint=hint)
    return chosen, model
