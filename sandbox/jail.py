"""Kernel isolation of workers, in case the policy fails. Each layer is tried, and the active ones are reported.

The zygote enters namespaces and drops its privileges once (`enter`); each worker that it forks locks itself down
(`lock_down`). A layer that the platform does not support is never reported as active.
"""

from __future__ import annotations

import os
import platform
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, get_args

from . import kernel
from .seccomp import Machine, filter_for

Isolation = Literal["process", "kernel", "full"]
"""process: a separate process with resource limits, killed on timeout. kernel: also only a dozen system calls, no
files, no network. full: also separate namespaces."""

LAYERS: dict[Isolation, tuple[str, ...]] = {
    "process": ("process", "rlimit_cpu", "rlimit_fsize"),
    "kernel": ("unprivileged", "rlimit_as", "no_new_privs", "not_dumpable", "landlock", "seccomp"),
    "full": ("user_namespace", "mount_namespace", "pid_namespace", "net_namespace", "ipc_namespace", "empty_root"),
}
"""The layers that each level adds to the previous one."""

_NOBODY = 65534
_OPEN_FILES = 4
_LINUX = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")


LEVELS: tuple[Isolation, ...] = get_args(Isolation)
"""From weakest to strongest."""


def missing(wanted: Isolation, layers: tuple[str, ...]) -> tuple[str, ...]:
    """The layers required by this level that are not active."""
    needed = [layer for level in LEVELS[: LEVELS.index(wanted) + 1] for layer in LAYERS[level]]
    return tuple(layer for layer in needed if layer not in layers)


def enter() -> tuple[str, ...]:
    """Drop everything that no worker needs, for this process and its children. Returns the active layers.

    Forks if there is a process namespace: the child continues, and this process waits for it and then exits.
    """
    on = ["process"]
    os.environ.clear()
    if _LINUX:
        _die_first()
        on += _enter_namespaces([])
    if _become_nobody():
        on.append("unprivileged")
    if _LINUX:
        on += _enter_namespaces(on, kernel.NEW_USER)
        _tried(kernel.drop_capabilities)
        on += _named({"no_new_privs": kernel.give_up_new_privileges})
        _prepared()
        if "pid_namespace" in on:
            _go_on_in_child()
    return tuple(on)


def lock_down(memory_bytes: int, cpu_seconds: int) -> tuple[str, ...]:
    """Irrevocably drop everything that a program does not need, in this process. Returns the active layers.

    memory_bytes: address space; cpu_seconds: CPU time, after which the kernel kills the process.
    """
    on = _limit(memory_bytes, cpu_seconds)
    if _LINUX:
        version, rules = _prepared()
        kernel.die_with_parent(signal.SIGKILL)
        on += _named({"not_dumpable": lambda: kernel.set_dumpable(False)})
        if version:
            on += _named({"landlock": lambda: kernel.landlock_everything(version)})
        on += _named({"seccomp": lambda: kernel.install_filter(rules)})
    return tuple(on)


@cache
def _prepared() -> tuple[int, bytes]:
    """Landlock's version and the seccomp filter, computed once, in the zygote, for all workers."""
    machine: Machine = "aarch64" if platform.machine() == "aarch64" else "x86_64"
    return kernel.landlock_version(), filter_for(machine)


def _limit(memory_bytes: int, cpu_seconds: int) -> list[str]:
    limits = {
        "RLIMIT_AS": (memory_bytes, memory_bytes),
        # At the soft limit, the kernel sends SIGXCPU, which tells the reason; at the hard limit, it just kills.
        "RLIMIT_CPU": (cpu_seconds, cpu_seconds + 1),
        "RLIMIT_FSIZE": (0, 0),
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_NPROC": (0, 0),
        "RLIMIT_NOFILE": (_OPEN_FILES, _OPEN_FILES),
        "RLIMIT_MEMLOCK": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
    }
    on: list[str] = []
    for name, pair in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None and _tried(lambda kind=kind, pair=pair: resource.setrlimit(kind, pair)):
            on.append(name.lower())
    # The kernel does not limit the processes of root.
    return [name for name in on if name != "rlimit_nproc" or os.getuid() != 0]


def _die_first() -> None:
    """When memory runs out, the kernel should kill workers before the host."""

    def write() -> None:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")

    _tried(write)


def _enter_namespaces(on: Sequence[str], user: int = 0) -> list[str]:
    """Enter the missing namespaces, as root of the host, or with a new user namespace."""
    missing = {f"{name}_namespace": flag for name, flag in kernel.NEW_NAMESPACES.items()}
    missing = {name: flag for name, flag in missing.items() if name not in on}
    uid, gid = os.geteuid(), os.getegid()
    new: list[str] = []
    if user:
        # The map is written through /proc, which a former root process only owns if it is dumpable.
        _tried(lambda: kernel.set_dumpable(True))
    if _tried(lambda: kernel.unshare(user | sum(missing.values()))):
        new = [*(["user_namespace"] if user else []), *missing]
    elif user and _tried(lambda: kernel.unshare(user)):
        new = ["user_namespace"]
    if "user_namespace" in new:
        _tried(lambda: _map_user(uid, gid))
    if "mount_namespace" in new and _tried(lambda: kernel.enter_empty_root(b"/tmp")):
        new.append("empty_root")
    return new


def _map_user(uid: int, gid: int) -> None:
    """Map only the current user into the new namespace."""
    for name, text in {"setgroups": "deny", "uid_map": f"{uid} {uid} 1", "gid_map": f"{gid} {gid} 1"}.items():
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _become_nobody() -> bool:
    """Drop root privileges. Returns whether the process is now unprivileged."""

    def change() -> None:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)

    return os.geteuid() != 0 or _tried(change)


def _go_on_in_child() -> None:
    """Fork the first process of the namespace, whose exit ends all others."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0x7F)
    kernel.die_with_parent(signal.SIGKILL)


def _named(layers: dict[str, Callable[[], object]]) -> list[str]:
    return [name for name, step in layers.items() if _tried(step)]


def _tried(step: Callable[[], object]) -> bool:
    try:
        step()
    except (OSError, ValueError):
        return False
    return True
