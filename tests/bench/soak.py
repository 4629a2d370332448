"""Many programs through one sandbox: what is left behind.

python tests/bench/soak.py [PROGRAMS]    100,000 take about five minutes
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import psutil

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.run import Limits, Request, Sandbox
from looksmith.tools.core.errors import ToolError

SOURCES = (
    "answer = T(1) + 1",
    "x = [i * i for i in range(100)]\nprint(sum(x))\nanswer = sorted(x)[-1]",
    "answer = 1 / 0",
    "answer = T(0)",
    "import os\nanswer = os",
    "answer = (x for x in [1])",
    "answer = 10 ** 10 ** 8",
    "def f(n):\n    return f(n + 1)\nanswer = f(0)",
)


def serve(request: Request) -> int:
    if request.args[0] == 0:
        raise ToolError("no")
    return 1


def state(me: psutil.Process) -> str:
    children = me.children(recursive=True)
    zombies = sum(child.status() == psutil.STATUS_ZOMBIE for child in children)
    memory = [p.memory_info().rss / 2**20 for p in (me, *children)]
    return (
        f"host {memory[0]:.1f} MiB, {me.num_fds()} descriptors, {me.num_threads()} threads; "
        f"{len(children)} processes, {zombies} zombies, {max(memory[1:], default=0):.1f} MiB the largest"
    )


def main(programs: int) -> None:
    """Print what there is at the start, in between and at the end."""
    me = psutil.Process()
    kinds: dict[str, int] = {}
    with Sandbox(Limits(memory_mb=256)) as sandbox, ThreadPoolExecutor(2) as pool:

        def one(number: int) -> str:
            return sandbox.run(Checked(Program(SOURCES[number % len(SOURCES)]), ("T",)), {}, serve).kind

        start = perf_counter()
        for part in range(11):
            size = programs // 100 if part == 0 else programs // 10
            for kind in pool.map(one, range(size)):
                kinds[kind] = kinds.get(kind, 0) + 1
            print(f"{sum(kinds.values()):,} programs, {perf_counter() - start:.0f} s: {state(me)}", flush=True)
    print(f"closed: {state(me)}\n{kinds}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
