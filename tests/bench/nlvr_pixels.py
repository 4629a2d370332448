"""How far NLVR's tools see on the pixels what was drawn: items and boxes of the development split, one by one.

    .venv/bin/python tests/bench/nlvr_pixels.py DATA         seconds; needs no server and no weights

An item is seen right when colour, shape, size, walls and place (within 2 pixels on each side) are those of the
structured representation, and wrong when one differs, when it is missed, or when there is none.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from looksmith.tools.media.images import load_image

DOMAIN = Path(__file__).parents[1] / "domains" / "nlvr.py"
WALLS = ("left", "right", "top", "bottom")


def load() -> Any:
    """The plug-in as a module."""
    spec = importlib.util.spec_from_file_location("nlvr_domain", DOMAIN)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["nlvr_domain"] = module
    spec.loader.exec_module(module)
    return module


def differences(seen: Any, true: Any) -> list[str]:
    """What of an item is seen wrong."""
    found = [name for name in ("color", "shape", "size") if getattr(seen, name) != getattr(true, name)]
    found += [wall for wall in WALLS if seen.touches(wall) != true.touches(wall)]
    off = max(abs(getattr(seen.box, side) - getattr(true.box, side)) for side in WALLS)
    return [*found, *(["place"] if off > 2 else [])]


def mistakes(seen: Sequence[Any], truth: Sequence[Any]) -> list[str]:
    """A word for each item that is seen wrong, is missed, or is not there."""

    def off(one: Any, other: Any) -> float:
        return abs(one.box.center_x - other.box.center_x) + abs(one.box.center_y - other.box.center_y)

    left, found = list(seen), list[str]()
    for item in truth:
        if not left:
            found.append("missed")
            continue
        near = min(left, key=lambda one: off(one, item))
        left.remove(near)
        found += [" and ".join(wrong)] if (wrong := differences(near, item)) else []
    return [*found, *("invented" for _ in left)]


def main() -> None:
    """Print the shares and what differs."""
    data, nlvr = Path(sys.argv[1]), load()
    rows = [json.loads(line) for line in (data / "dev.json").read_text().splitlines()]
    wrong: Counter[str] = Counter()
    items = boxes = 0
    for row in rows:
        image = load_image(data / "images" / f"dev-{row['identifier']}-0.png")
        eyes, oracle = nlvr.PixelEyes(), nlvr.OracleEyes({image.source: row["structured_rep"]})
        boxes += [(b.left, b.right) for b in eyes.boxes(image)] == [(b.left, b.right) for b in oracle.boxes(image)]
        truth = oracle.items(image)
        items += len(truth)
        wrong.update(mistakes(eyes.items(image), truth))
    right = items - sum(wrong.values())
    print(f"boxes right in {boxes} of {len(rows)} images")
    print(f"items right: {right:,} of {items:,} ({100 * right / items:.2f} %); wrong: {dict(wrong.most_common())}")


if __name__ == "__main__":
    main()
