"""`looksmith detector`: the profile's detector against the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..console.command import home_option, json_option, note, print_json, told
from ..console.options import cache_options, settings_of, tool_options

if TYPE_CHECKING:
    from rich.console import Console

    from ..measure.figures import DetectorFigures


def truth_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the arguments and options for the ground truth."""
    folder = click.Path(path_type=Path)
    for option in (
        click.option("--limit", type=click.IntRange(min=1), help="Only the first N images."),
        click.option("--labels", default="", help="Which labels, as in cup,dog.  [default: all with 5 boxes or more]"),
        click.option("--images", type=folder, help="The images.  [default: below the folder of TRUTH]"),
        click.argument("truth", type=folder),
    ):
        command = option(command)
    return command


@click.command("detector")
@truth_options
@tool_options
@cache_options
@home_option
@json_option
def detector_command(
    truth: Path, images: Path | None, labels: str, limit: int | None, home: Path, as_json: bool, **options: Any
) -> None:
    """Measure the profile's DETECT against TRUTH, a COCO file or scene graphs in GQA's form.

    Prints precision, recall, AP, the confusion matrix, the threshold with the best F1, and labels of TRUTH that look
    wrong. A box counts as found at an IoU of 0.5 or more. Needs looksmith[export].
    """
    from rich.console import Console

    from ..measure.detections import detect
    from ..measure.figures import measure
    from ..measure.image_truth import load_truths
    from ..traces.trace import to_json

    with told(as_json):
        names = [name.strip() for name in labels.split(",") if name.strip()]
        truths = load_truths(truth, images, names, limit)
        settings = settings_of(home, options)
        executor = settings.executor(settings.registry())
        found = measure(detect(executor, truths, teller(len(truths.truths))))
    if as_json:
        print_json(to_json(found))
    else:
        print_figures(Console(), found)


def teller(total: int) -> Callable[[int], None]:
    """Report progress, ten times in total."""

    def tell(done: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            note(f"{done} of {total} images")

    return tell


_SUSPECTS = 15
_CONFUSED = 10


def print_figures(console: Console, found: DetectorFigures) -> None:
    """The figures as tables: over all labels, by label, what is taken for what, and labels that look wrong."""
    from rich.table import Table
    from rich.text import Text

    console.print(f"{found.images} images, {found.boxes} boxes of {len(found.labels)} labels")
    console.print(
        f"precision {share(found.precision, found.precision_interval)}, "
        f"recall {share(found.recall, found.recall_interval)}; AP50 {found.map50:.3f}, AP50-95 {found.map50_95:.3f}"
    )
    if found.threshold is not None and found.f1 is not None:
        console.print(f"best F1 {found.f1:.3f}, at a score threshold of {found.threshold:.2f} on")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("label", "boxes", "found", "wrong", "precision", "recall", "AP50", "threshold", "F1"):
        table.add_column(heading, justify="left" if heading == "label" else "right", no_wrap=True)
    for one in found.labels:
        numbers = [_number(value) for value in (one.ap, one.threshold, one.f1)]
        shares = [share(value, None) for value in (one.precision, one.recall)]
        table.add_row(Text(one.label), str(one.boxes), str(one.found), str(one.wrong), *shares, *numbers)
    console.print(table)
    names = [one.label for one in found.labels]
    print_confused(console, names, [row[: len(names)] for row in found.confusion[: len(names)]])
    for label, why in found.unknown.items():
        console.print(Text(f"skipped: {label}: {why}"))
    if found.suspects:
        console.print(f"{len(found.suspects)} places to check:")
    for one in found.suspects[:_SUSPECTS]:
        where = ", ".join(f"{side:.0f}" for side in one.box)
        named = {"missing": f"{one.seen} without a label", "unseen": f"{one.label}, but nothing was detected"}
        told = named.get(one.kind, f"{one.label}, or is it {one.seen}?")
        console.print(Text(f"  {one.image} ({where}): {told} (score {one.score:.2f})"))


def print_confused(console: Console, names: Sequence[str], confusion: Sequence[Sequence[int]]) -> None:
    """The most frequent confusions. confusion: counts by true label, then by given label."""
    from rich.text import Text

    pairs = [
        (count, names[true], names[taken])
        for true, row in enumerate(confusion)
        for taken, count in enumerate(row)
        if count and true != taken
    ]
    for count, true, taken in sorted(pairs, reverse=True)[:_CONFUSED]:
        console.print(Text(f"{true} taken for {taken}: {count}"))


def share(value: float | None, interval: tuple[float, float] | None) -> str:
    """A share in percent, with its interval; "-" for none."""
    if value is None:
        return "-"
    return f"{value:.1%}" + (f" ({interval[0]:.1%} to {interval[1]:.1%})" if interval else "")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
