"""How many of malloc's arenas the threads of a process use."""

from __future__ import annotations

import ctypes
import threading
from pathlib import Path

THREADS = 12


def arenas_of_threads(file: Path) -> int:
    """Twelve threads use memory at once; glibc's account of its arenas is written to the file, and counted."""
    gate, kept = threading.Barrier(THREADS + 1), list[object]()

    def work() -> None:
        kept.append(ctypes.create_string_buffer(100_000))
        gate.wait()
        gate.wait()

    for _ in range(THREADS):
        threading.Thread(target=work, daemon=True).start()
    gate.wait()
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    out = ctypes.c_void_p(libc.fopen(bytes(file), b"w"))
    libc.malloc_info(0, out)
    libc.fclose(out)
    gate.wait()
    return file.read_text().count("<heap ")
