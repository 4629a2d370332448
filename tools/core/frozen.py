"""Tables of TOML files, such as the manifest of weights and profiles, as values."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A table: unknown keys are errors, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid")
