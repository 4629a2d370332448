"""Ray deployments: their options in a profile, and which tools each serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from ..core.errors import InputError
from ..core.frozen import Frozen
from ..core.tool import Tool


class Deployment(Frozen):
    """A table `[ray.NAME]` of a profile. NAME: a model of the profile, or a tool. Keys are named as in Ray.

    num_replicas: number of processes with the model. num_gpus, num_cpus: per process; 0.25 is a quarter of a GPU.
    max_ongoing_requests: maximum number of unanswered requests per replica; others wait.
    batch_wait_timeout_s: seconds that a replica waits for more calls of a batch.
    runtime_env: the replica's packages and variables, such as `{ pip = ["groundingdino-py==0.4.0"] }`,
        `{ py_executable = "/path/to/python" }` or `{ env_vars = { ... } }`.
    """

    num_replicas: Annotated[int, Field(ge=1)] = 1
    num_gpus: Annotated[float, Field(ge=0)] = 0.0
    num_cpus: Annotated[float, Field(ge=0)] = 1.0
    max_ongoing_requests: Annotated[int, Field(ge=1)] = 64
    batch_wait_timeout_s: Annotated[float, Field(ge=0)] = 0.005
    runtime_env: Mapping[str, Any] = {}


def tools_of(deployments: Iterable[str], tools: Iterable[Tool], models: Mapping[str, str]) -> dict[str, list[Tool]]:
    """The tools of each deployment: those it names, and all that share their models.

    models: the profile's model of each tool.
    Raises InputError for an unknown name, and for a tool that would be served by two deployments.
    """
    served: dict[str, list[Tool]] = {}
    taken: dict[str, str] = {}
    every = list(tools)
    for name in deployments:
        named = [tool for tool in every if name in (tool.name, models.get(tool.name))]
        if not named:
            hint = f"There are {', '.join(sorted({*models.values(), *(tool.name for tool in every)}))}."
            raise InputError(f"There is no model and no tool {name} that Ray could serve.", hint=hint)
        loads = [tool.load for tool in named if tool.load is not None]
        served[name] = [tool for tool in every if tool in named or (tool.load is not None and tool.load in loads)]
        for tool in served[name]:
            if tool.name in taken:
                said = f"{tool.name} would be served twice, by {taken[tool.name]} and by {name}."
                raise InputError(said, hint="They share a model: keep one of the two.")
            taken[tool.name] = name
    return served
