"""A page that computes what a million GQA questions cost on so many GPUs: `tests/bench/gqa_cost.html`.

    python tests/bench/gqa_cost.py [--measure HOME]      a second

Every input can be changed on the page; its default says whether it was measured here (`figures.json`) or assumed, and
from what. --measure reads the language model's tokens per question from the evaluations below HOME first.

The model behind it: GPUs work all the time but for what is not reached, and are split between the language model and
the tools so that both are equally busy. Waiting costs nothing: enough questions are in flight.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import figures

from looksmith.agent.timing.spent import measure
from looksmith.agent.timing.timeline import read_all
from looksmith.programs.examples.bank import load_kinds

HERE = Path(__file__).parent
PAGE = HERE / "gqa_cost.html"

KINDS = ("attribute", "classify", "compare", "count", "exist", "logic", "relation", "scene", "spatial", "superlative")
"""The examples whose questions are of the kinds that GQA has."""
MODELS = {
    "detector": ("LOC", "DETECT", "EXISTS", "COUNT"),
    "classifier": ("CLASSIFY", "MATCH", "SIMILAR"),
    "vlm": ("VQA", "VERIFY", "DESCRIBE", "POINT"),
    "segmenter": ("SEGMENT", "DEPTH"),
}
H100 = "H100 SXM: 989 TFLOP/s (bf16, dense) and 3.35 TB/s by NVIDIA's data sheet"


Basis = Literal["measured here", "counted here", "assumed"]


@dataclass(frozen=True)
class Input:
    """A number that the page computes from. source: by what it was measured or counted, or from what it is assumed."""

    name: str
    label: str
    unit: str
    value: float
    basis: Basis
    source: str


def assumed(name: str, label: str, unit: str, value: float, source: str) -> Input:
    return Input(name, label, unit, value, "assumed", source)


def told(name: str, label: str, unit: str) -> Input:
    """A figure that was measured here."""
    found = figures.read()[name]
    return Input(name, label, unit, found["value"], "measured here", found["source"])


def calls_of_examples() -> dict[str, float]:
    """Calls of each kind of model in an example program of GQA's kinds, on average. A loop's body counts once."""
    examples = [example for kind, some in load_kinds().items() if kind in KINDS for example in some]
    counts = Counter[str]()
    for example in examples:
        for node in ast.walk(ast.parse(example.program)):
            # COUNT of boxes is arithmetic, COUNT of an image and a name asks the detector.
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id if node.func.id != "COUNT" or len(node.args) > 1 else ""
                counts.update(kind for kind, tools in MODELS.items() if name in tools)
    return {kind: counts[kind] / len(examples) for kind in MODELS}


def inputs() -> list[Input]:
    """The page's inputs, in its order."""
    calls = calls_of_examples()
    from_examples = f"over the example programs of the kinds {', '.join(KINDS)}; a loop's body counts once"
    derived = f"derived, not measured: {H100}, of which 40 % (compute) or 60 % (memory) are reached"
    return [
        assumed("questions", "Questions", "", 1e6, "what is asked for"),
        assumed("gpus", "GPUs", "", 8, "one server"),
        assumed("price", "Price of a GPU", "$ / h", 2.5, "usual price of an H100 in 2026; offers go from 1.7 to 6.9"),
        told(
            "prompt_tokens",
            "Prompt",
            "tokens / question",
        ),
        told("completion_tokens", "Program", "tokens / question"),
        told("prefix_share", "Share of the prompt in the prefix cache", "0 to 1"),
        assumed(
            "read_rate", "LLM reads", "tokens / s / GPU", 26000, f"a 7.6 B model takes 15.2 GFLOP a token; {derived}"
        ),
        assumed(
            "write_rate",
            "LLM writes",
            "tokens / s / GPU",
            10000,
            f"256 at once: 15 GB of weights and 35 GB of keys and values a step; {derived}",
        ),
        *(
            Input(
                f"{kind}_calls",
                f"Calls of the {kind}",
                "/ question",
                round(calls[kind], 2),
                "counted here",
                from_examples,
            )
            for kind in MODELS
        ),
        told("detector_ms", "The detector", "ms / call, full batch"),
        told("classifier_ms", "The classifier", "ms / call, full batch"),
        assumed(
            "vlm_ms",
            "The VLM",
            "ms / call, full batch",
            15,
            f"2.2 B parameters read 1,200 tokens of image and prompt, 4.4 GFLOP each; {derived}",
        ),
        told("segmenter_ms", "The segmenter", "ms / call, full batch"),
        told("own_ms", "looksmith's own processor time", "ms / question"),
        assumed("cores", "Processor cores", "", 96, "a server with 8 GPUs has 96 to 192"),
        told("reach", "Share of the models' own speed that is reached", "0 to 1"),
    ]


def cost(given: Mapping[str, float]) -> dict[str, Any]:
    """Hours, money and what holds everything up. The same formula as the page's script, which tests hold against it."""
    new = given["prompt_tokens"] * (1 - given["prefix_share"])
    parts = {"LLM, reading": new / given["read_rate"], "LLM, writing": given["completion_tokens"] / given["write_rate"]}
    llm = sum(parts.values())
    parts |= {kind: given[f"{kind}_calls"] * given[f"{kind}_ms"] / 1000 for kind in MODELS}
    gpu, cpu = sum(parts.values()) / given["reach"], given["own_ms"] / 1000
    tools = sum(parts.values()) - llm
    gpu_hours = given["questions"] * gpu / given["gpus"] / 3600
    cpu_hours = given["questions"] * cpu / given["cores"] / 3600
    hours = max(gpu_hours, cpu_hours)
    slowest = max(parts, key=lambda name: parts[name])
    return {
        "hours": hours,
        "gpu_hours": gpu_hours,
        "cpu_hours": cpu_hours,
        "money": hours * given["gpus"] * given["price"],
        "per_second": given["questions"] / hours / 3600 if hours else 0.0,
        "bottleneck": "processor cores" if cpu_hours > gpu_hours else slowest,
        "llm_gpus": given["gpus"] * llm / (llm + tools) if llm + tools else 0.0,
        "tool_gpus": given["gpus"] * tools / (llm + tools) if llm + tools else 0.0,
        "parts": {name: 1000 * seconds for name, seconds in parts.items()},
    }


def page() -> str:
    """The page, whole."""
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True)
    defaults = inputs()
    values = {one.name: one.value for one in defaults}
    template = environment.get_template("gqa_cost_template.html")
    return template.render(inputs=[asdict(one) for one in defaults], kinds=list(MODELS), found=cost(values))


def learn(home: Path) -> None:
    """Tokens per question of the evaluations below a home folder."""
    folders = sorted(path.parent for path in home.glob("evals/*/eval.json"))
    reports = [measure(read_all(folder, print)) for folder in folders]
    requests, runs = sum(one.requests for one in reports), sum(one.runs for one in reports)
    asked = sum(one.requests + one.failed + one.remembered for one in reports) / runs
    names = ", ".join(folder.name for folder in folders)
    for name in ("prompt_tokens", "completion_tokens"):
        mean = sum(getattr(one, name) for one in reports) / requests
        how = f"{mean:,.0f} a request ({requests} requests) times {asked:.2f} requests a question"
        figures.note(name, mean * asked, f"{how} ({runs} runs of {names})")


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--measure", metavar="HOME", type=Path)
    home = parser.parse_args().measure
    if home:
        learn(home)
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
