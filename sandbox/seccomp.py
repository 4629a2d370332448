"""The seccomp filter of workers: a short list of system calls is allowed, anything else kills the process.

Written without libseccomp, since the filter only has a dozen calls, and the library would have to be installed on every
machine. The numbers are from the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl,
include/uapi/asm-generic/unistd.h).
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Machine = Literal["x86_64", "aarch64"]

WIRE_FD = 0
"""The file descriptor of a worker's connection, its only one."""

_LOAD, _EQUAL, _SET, _AND, _RETURN = 0x20, 0x15, 0x45, 0x54, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EACCES
_NUMBER, _ARCHITECTURE = 0, 4
_AUDIT: dict[Machine, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_PROT_EXEC = 4
_FUTEX_COMMAND, _FUTEX_WAIT_AND_WAKE = 0x7F, (0, 1, 9, 10)

_COLUMN: dict[Machine, int] = {"x86_64": 0, "aarch64": 1}
_NUMBERS: dict[str, tuple[int, int]] = {
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigreturn": (15, 139),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "exit": (60, 93),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "exit_group": (231, 94),
    "openat": (257, 56),
}


@dataclass(frozen=True)
class Rule:
    """An allowed system call.

    argument: index of the argument to check, if any: allowed if (argument & mask) is in `values`.
    """

    call: str
    argument: int | None = None
    mask: int = 0xFFFFFFFF
    values: Sequence[int] = ()


RULES = (
    Rule("sendto", 0, values=(WIRE_FD,)),
    Rule("recvfrom", 0, values=(WIRE_FD,)),
    # Memory, but never executable memory.
    Rule("mmap", 2, _PROT_EXEC, (0,)),
    Rule("mprotect", 2, _PROT_EXEC, (0,)),
    Rule("munmap"),
    Rule("mremap"),
    Rule("madvise"),
    Rule("brk"),
    Rule("futex", 1, _FUTEX_COMMAND, _FUTEX_WAIT_AND_WAKE),
    Rule("rt_sigreturn"),
    Rule("restart_syscall"),
    Rule("exit"),
    Rule("exit_group"),
)
FAILING = ("openat",)
"""Denied with EACCES instead, because Python tries to open the source of a program that does not compile."""


def filter_for(machine: Machine) -> bytes:
    """The filter as a BPF program, 8 bytes per instruction."""
    blocks = [_rule(rule, _NUMBERS[rule.call][_COLUMN[machine]]) for rule in RULES]
    blocks += [_only(_NUMBERS[call][_COLUMN[machine]], _FAIL) for call in FAILING]
    head = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, _AUDIT[machine], on_true=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
        _instruction(_SET, _X32, on_false=1),
        _instruction(_RETURN, _KILL),
    ]
    return b"".join([*head, *(part for block in blocks for part in block), _instruction(_RETURN, _KILL)])


def _only(number: int, verdict: int) -> list[bytes]:
    return [_instruction(_EQUAL, number, on_false=1), _instruction(_RETURN, verdict)]


def _rule(rule: Rule, number: int) -> list[bytes]:
    """Instructions that skip other calls, and kill if the argument is not allowed."""
    if rule.argument is None:
        return _only(number, _ALLOW)
    # The arguments follow number, architecture and instruction pointer, 64 bits each, low half first. All checked
    # arguments are 32 bits wide in the kernel.
    low = 16 + 8 * rule.argument
    tests = [_instruction(_EQUAL, value, on_true=len(rule.values) - i) for i, value in enumerate(rule.values)]
    body = [
        _instruction(_LOAD, low),
        _instruction(_AND, rule.mask),
        *tests,
        _instruction(_RETURN, _KILL),
        _instruction(_RETURN, _ALLOW),
    ]
    return [_instruction(_EQUAL, number, on_false=len(body)), *body]


def _instruction(code: int, operand: int, *, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, on_true, on_false, operand)
