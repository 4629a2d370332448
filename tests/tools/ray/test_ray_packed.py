"""What cannot be sent to a cluster is an error of its call, as everything else that goes wrong."""

from __future__ import annotations

from typing import Any

from looksmith.tools.core.registry import Registry
from looksmith.tools.engine.executor import Executor
from looksmith.tools.engine.results import Results
from looksmith.tools.ray.executor import RayExecutor, ToolDeployment


class Full:
    """A store that takes no more."""

    def packed(self, value: Any) -> Any:
        """Raises."""
        raise MemoryError("The object store is full.")


def test_a_call_that_cannot_be_packed_ends_with_an_error() -> None:
    def SQUARE(number: int) -> int:
        """The square."""
        return number * number

    registry = Registry()
    registry.add(SQUARE)
    served = RayExecutor.__new__(RayExecutor)  # without a cluster
    Executor.__init__(served, registry, Results())
    served.places, served._images = {"SQUARE": ToolDeployment("app", 1, 1)}, Full()  # type: ignore[assignment]
    for done in (served.call("SQUARE", (3,), {}), served.submit("SQUARE", (3,), {}).result(30)):
        assert str(done.error).startswith("SQUARE failed: MemoryError: The object store is full. (")
