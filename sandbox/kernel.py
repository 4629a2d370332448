"""Linux system calls for isolation that Python 3.11 does not provide. Each raises OSError on failure."""

from __future__ import annotations

import ctypes
import os
import struct

NEW_NAMESPACES: dict[str, int] = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
"""Flags of unshare(2)."""
NEW_USER = 0x10000000

_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVS, _DROP_FROM_BOUNDING_SET = 1, 4, 38, 24
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT, _SECCOMP = 444, 446, {"x86_64": 317, "aarch64": 277}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SECCOMP_SET_MODE_FILTER = 1
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 32, 1 << 14, 1 << 18
_MNT_DETACH = 2
_CAPABILITIES_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def _prctl(option: int, value: int, what: str) -> None:
    _checked(_libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)), what)


def die_with_parent(signal: int) -> None:
    """Receive this signal when the thread that forked this process exits."""
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal, "parent-death signal")


def set_dumpable(dumpable: bool) -> None:
    """Set whether other processes of this user may access this process's memory."""
    _prctl(_SET_DUMPABLE, dumpable, "dumpable")


def give_up_new_privileges() -> None:
    """Disable privilege gains, for example by set-uid programs; required by landlock and seccomp."""
    _prctl(_SET_NO_NEW_PRIVS, 1, "no_new_privs")


def unshare(flags: int) -> None:
    """Move from the host's namespaces to new, empty ones."""
    _checked(_libc.unshare(flags), "unshare")


def drop_capabilities() -> None:
    """Drop the capabilities of a new user namespace, skipping those unknown to this kernel."""
    for capability in range(64):
        if _libc.prctl(_DROP_FROM_BOUNDING_SET, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITIES_VERSION_3, 0))
    _checked(_libc.capset(header, ctypes.create_string_buffer(24)), "capset")


def enter_empty_root(place: bytes) -> None:
    """Replace the root by an empty, read-only file system. Needs a separate mount namespace.

    place: an existing folder to mount it on.
    """
    closed = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    _mount(b"tmpfs", place, b"tmpfs", closed, b"size=4k,nr_inodes=2,mode=555")
    os.chdir(place)
    _checked(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")
    _mount(None, b"/", None, _MS_REMOUNT | _MS_RDONLY | closed, None)


def _mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int, options: bytes | None) -> None:
    _checked(_libc.mount(source, target, kind, ctypes.c_ulong(flags), options), "mount")


def landlock_version() -> int:
    """The landlock ABI version of the kernel; 0 if unsupported."""
    return max(_libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1), 0)


def landlock_everything(version: int) -> None:
    """Deny file access, TCP, signals and abstract sockets, as far as this ABI version supports it."""
    file_rights = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    rules = struct.pack("QQQ", (1 << file_rights) - 1, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(_libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(size), 0), "landlock")
    try:
        _checked(_libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    finally:
        os.close(ruleset)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install_filter(instructions: bytes) -> None:
    """Install a BPF program that filters all further system calls. instructions: 8 bytes each."""
    program = _FilterProgram(len(instructions) // 8, instructions)
    number = _SECCOMP[os.uname().machine]
    _checked(_libc.syscall(number, _SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(program)), "seccomp")
