"""`looksmith describe`: writes descriptions of labels with the language model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..console.command import home_option, json_option, print_json, say, told
from ..console.options import llm_from, llm_options, server_from

if TYPE_CHECKING:
    from ...tools.name.descriptors import Descriptors


@click.command()
@click.argument("labels", nargs=-1, required=True)
@click.option("--domain", default="", help='What the labels are kinds of, such as "a kind of dog".')
@click.option("--samples", default=4, show_default=True, type=click.IntRange(1, 32), help="Replies per question.")
@click.option(
    "--temperature", default=0.9, show_default=True, type=click.FloatRange(0, 2), help="0 requires --samples 1."
)
@click.option("--seed", type=int, help="Makes replies repeatable if the server supports seeds.")
@llm_options
@home_option
@json_option
def describe(
    labels: tuple[str, ...],
    domain: str,
    samples: int,
    temperature: float,
    seed: int | None,
    home: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Let the LLM describe what LABELS look like; print the sentences and store them for CLASSIFY."""
    from ...tools.name.cupl import Describer
    from ..llm.describer import ChatWriter
    from ..setup.settings import Settings

    with told(as_json):
        settings = Settings(home, **server_from(options))
        llm = llm_from(options, settings)
        writer = ChatWriter(lambda: llm)
        store = settings.descriptors
        describer = Describer(store, writer, samples=samples, temperature=temperature, seed=seed)
        described = [describer.write(label, domain) for label in labels]
    if as_json:
        print_json([one.model_dump(mode="json") for one in described])
        return
    for one in described:
        _show(one)


def _show(one: Descriptors) -> None:
    about = f" ({one.domain})" if one.domain else ""
    say(f"{one.label}{about}: {len(one.sentences)} sentences by {one.model}", bold=True)
    for sentence in one.sentences:
        say(f"  {sentence}")
    for dropped in one.dropped:
        say(f"  dropped, {dropped.reason}: {dropped.sentence}", dim=True)
