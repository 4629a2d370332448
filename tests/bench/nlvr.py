"""What each part of the writer gives on NLVR's development split, alone and left out, and on wordings it never saw.

    .venv/bin/python tests/bench/nlvr.py DATA OUT            needs the LLM server; over an hour
    .venv/bin/python tests/bench/nlvr.py DATA OUT defaults unseen

Each row is a `looksmith eval nlvr` of its own, in a folder below OUT: what is done there is not done again, and what
one row asked the language model no other asks again. `unseen` deals the sentences into five parts; each part is asked
without the worked examples whose wording is that of one of its sentences, give or take colours, shapes and numbers.
It is what to expect of sentences that nobody has read before.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

DOMAIN = Path(__file__).parents[1] / "domains" / "nlvr.py"
SETTINGS: dict[str, tuple[str, ...]] = {
    "defaults": (),
    "oracle": ("--oracle",),
    "without repair": ("--repairs", "0"),
    "without vote": ("--samples", "1"),
    "without grammar": ("--no-grammar",),
    "retrieval alone": ("--samples", "1", "--repairs", "0", "--no-grammar"),
    "without retrieval": ("--nearest", "0"),
    "grammar alone": ("--samples", "1", "--repairs", "0", "--nearest", "0"),
    "none of them": ("--samples", "1", "--repairs", "0", "--nearest", "0", "--no-grammar"),
    "repair alone": ("--samples", "1", "--nearest", "0", "--no-grammar"),
    "vote on every question": ("--no-doubt",),
    "vote alone": ("--no-doubt", "--repairs", "0", "--nearest", "0", "--no-grammar"),
}
UNSEEN: dict[str, tuple[str, ...]] = {"unseen": (), "unseen with scenes": ("--scenes",)}
"""Rows on wordings without an example, and their options."""
PARTS = 5
ALIKE = 0.9
"""Share of words, in order, from which two sentences have the same wording."""
_VALUES = {
    word: mask
    for mask, words in {
        "COLOR": "black blue yellow",
        "NUMBER": "a an one two three four five six seven eight nine",
        "SHAPE": "circle square triangle block item object",
        "SIZE": "small medium large",
    }.items()
    for word in words.split()
}


def evaluate(data: Path, out: Path, options: Sequence[str], replies: Path) -> dict[str, Any]:
    """The report of one evaluation, made now unless it was made before."""
    report = out / "report.json"
    options = ["--replies", str(replies), *options]
    if not report.exists() or not json.loads(report.read_text())["complete"]:
        command = [
            sys.executable,
            "-m",
            "looksmith.agent.cli.main",
            "eval",
            "nlvr",
            "--data",
            str(data),
            "--out",
            str(out),
        ]
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    return json.loads(report.read_text())


def wording(sentence: str) -> list[str]:
    """Its words, with one word for all colours, one for all numbers, and so on."""

    def masked(word: str) -> str:
        return "NUMBER" if word.isdigit() else _VALUES.get(word) or _VALUES.get(word.removesuffix("s")) or word

    return [masked(word) for word in re.findall(r"[a-z]+|\d+", sentence.lower())]


def taught(question: str, sentences: Iterable[str]) -> bool:
    """Has one of the sentences the wording of a worked example?"""
    words = wording(question)
    return any(SequenceMatcher(None, words, wording(s), autojunk=False).ratio() >= ALIKE for s in sentences)


def part(data: Path, folder: Path, number: int) -> int:
    """One part of the data in the folder, with the plug-in less the examples that teach its sentences: how many."""
    rows = [json.loads(line) for line in (data / "dev.json").read_text().splitlines()]
    sentences = sorted({" ".join(row["sentence"].split()) for row in rows})[number::PARTS]
    folder.mkdir(parents=True, exist_ok=True)
    kept = [row for row in rows if " ".join(row["sentence"].split()) in sentences]
    (folder / "dev.json").write_text("".join(json.dumps(row) + "\n" for row in kept))
    if not (folder / "images").exists():
        (folder / "images").symlink_to(data.resolve() / "images")
    examples = tomllib.loads(DOMAIN.with_suffix(".toml").read_text())["example"]
    left = [example for example in examples if not taught(example["question"], sentences)]
    blocks = [
        f"[[example]]\nquestion = {json.dumps(e['question'])}\nprogram = {json.dumps(e['program'])}\n" for e in left
    ]
    (folder / "nlvr.toml").write_text("\n".join(blocks))
    (folder / "nlvr.py").write_text(DOMAIN.read_text())
    return len(examples) - len(left)


def unseen(name: str, data: Path, out: Path) -> str:
    """The row of all parts together."""
    reports: list[dict[str, Any]] = []
    without: list[int] = []
    for number in range(PARTS):
        folder = out / f"part-{number}"
        without.append(part(data, folder, number))
        options = ["--tools", str(folder / "nlvr.py"), "--only-tools", *UNSEEN[name]]
        reports.append(evaluate(folder, folder / "eval", options, out.parent / "replies.jsonl"))
    together: dict[str, Any] = {"outcomes": {}}
    for key, count in (("accuracy", "n"), ("valid_first_try", "n"), ("consistency", "questions")):
        together[key] = sum(r[key] * r[count] for r in reports) / sum(r[count] for r in reports)
    together["repairs"] = {"total": sum(r["repairs"]["total"] for r in reports)}
    for report in reports:
        for kind, number in report["outcomes"].items():
            together["outcomes"][kind] = together["outcomes"].get(kind, 0) + number
    return row(f"{name}: wordings not taught ({min(without)} to {max(without)} examples left out)", together)


def row(name: str, report: dict[str, Any]) -> str:
    """One line of the table."""
    interval = report.get("accuracy_interval_by_question")
    accuracy = f"{100 * report['accuracy']:.1f} %"
    if interval:
        accuracy += f" ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"
    failed = sum(count for kind, count in report["outcomes"].items() if kind != "ok")
    cells = (
        name,
        accuracy,
        f"{100 * report['consistency']:.1f} %",
        f"{100 * report['valid_first_try']:.1f} %",
        str(failed),
        str(report["repairs"]["total"]),
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "rows", nargs="*", help=f"Which rows: {', '.join([*UNSEEN, *SETTINGS])}. All when none is named."
    )
    parser.add_argument("--limit", type=int, help="Ask the first so many examples only; not for unseen.")
    given = parser.parse_intermixed_args()
    limit = ["--limit", str(given.limit)] if given.limit else []
    names = given.rows or [*SETTINGS, *UNSEEN]
    print("| | accuracy | consistency | valid at first | failed | repairs |\n|---|---|---|---|---|---|")
    for name in names:
        if name in UNSEEN:
            print(unseen(name, given.data, given.out / name.replace(" ", "-")), flush=True)
        else:
            out = given.out / name.replace(" ", "-")
            report = evaluate(given.data, out, [*SETTINGS[name], *limit], given.out / "replies.jsonl")
            print(row(name, report), flush=True)


if __name__ == "__main__":
    main()
