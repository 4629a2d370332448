"""A zygote whose workers run any Python, with all of its built-in functions: what holds them then is the kernel alone.

Started as `python -I tests/attacks/unguarded.py FD MEMORY_BYTES CPU_SECONDS`; the product has no such switch.
"""

from __future__ import annotations

import builtins
import sys
from types import CodeType
from typing import Any

from looksmith.sandbox import worker, zygote
from looksmith.sandbox.policy import PROGRAM


def compile_anything(source: str) -> CodeType:
    return compile(source, PROGRAM, "exec", dont_inherit=True)


def all_globals(names: dict[str, Any], *_guards: object) -> dict[str, Any]:
    return {"__builtins__": builtins, **names}


if __name__ == "__main__":
    # Warmed up first, and with the policy, as the real one is.
    worker.prepare_zygote()
    worker.compile_program, worker.guarded_globals = compile_anything, all_globals  # type: ignore[assignment]
    worker.prepare_zygote = lambda: None
    zygote.main(*map(int, sys.argv[1:]))
