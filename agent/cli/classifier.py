"""`looksmith classifier`: measures the profile's classifier against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..console.command import home_option, json_option, print_json, told
from ..console.options import cache_options, settings_of, tool_options
from .detector import print_confused, share, teller, truth_options

if TYPE_CHECKING:
    from rich.console import Console

    from ..measure.classify import ClassifierFigures

_SUSPECTS = 15


@click.command("classifier")
@truth_options
@tool_options
@cache_options
@home_option
@json_option
def classifier_command(
    truth: Path, images: Path | None, labels: str, limit: int | None, home: Path, as_json: bool, **options: Any
) -> None:
    """Measure the profile's CLASSIFY on the boxes of TRUTH, a COCO file or scene graphs in GQA's form.

    Prints accuracy, precision and recall by label, the confusion matrix, the threshold with the best F1, and labels of
    TRUTH that look wrong. Each box is classified among all the labels that are measured.
    """
    from rich.console import Console

    from ..measure.classify import classify, measure
    from ..measure.image_truth import load_truths
    from ..traces.trace import to_json

    with told(as_json):
        names = [name.strip() for name in labels.split(",") if name.strip()]
        truths = load_truths(truth, images, names, limit)
        settings = settings_of(home, options)
        executor = settings.executor(settings.registry())
        found = measure(truths.labels, classify(executor, truths, teller(len(truths.truths))))
    if as_json:
        print_json(to_json(found))
    else:
        print_figures(Console(), found)


def print_figures(console: Console, found: ClassifierFigures) -> None:
    """Print the figures as tables: overall, by label, confusions, and labels that look wrong."""
    from rich.table import Table
    from rich.text import Text

    console.print(f"{found.images} images, {found.boxes} boxes of {len(found.labels)} labels")
    console.print(
        f"accuracy {share(found.accuracy, found.accuracy_interval)}; the commonest label alone: {found.commonest:.1%}"
    )
    if found.threshold is not None and found.f1 is not None:
        console.print(f"best F1 {found.f1:.3f}, with labels from a score of {found.threshold:.2f} on")
    if found.untold:
        console.print(f"no answer: {found.untold} of {found.boxes} boxes, counted as wrong")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("label", "boxes", "given", "right", "precision", "recall"):
        table.add_column(heading, justify="left" if heading == "label" else "right", no_wrap=True)
    for one in found.labels:
        shares = [share(value, None) for value in (one.precision, one.recall)]
        table.add_row(Text(one.label), str(one.boxes), str(one.given), str(one.right), *shares)
    console.print(table)
    print_confused(console, [one.label for one in found.labels], found.confusion)
    if found.suspects:
        console.print(f"{len(found.suspects)} boxes to check:")
    for one in found.suspects[:_SUSPECTS]:
        where = ", ".join(f"{side:.0f}" for side in one.box)
        console.print(Text(f"  {one.image} ({where}): {one.label}, or is it {one.given}? (score {one.score:.2f})"))
