"""`looksmith ask --images`: asks one question about each of many images."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...tools.core.errors import InputError
from ..console.command import EXIT, INTERRUPTED, note, print_json, say, told
from ..console.engine_options import ENGINE_OPTIONS, engine_of, engine_options
from ..console.options import llm_from, writing_from

if TYPE_CHECKING:
    from ..evaluate.evaluation import Evaluation, Row
    from ..setup.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
_SHOWN = 8
"""How many different answers the summary lists."""


def each_options(command: F) -> F:
    """Add the options that belong to --images."""
    fresh = click.option("--fresh", is_flag=True, help="With --images: start over instead of resuming.")
    return fresh(engine_options("--images")(command))


def require_no_each_options() -> None:
    """Refuse the options that belong to --images, which the command line lacks. Raises InputError."""
    context = click.get_current_context()
    for name in ("fresh", *ENGINE_OPTIONS):
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise InputError(f"--{name.replace('_', '-')} only works with --images.")


def ask_about_each(
    patterns: tuple[str, ...], question: str, as_json: bool, settings: Settings, options: Mapping[str, Any]
) -> int:
    """Print one line per image as it is answered; exit with the status of the most frequent failure."""
    start = perf_counter()
    with told(as_json):
        asking = _prepared(patterns, question, settings, options)
        with asking.folder.locked():
            outcomes = _answer(asking, as_json, start)
    failed = [name for name, _ in outcomes.most_common() if name != "ok"]
    return EXIT[failed[0]] if failed else 0


def _prepared(patterns: tuple[str, ...], question: str, settings: Settings, options: Mapping[str, Any]) -> Evaluation:
    from ..datasets.data_set import DataSet
    from ..datasets.image_files import Each, find_images
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.folder import open_folder
    from ..evaluate.plan import planned

    data = DataSet("images", "", Each(find_images(patterns), question))
    writing, bench = writing_from(options), settings.bench()
    llm = llm_from(options, settings)
    chosen = {**asdict(writing), "max_tokens": options["max_tokens"]}
    mode = "fresh" if options["fresh"] else "auto"
    folder = open_folder(settings.home / "asks", planned(data, settings, bench, llm.model, chosen), None, mode, note)
    engine = engine_of(options, settings, bench, folder, llm, writing, folder.replies)
    return Evaluation(folder, data.records, engine)


def _answer(asking: Evaluation, as_json: bool, start: float) -> Counter[str]:
    """Ask the remaining images, print all answers including earlier ones, and count them by outcome."""
    from ..console.progress import progress
    from ..evaluate.report import Tally

    tally, outcomes, answers = Tally(), Counter[str](), Counter[str]()

    def tell(row: Row) -> None:
        outcomes[row.outcome] += 1
        answers[_text(row)] += row.outcome == "ok"
        _print(row, asking.folder.runs.root, as_json)

    for row in asking.done():
        tally.add(row)
        tell(row)
    try:
        with progress(tally, len(asking.records), lambda: f"{outcomes['ok']:,} answered") as report:

            def both(row: Row) -> None:
                tell(row)
                report(row)

            asking.run(both)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        _sum_up(asking, outcomes, answers, perf_counter() - start)
    return outcomes


def _print(row: Row, runs: Path, as_json: bool) -> None:
    if as_json:
        run = str(runs / row.run) if row.run else None
        told = {"answer": row.answer, "confidence": row.confidence, "outcome": row.outcome, "run": run}
        print_json({"image": row.id, **told, "message": row.message, "seconds": round(row.timing.total, 3)})
    elif row.outcome == "ok":
        say(f"{row.id}: {_text(row)}")
    else:
        first = row.message.partition("\n")[0]
        say(f"{row.id}: {row.outcome}: {first}", fg="red")


def _text(row: Row) -> str:
    from ..reading.said import answer_text, sure_text

    return sure_text(answer_text(row.answer), row.confidence) if row.outcome == "ok" else ""


def _sum_up(asking: Evaluation, outcomes: Counter[str], answers: Counter[str], seconds: float) -> None:
    done, total = outcomes.total(), len(asking.records)
    counted = ", ".join(f"{text}: {n:,}" for text, n in answers.most_common(_SHOWN) if n)
    more = len(+answers) - _SHOWN
    failed = ", ".join(f"{name}: {n:,}" for name, n in outcomes.most_common() if name != "ok")
    said = [counted + (f" and {more:,} other answers" if more > 0 else ""), failed]
    note(f"{done:,} of {total:,} images in {seconds:.1f} s: {'; '.join(filter(None, said)) or '-'}")
    if done < total:
        note("Rerun the command without --fresh to resume.")
    note(f"Runs are stored in {asking.folder.runs.root}")
