"""What tool sets over one model have in common: traces bear the model's name, and it is loaded at the first call."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Loadable(Protocol):
    """A model by its name and its weights."""

    @property
    def backend(self) -> str:
        """What traces call it."""
        ...

    def load(self) -> None:
        """Bring the model into memory, or find its server. A second call does nothing.

        Raises WeightsError, PrerequisiteError for missing packages, ToolError for a server that is not there.
        """
        ...


M = TypeVar("M", bound=Loadable)


class OverModel(Generic[M]):
    """A tool set over a model, or a model over another one."""

    def __init__(self, model: M) -> None:
        self.model = model

    @property
    def backend(self) -> str:
        """What traces call the model."""
        return self.model.backend

    def load(self) -> None:
        """Load the model. Raises what it raises."""
        self.model.load()
