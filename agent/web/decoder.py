"""Decodes one image file in a separate process with resource limits: `python -m looksmith.agent.web.decoder FILE`.

Writes a line of JSON (width and height, or an error), then the pixels, RGB, row by row.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

MEMORY = 3_000_000_000
SECONDS = 20
"""Resource limits; the largest accepted image needs a fifth of this."""


def main() -> None:
    """Decode the file given on the command line."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from ...tools.core.errors import InputError
    from ...tools.media.images import load_image

    out = sys.stdout.buffer
    try:
        pixels = load_image(Path(sys.argv[1])).pixels
    except InputError as error:
        out.write(json.dumps({"problem": str(error)}).encode() + b"\n")
        return
    out.write(json.dumps({"size": pixels.size}).encode() + b"\n")
    out.write(pixels.tobytes())


if __name__ == "__main__":
    main()
