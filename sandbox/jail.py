"""What the kernel lets a worker do, should the policy fail. Each layer is tried; the list of those that hold is told.

Not here yet: landlock, seccomp and namespaces (issue "A sandbox you could hand to a stranger").
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_NOBODY = 65534


def lock_down(memory_bytes: int, cpu_seconds: int) -> tuple[str, ...]:
    """Give up, in this process and for ever, what a program does not need. Returns the layers that are on.

    memory_bytes: address space; cpu_seconds: processor time, after which the kernel kills the process.
    """
    on = ["process"]
    if _become_nobody():
        on.append("unprivileged")
    limits = {
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_CPU": cpu_seconds,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
    }
    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue
        # The kernel does not count the processes of root.
        if name != "RLIMIT_NPROC" or os.getuid() != 0:
            on.append(name.lower())
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        asked = {
            "no_new_privs": (_PR_SET_NO_NEW_PRIVS, 1),
            "not_dumpable": (_PR_SET_DUMPABLE, 0),
        }
        on += [name for name, (option, value) in asked.items() if libc.prctl(option, value, 0, 0, 0) == 0]
    os.environ.clear()
    return tuple(on)


def _become_nobody() -> bool:
    """Stop being root. True when the process has no special rights, also where it never had any."""
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        except OSError:
            return False
    return True
