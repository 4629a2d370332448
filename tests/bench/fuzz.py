"""Damaged frames by the million against the host's end of the wire: what comes out, how long, how much memory.

python tests/bench/fuzz.py [FRAMES]    a million takes about half a minute
"""

from __future__ import annotations

import random
import resource
import sys
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from looksmith.sandbox.wire import Wire, WireError

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from frames import damaged


class Said:
    """A connection on which these bytes came, before the other side closed it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def recv(self, most: int, _flags: int = 0) -> bytes:
        """The next of them."""
        part, self._data = self._data[:most], self._data[most:]
        return part


def refuse(*_anything: object) -> Any:
    raise WireError("no handles here")


def main(frames: int) -> None:
    """Print the counts; any other error than WireError ends it with a traceback."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    passed, slowest, start = 0, 0.0, perf_counter()
    for data in islice(damaged(random.Random(frames)), frames):
        connection: Any = Said(data)
        began = perf_counter()
        try:
            Wire(connection, refuse, refuse).receive()
            passed += 1
        except WireError:
            pass
        slowest = max(slowest, perf_counter() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{frames:,} frames in {perf_counter() - start:.0f} s: {passed:,} are messages, the others WireError;")
    print(f"slowest {1000 * slowest:.1f} ms, {grown:.1f} MiB more memory at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
