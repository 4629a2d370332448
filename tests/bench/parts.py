"""How well the usual place of a part hits it, and what COLOR says there.

    python tests/bench/parts.py FOLDER            the same folder as color.py

Told are, by kind of part: how many there are, IoU of region and part, how much of the part lies in the region, and how
often COLOR is right on the part's true box, on the region, and on the box of the whole. Then the median shares from
which the regions were made.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from color import Thing, ask_all, interval, overlap, read_things

from looksmith.tools.core.values import Box
from looksmith.tools.see.boxes.parts import part_region


def found(things: Mapping[str, Mapping[str, Thing]]) -> list[tuple[Thing, Thing, Box]]:
    """Every part whose place is known: the part, its whole, and the region."""
    triples: list[tuple[Thing, Thing, Box]] = []
    for items in things.values():
        for part in items.values():
            whole = items.get(part.whole or "")
            if whole is None:
                continue
            regions = (part_region(whole.box, label, name) for label in whole.names for name in part.names[:1])
            region = next((one for one in regions if one), None)
            if region is not None:
                triples.append((part, whole, region))
    return triples


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1])
    triples = found(read_things(folder))
    groups = defaultdict[str, list[tuple[Thing, Thing, Box]]](list)
    for triple in triples:
        groups[triple[0].kind].append(triple)
    print("| parts of | parts | IoU | inside | right: true box | region | whole |\n|---|---|---|---|---|---|---|")
    for kind, some in [*groups.items(), ("**all**", triples)]:
        colored = [triple for triple in some if triple[0].accepted]
        true = [(p, p.box) for p, _, _ in colored]
        boxes = (true, [(p, r) for p, _, r in colored], [(p, w.box) for p, w, _ in colored])
        right = [interval(ask_all(folder, pairs), lambda r: r.right) for pairs in boxes] if colored else ["-"] * 3
        shared = [(part.box.intersection(region), part.box) for part, _, region in some]
        inside = np.mean([both.area / box.area if both else 0 for both, box in shared])
        iou = np.mean([overlap(part.box, region) for part, _, region in some])
        print(f"| {kind} | {len(some)} | {iou:.2f} | {inside:.2f} | {' | '.join(right)} |")
    shares = defaultdict[tuple[str, str], list[tuple[float, ...]]](list)
    for part, whole, _ in triples:
        box, frame = part.box, whole.box
        left, right = (box.left - frame.left) / frame.width, (box.right - frame.left) / frame.width
        top, bottom = (box.top - frame.top) / frame.height, (box.bottom - frame.top) / frame.height
        shares[whole.names[0], part.names[0]].append((left, top, right, bottom))
    for (whole, part), rows in sorted(shares.items()):
        print(whole, part, len(rows), *(f"{share:.2f}" for share in np.median(rows, axis=0)))


if __name__ == "__main__":
    main()
