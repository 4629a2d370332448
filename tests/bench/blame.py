"""Does blame find the step that was made wrong? Runs that are right, each spoilt in one known way.

    .venv/bin/python tests/bench/blame.py DATA [CASES]        minutes; needs the pocket models, no language model

DATA is the folder of NLVR (its development split). Runs are right by definition: on NLVR, the examples of
tests/domains/nlvr.toml over its pictures with the oracle's tools; on photos, the programs below with the pocket models,
whose own results are taken for the truth. Of each, a step's result or a line of the program is changed at random, and
the run is repeated from there. Where that changes the answer, blame is asked twice: with the truth, and with the
expected answer alone. CASES are tried for each of the two (600).
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from looksmith.agent.ask.loop import Bench
from looksmith.agent.datasets.catalog import load_data
from looksmith.agent.debug.blame import Blame, JudgedRun, blame, stored_outcome
from looksmith.agent.debug.corrections import program_edits
from looksmith.agent.debug.replay import Edits, Replayer, Script
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.decode import decode
from looksmith.agent.traces.runs import Runs, StoredRun
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.errors import InputError, LooksmithError, NoDetection
from looksmith.tools.core.example import load_examples
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import PLAIN
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.images import load_image

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from photos import photo_path

DOMAIN = Path(__file__).parents[1] / "domains"
PHOTOS = ("coffee", "chelsea", "astronaut", "rocket", "page", "horse")
PROGRAMS = (
    'answer = len(DETECT(image, "cup"))',
    'answer = COUNT(DETECT(image, "person")) == COUNT(DETECT(image, "cat"))',
    'found = DETECT(image, "cup") + DETECT(image, "cat") + DETECT(image, "person")\n'
    "answer = max(found, key=lambda b: b.width).label if found else 'nothing'",
    'answer = "yes" if EXISTS(image, "cat") and not EXISTS(image, "dog") else "no"',
    'thing = "cup" if EXISTS(image, "cup") else "person" if EXISTS(image, "person") else "cat"\n'
    "box = LOC(image, thing)\nanswer = COLOR(CROP(image, box))",
    'box = LOC(image, "cup")\nanswer = CLASSIFY(CROP(image, box), ["espresso", "soup bowl", "red wine"])',
    'box = LOC(image, "cat")\nanswer = CLASSIFY(CROP(image, box), ["tabby cat", "Egyptian cat", "tiger"])',
    'boxes = DETECT(image, "cat")\nanswer = [COLOR(CROP(image, b)) for b in boxes]',
    'answer = "left" if LOC(image, "cat").center_x < image.width / 2 else "right"',
    'a = LOC(image, "cup")\nb = LOC(image, "spoon")\nanswer = LEFT_OF(b, a)',
    "answer = READ(image)[:20]",
    'text = READ(image)\nanswer = len(text.split(" "))',
    'answer = sum(1 for name in ["cup", "cat", "person", "dog"] if EXISTS(image, name))',
    'box = LOC(image, "person")\nanswer = EXISTS(CROP(image, box), "tie") or COLOR(CROP(image, box)) == "orange"',
)


@dataclass
class Tally:
    """Of the cases of one kind: how many changed the answer, and how many of these were named.

    sure: with the truth. guessed, among: from the expected answer alone, first, and among the first three places.
    """

    changed: int = 0
    sure: int = 0
    guessed: int = 0
    among: int = 0
    missed: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Spoilt:
    """A way to spoil a run: its kind, and the step, 0 for the program."""

    kind: str
    step: int
    edits: Edits


@dataclass(frozen=True)
class World:
    """Where runs come from: tools that are right by definition, pictures and programs."""

    name: str
    registry: Registry
    images: Sequence[tuple[Image, str]]
    programs: Sequence[str]


def worlds(data: Path) -> Iterator[World]:
    nlvr = load_data("nlvr", data, "dev")
    some = replace(nlvr, records=nlvr.records[::40])
    settings = Settings(find_home(), "cpu", some.domain_tools(), installed=False, truths=some.truths())
    images = [(load_image(record.image), record.image.name) for record in some.records]
    programs = [example.program.strip() for example in load_examples(DOMAIN / "nlvr.toml")]
    yield World("NLVR", settings.registry(), images, programs)
    photos = [(load_image(photo_path(name)), name) for name in PHOTOS]
    yield World("photos", Settings(find_home(), "cpu").registry(), photos, PROGRAMS)


def spoil(script: Script, chance: random.Random) -> Spoilt | None:
    """A change at random: of the program in one of four cases, else of a step by a model."""
    if chance.random() < 0.25:
        edits = [*program_edits(script.program.source), *_other_words(script.program.source, chance)]
        return Spoilt("program line", 0, _one(edits, chance)) if edits else None
    steps = [number for number, step in enumerate(script.steps, start=1) if step.backend != PLAIN]
    if not steps:
        return None
    number = chance.choice(steps)
    step = script.steps[number - 1]
    said = None if step.error else decode(step.result, script.pictures)
    words = [word for given in step.arguments.values() if isinstance(given, list) for word in given]
    ways = list(_ways(said, script.subject.images[0], [w for w in words if isinstance(w, str)], chance))
    kind, value = chance.choice(ways) if ways else ("", None)
    return Spoilt(kind, number, Edits({number: value})) if ways else None


def _one(edits: Sequence[Any], chance: random.Random) -> Edits:
    found = chance.choice(edits)
    return found if isinstance(found, Edits) else found.edits


def _other_words(source: str, chance: random.Random) -> list[Edits]:
    """The program with another colour, shape or thing in one place."""
    sets = (("blue", "black", "yellow"), ("circle", "square", "triangle"), ("cup", "cat", "person", "dog"))
    places = [(w, v) for words in sets for w in words if f'"{w}"' in source for v in words if v != w]
    return [Edits(program=source.replace(f'"{w}"', f'"{v}"', 1)) for w, v in places]


def _ways(said: Any, image: Image, words: Sequence[str], chance: random.Random) -> Iterator[tuple[str, Any]]:
    match said:
        case bool():
            yield "yes for no", not said
        case int():
            yield "number", said + chance.choice((-1, 1, 2))
        case str():
            others = [word for word in (*words, "blue", "black", "yellow") if word != said]
            yield ("class", chance.choice(others)) if len(said) < 20 else ("text", said[: len(said) // 2])
        case Box():
            yield "moved box", _moved(said, image)
            yield "found nothing", NoDetection("Nothing was found.")
        case list() if said:
            at = chance.randrange(len(said))
            yield "dropped", [*said[:at], *said[at + 1 :]]
            yield "added", [*said, _added(said[at], image)]
            if isinstance(said[at], Box):
                yield "moved box", [*said[:at], _moved(said[at], image), *said[at + 1 :]]
                yield "relabelled", [*said[:at], replace(said[at], label="thing"), *said[at + 1 :]]
        case list():
            frame = image.frame
            yield "added", [Box(frame.left, frame.top, frame.center_x, frame.center_y, "thing", 0.9)]
        case _:
            return


def _moved(box: Box, image: Image) -> Box:
    """By its own width or height, into the picture's middle."""
    by = box.width if box.center_x < image.width / 2 else -box.width
    return replace(box, left=box.left + by, right=box.right + by)


def _added(item: Any, image: Image) -> Any:
    return _moved(item, image) if isinstance(item, Box) else item


def named(found: Blame, spoilt: Spoilt) -> bool:
    """Is it the stage and the step that was spoilt?"""
    return found.stage == "program" if spoilt.step == 0 else found.step == spoilt.step


def among(found: Blame, spoilt: Spoilt) -> bool:
    """Is it among the first three different steps of those that would mend the answer?"""
    places = list(dict.fromkeys(flip.step for flip in found.flips))[:3]
    return spoilt.step in places


def try_world(world: World, cases: int, chance: random.Random) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    truth = Executor(world.registry)
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        runs = Runs(Path(folder))
        bench = Bench(world.registry, truth, sandbox, runs, ())
        replayer = Replayer(world.registry, sandbox, runs, truth)
        for _ in range(cases):
            image, name = chance.choice(world.images)
            program = Program(chance.choice(world.programs))
            if not isinstance(check(program, world.registry), Checked):
                continue
            right = runs.load(str(bench.run(Subject.of(image, name), program).run))
            one = try_case(right, replayer, truth, chance)
            if one is None:
                continue
            kind, sure, guess, in_three, told = one
            tally = tallies.setdefault(kind, Tally())
            tally.changed += 1
            tally.sure += sure
            tally.guessed += guess
            tally.among += in_three
            if not sure:
                tally.missed.append(told)
    return tallies


def try_case(
    right: StoredRun, replayer: Replayer, truth: Executor, chance: random.Random
) -> tuple[str, bool, bool, bool, str] | None:
    """Spoil a run and blame it; None where the answer stayed the same, or nothing could be spoilt."""
    script = Script.of(right)
    spoilt = spoil(script, chance)
    wanted = stored_outcome(script)
    if spoilt is None or wanted.kind != "ok":
        return None
    try:
        wrong = Script.of(replayer.replay(right, spoilt.edits).run)
    except (InputError, LooksmithError):
        return None

    def is_right(outcome: Outcome) -> bool:
        return outcome.kind == "ok" and outcome.answer == wanted.answer

    if is_right(stored_outcome(wrong)):
        return None
    case = JudgedRun(wrong, replayer, is_right)
    sure, guess = blame(case, truth), blame(case, expected=wanted.answer)
    told = f"{spoilt.kind} at {spoilt.step}: {sure.stage} {sure.step} {sure.why} | {wrong.program.source!r}"
    return spoilt.kind, named(sure, spoilt), named(guess, spoilt), among(guess, spoilt), told


def main() -> None:
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    total: Counter[str] = Counter()
    print(f"{'spoilt':<28}{'changed':>8}{'with truth':>12}{'answer alone':>14}{'of three':>10}")
    for world in worlds(Path(sys.argv[1])):
        for kind, tally in sorted(try_world(world, cases, random.Random(7)).items()):
            shares = [f"{100 * count / tally.changed:.0f} %" for count in (tally.sure, tally.guessed, tally.among)]
            print(f"{world.name + ', ' + kind:<28}{tally.changed:>8}{shares[0]:>12}{shares[1]:>14}{shares[2]:>10}")
            for told in tally.missed[:3]:
                print(f"    missed: {told}", file=sys.stderr)
            total.update(changed=tally.changed, sure=tally.sure, guessed=tally.guessed, among=tally.among)
    shares = [f"{100 * total[name] / total['changed']:.1f} %" for name in ("sure", "guessed", "among")]
    print(f"{'all':<28}{total['changed']:>8}{shares[0]:>12}{shares[1]:>14}{shares[2]:>10}")


if __name__ == "__main__":
    main()
