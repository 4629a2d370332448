"""What drawn scenes catch: wrong programs for NLVR's statements that contradict a stated fact, and no right ones.

    python tests/bench/drawn_scenes.py [EXAMPLES]          no model, no data

The statements are those of tests/domains/nlvr.toml with their programs, which are right. Wrong programs are those with
one small edit (a comparison, a number, a connective), and the programs of the three examples whose questions are most
alike. Of these only those count that do something else than the right one on some of 16 random scenes or more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from looksmith.agent.debug.corrections import program_edits
from looksmith.agent.doubt.drawn import Drawn
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.language import INPUTS
from looksmith.programs.language.program import Program
from looksmith.tools.core.example import DrawnScene, Example
from looksmith.tools.core.registry import Registry

DOMAIN = Path(__file__).parents[1] / "domains" / "nlvr.py"
NEAR = 3
RANDOM = 16
EDITS = 4
"""Of each program at most, spread over it."""


class Many:
    """More scenes at random, the same for all statements."""

    def __init__(self, drawing: object) -> None:
        self._drawing: object = drawing
        self.tools = drawing.tools  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    def scenes(self, question: str) -> list[DrawnScene]:
        """Of statements about towers, and about loose shapes."""
        texts = [f"{kind} {number}" for number in range(RANDOM // 8) for kind in _kinds(question)]
        return [scene for text in texts for scene in self._drawing.scenes(text)]  # pyright: ignore


def _kinds(question: str) -> Sequence[str]:
    return ("tower",) if "tower" in question.lower() else ("circle", "tower")


def main() -> None:
    """Print how many of each kind were caught."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
    settings = replace(Settings(find_home(), device="cpu"), tool_files=(DOMAIN,), installed=False)
    registry = settings.registry()
    examples = registry.examples[:: max(1, len(registry.examples) // limit)] if limit else registry.examples
    more = registry.mapped(lambda tool: tool)
    more.draws(Many(registry.drawing))
    with settings.sandbox() as sandbox:
        drawn, random = Drawn(registry, sandbox), Drawn(more, sandbox)
        certain = [e for e in examples if any(s.answer is not None for s in _scenes(registry, e.question))]
        alarms = [e for e in examples if drawn.contradictions(e.program, e.question)]
        print(f"{len(certain)} of {len(examples)} statements have facts; {len(alarms)} right programs contradict one")
        for example in alarms:
            print(example.question, drawn.contradictions(example.program, example.question)[0].message)
        for name, wrong in (("edits", _edited), ("programs of like statements", _others)):
            _tell(name, examples, {e.question: list(wrong(e, examples, registry)) for e in examples}, drawn, random)


def _scenes(registry: Registry, question: str) -> Sequence[DrawnScene]:
    assert registry.drawing is not None
    return registry.drawing.scenes(question)


def _tell(name: str, examples: Sequence[Example], wrong: dict[str, list[str]], drawn: Drawn, random: Drawn) -> None:
    caught = differs = unlike = 0
    for example in examples:
        right = random.tried(example.program, example.question)
        seen = drawn.tried(example.program, example.question)
        for program in wrong[example.question]:
            if random.tried(program, example.question).alike(right) == 1:
                continue
            differs += 1
            caught += bool(drawn.contradictions(program, example.question))
            unlike += drawn.tried(program, example.question).alike(seen) < 1
    print(
        f"{name}: {differs} do something else; {caught} ({100 * caught / max(differs, 1):.0f} %) contradict a fact, "
        f"{unlike} ({100 * unlike / max(differs, 1):.0f} %) differ from the right program on a drawn scene"
    )


def _edited(example: Example, _: Sequence[Example], registry: Registry) -> Iterator[str]:
    edits = [edit.edits.program or "" for edit in program_edits(example.program.strip())]
    valid = [program for program in edits if _is_valid(program, example.question, registry)]
    yield from valid[:: max(1, len(valid) // EDITS)][:EDITS]


def _others(example: Example, examples: Sequence[Example], registry: Registry) -> Iterator[str]:
    words = example.question.lower().split()

    def likeness(other: Example) -> float:
        return SequenceMatcher(None, words, other.question.lower().split(), autojunk=False).ratio()

    near = sorted((e for e in examples if e != example), key=likeness, reverse=True)[:NEAR]
    yield from (e.program for e in near if _is_valid(e.program, example.question, registry))


def _is_valid(program: str, question: str, registry: Registry) -> bool:
    return isinstance(check(Program(program, question), registry, INPUTS), Checked)


if __name__ == "__main__":
    main()
