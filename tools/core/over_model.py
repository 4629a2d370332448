"""Base class of tool sets on one model, which is loaded on the first call and named in traces."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Loadable(Protocol):
    """A model that can be loaded."""

    @property
    def backend(self) -> str:
        """Its name in traces."""
        ...

    def load(self) -> None:
        """Load the model into memory, or connect to its server. Idempotent.

        Raises WeightsError, PrerequisiteError for missing packages, ToolError if the server is unavailable.
        """
        ...


M = TypeVar("M", bound=Loadable)


class OverModel(Generic[M]):
    """A tool set on a model, or a model on another one."""

    def __init__(self, model: M) -> None:
        self.model = model

    @property
    def backend(self) -> str:
        """The model's name in traces."""
        return self.model.backend

    def load(self) -> None:
        """Load the model. Raises what the model's `load` raises."""
        self.model.load()
