"""`looksmith classify`: shows what a contrastive model thinks of images and labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..console.command import home_option, json_option, note, print_json, say, told
from ..console.options import settings_of, tool_options

if TYPE_CHECKING:
    from rich.console import Console

    from ...tools.compare.prompts import Study
    from ..pages.classified import Classified


@click.command("classify")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--labels", required=True, metavar="A,B,...", help="The labels to choose from, two or more.")
@click.option("--text", "texts", multiple=True, help="Also compare the images with this text.")
@click.option("--model", default="", metavar="NAME", help="A model of the profile.  [default: the one behind CLASSIFY]")
@click.option("--html", "to_html", type=click.Path(path_type=Path), metavar="FILE", help="Write one HTML page.")
@tool_options
@home_option
@json_option
def classify_command(
    images: tuple[str, ...],
    labels: str,
    texts: tuple[str, ...],
    model: str,
    to_html: Path | None,
    home: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Show how a model scores labels for each IMAGE, by name, templates, descriptions and temperature.

    With several images, also show the matrix of similarities; with as many labels as images, the n-th label is taken as
    that of the n-th image. The page adds a map of images and texts. Descriptions are those that
    `looksmith describe` stored. The model is one of open_clip's, or the classifier and sentence encoder of `pocket`.
    """
    from ..export.files import write_text
    from ..session.classifying import classify

    with told(as_json):
        chosen = [label.strip() for label in labels.split(",") if label.strip()]
        settings = settings_of(home, options)
        found = classify(list(images), chosen, texts=texts, model=model, settings=settings)
        if to_html is not None:
            write_text(to_html, found.html())
            note(f"Wrote {to_html}")
    if as_json:
        print_json(_json(found))
    else:
        _print(found)


def _print(found: Classified) -> None:
    from rich.console import Console

    console = Console()
    note(f"{found.model} ({found.backend})")
    for name, study in zip(found.names, found.studies, strict=True):
        _print_study(console, name, study)
    if len(found.names) > 1 or len(found.matrix.texts) > len(found.studies[0].labels):
        _print_matrix(console, found)
    say(f"Word order: {found.order}")


def _print_study(console: Console, name: str, study: Study) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("prompt", *map(escape, study.labels), title=escape(name), title_justify="left")
    for row in (one for one in study.prompted if one.kind != "template"):
        table.add_row(row.text, *_shares(row.scores))
    for row in study.temperatures:
        if row.factor != 1:
            table.add_row(f"ensemble at {row.factor:g} times its temperature", *_shares(row.scores))
    console.print(table)
    (ensemble,) = study.of("ensemble")
    say(f"{study.agree} of {len(study.of('template'))} templates alone name {study.labels[ensemble.best]} too.")
    if study.undescribed:
        note("looksmith describe " + " ".join(f'"{label}"' for label in study.undescribed) + " adds descriptions.")


def _print_matrix(console: Console, found: Classified) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("cosine", *map(escape, found.matrix.texts))
    for name, row in zip(found.names, found.matrix.cosines.tolist(), strict=True):
        table.add_row(escape(name), *(f"{value:.3f}" for value in row))
    console.print(table)
    diagonal = found.matrix.diagonal
    if diagonal:
        say(
            f"{diagonal.images} of {len(found.names)} images are nearest to their own label; "
            f"mean cosine {diagonal.own:.3f} on the diagonal, {diagonal.others:.3f} off it."
        )


def _shares(scores: tuple[float, ...]) -> list[str]:
    return [f"{100 * score:.1f} %" for score in scores]


def _json(found: Classified) -> Any:
    rows = [
        {
            "image": name,
            "prompts": [vars(row) for row in study.prompted],
            "temperatures": [vars(row) for row in study.temperatures],
        }
        for name, study in zip(found.names, found.studies, strict=True)
    ]
    diagonal = found.matrix.diagonal
    matrix = {"texts": found.matrix.texts, "cosines": found.matrix.cosines.tolist()}
    told = {"model": found.model, "labels": found.studies[0].labels, "images": rows, "matrix": matrix}
    return {**told, "diagonal": vars(diagonal) if diagonal else None, "word_order": vars(found.order)}
