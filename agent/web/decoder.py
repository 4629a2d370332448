"""Decodes one image file in a separate process with resource limits: `python -m looksmith.agent.web.decoder FILE`.

Writes a line of JSON (width and height, or an error), then the pixels, RGB, row by row.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from ...tools.core.errors import InputError
from ...tools.core.values import Image
from ..traces.damage import plain

MEMORY = 3_000_000_000
SECONDS = 20
"""Resource limits; the largest accepted image needs a fifth of this."""


def decoded(path: Path, name: str) -> Image:
    """The image in a file that is called `name`, decoded in such a process. Raises InputError."""
    from PIL import Image as pillow

    command = [sys.executable, "-m", __name__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=2 * SECONDS)
    except subprocess.TimeoutExpired:
        done = None
    head, _, pixels = done.stdout.partition(b"\n") if done else (b"", b"", b"")
    if done is None or done.returncode or not head:
        raise InputError(f"{name} takes too much time or memory to decode.", hint="Save it again, or make it smaller.")
    told = json.loads(head)
    if "problem" in told:
        raise InputError(str(told["problem"]).replace(plain(path), name))
    return Image.of(pillow.frombytes("RGB", tuple(told["size"]), pixels))


def decoded_bytes(data: bytes, name: str) -> Image:
    """The image in the bytes of a file that is called `name`. Raises InputError."""
    with tempfile.NamedTemporaryFile(prefix="looksmith-") as stored:
        stored.write(data)
        stored.flush()
        return decoded(Path(stored.name), name)


def main() -> None:
    """Decode the file given on the command line."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from ...tools.core.errors import LooksmithError
    from ...tools.pictures.formats import decode_file

    out = sys.stdout.buffer
    try:
        pixels = decode_file(Path(sys.argv[1])).pixels
    except LooksmithError as error:
        out.write(json.dumps({"problem": str(error)}).encode() + b"\n")
        return
    out.write(json.dumps({"size": pixels.size}).encode() + b"\n")
    out.write(pixels.tobytes())


if __name__ == "__main__":
    main()
