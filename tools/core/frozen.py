"""Base class for tables of TOML files, such as profiles and the manifest of weights."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable table that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
