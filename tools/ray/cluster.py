"""Imports Ray, which is optional, and connects to a cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ..core.errors import InputError, PrerequisiteError
from ..threads.limits import arena_limit

LOCAL = "local"
"""The address of a new cluster on this machine, which is stopped at the end."""


def load_ray() -> Any:
    """The module `ray`. Raises PrerequisiteError."""
    return _imported("ray")


def load_serve() -> Any:
    """The module `ray.serve`. Raises PrerequisiteError."""
    return _imported("ray.serve")


def load_data() -> Any:
    """The module `ray.data`. Raises PrerequisiteError."""
    return _imported("ray.data")


@contextmanager
def connected(address: str = LOCAL, cpus: int | None = None) -> Generator[Any]:
    """A context with the module `ray`, connected to a cluster; disconnects at the end, unless already connected before.

    address: "local", "auto" (the cluster of this machine), "HOST:PORT" or "ray://HOST:PORT".
    cpus: for a local cluster, as Ray counts them; None for all CPUs of the machine.
    Raises PrerequisiteError if Ray is not installed, InputError if there is no cluster at the address.
    """
    ray = load_ray()
    if ray.is_initialized():
        yield ray
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    mine = {"num_cpus": cpus, "include_dashboard": False} if address == LOCAL else {}
    try:
        ray.init(address=address, **mine, **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        hint = "Start one with `ray start --head`, or use --ray-address local."
        told = str(error).partition("\n")[0]
        raise InputError(f"There is no Ray cluster at {address}: {told}", hint=hint) from None
    try:
        yield ray
    finally:
        ray.shutdown()


def with_limits(runtime_env: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A runtime environment in which malloc has as few arenas as in our processes, unless it says otherwise itself.

    Ray limits OpenMP's threads to the CPUs of the task or actor.
    """
    given = runtime_env or {}
    return {**given, "env_vars": {**arena_limit(), **given.get("env_vars", {})}}


def _imported(name: str) -> Any:
    try:
        found = import_module(name)
    except ImportError as error:
        raise PrerequisiteError(f"Ray is not available ({error}).", hint="Run: pip install 'looksmith[ray]'") from None
    logging.getLogger(name).setLevel(logging.ERROR)
    return found
