"""`looksmith export`: converts stored runs to formats that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...tools.core.errors import InputError
from ..console.command import home_option, json_option, note, print_json, told

if TYPE_CHECKING:
    from ..export.pick import Picked


@click.command("export")
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option(
    "--to",
    "form",
    default="html",
    show_default=True,
    type=click.Choice(["html", "folder", "coco", "otel", "png", "inspect"]),
    help="One page, a folder of pages, a COCO data set, OpenTelemetry spans, pictures, or a log of inspect_ai.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@click.option("--step", type=click.IntRange(min=1), help="png: only this step, as numbered by `looksmith show`.")
@click.option(
    "--endpoint",
    metavar="URL",
    help="otel: the collector.  [default: OTEL_EXPORTER_OTLP_ENDPOINT, else http://127.0.0.1:4318]",
)
@click.option("--content", is_flag=True, help="otel: also prompts, replies, arguments, results and answers.")
@home_option
@json_option
def export_command(names: tuple[str, ...], form: str, home: Path, as_json: bool, **options: Any) -> None:
    """Export each RUN: a run's id or a prefix of it, a folder, `last`, or an evaluation's folder for all its runs.

    \b
    html    a run, or the report of an evaluation, as one self-contained file
    folder  an index and a page per run, with relative links
    coco    the boxes and masks found: annotations.json and images/
    png     pictures of steps with boxes, masks and points
    otel    the steps as spans, sent to a collector over OTLP/HTTP
    inspect an evaluation as a log that `inspect view` opens
    """  # noqa: D301
    from ..export.pick import pick

    with told(as_json):
        _require_fitting(form, options)
        picked = pick(home, names or ("last",))
        if not picked.folders and picked.evaluation is None:
            raise InputError("No runs to export.")
        found = _send(picked, options) if form == "otel" else _write(picked, form, options)
    if as_json:
        print_json(found)


def _require_fitting(form: str, options: dict[str, Any]) -> None:
    """Raise InputError for an option that the chosen format does not use."""
    for name, belongs in (("step", "png"), ("endpoint", "otel"), ("content", "otel")):
        if options[name] and form != belongs:
            raise InputError(f"--{name} only works with --to {belongs}.")
    if form == "otel" and options["output"]:
        raise InputError(
            "-o does not work with --to otel: spans are sent, not written.",
            hint="Pass the collector's URL with --endpoint.",
        )


def _write(picked: Picked, form: str, options: dict[str, Any]) -> dict[str, Any]:
    name = picked.evaluation.folder.path.resolve().name if picked.evaluation else picked.folders[0].resolve().name
    output: Path | None = options["output"]
    if form == "coco":
        from ..export.coco import coco_folder

        file, images, annotations = coco_folder(picked, output or Path(f"{name}-coco"), note)
        note(f"Wrote {file}: {images} images, {annotations} annotations")
        return {"written": [str(file)], "images": images, "annotations": annotations}
    if form == "inspect":
        from ..export.inspect_log import inspect_log

        if picked.evaluation is None:
            raise InputError("--to inspect writes one evaluation.", hint="Name a folder of `looksmith eval`.")
        files = [inspect_log(picked.evaluation, output or Path(f"{name}.eval"))]
    elif form == "png":
        from ..export.png import png_files

        files = png_files(picked, output or Path(), options["step"], note)
    else:
        from ..export.html import html_file, html_folder

        write, usual = (html_file, f"{name}.html") if form == "html" else (html_folder, f"{name}-pages")
        files = [write(picked, output or Path(usual), note)]
    for file in files:
        note(f"Wrote {file}")
    return {"written": [str(file) for file in files]}


def _send(picked: Picked, options: dict[str, Any]) -> dict[str, Any]:
    from ..export.otel import send_spans, traces_url

    url = traces_url(options["endpoint"])
    runs, spans = send_spans(picked.runs(note), url, content=options["content"])
    note(f"Sent {spans} spans of {runs} run{'s' * (runs != 1)} to {url}")
    return {"endpoint": url, "runs": runs, "spans": spans}
