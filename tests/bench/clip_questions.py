"""Questions about drawn clips, whose answers are known: how many are right, by kind, and what they take.

    python tests/bench/clip_questions.py --things shapes --vision perfect --programs own
    python tests/bench/clip_questions.py --things photos --vision pocket --programs own
    python tests/bench/clip_questions.py --things photos --vision pocket --programs llm --base-url URL --replies FILE

Perfect vision looks up what was drawn; "own" programs are written by hand, one for each kind of question. The words of
the questions are not those of the worked examples.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from drawn_clips import COLORS, PHOTOS, SHAPES, Actor, Drawn, Visit, times_when

from looksmith.agent.inputs.subject import load_subject
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.language.program import Program
from looksmith.tools.core.times import Segment

SECONDS, NEAR = 10.0, 0.35
"""Of a clip; how far a time may be from the right one."""
Same = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Asked:
    """A question: its kind, the right answer, and a program for it."""

    kind: str
    question: str
    right: Any
    program: str


def world(seed: int, *, photos: bool) -> Drawn:
    """A clip with things that come twice, come once, pass by one after another, and stay.

    Of the photos, of which there are three, either the last or the last but one is left out.
    """
    dice = random.Random(seed)
    size, side = ((640, 480), 150) if photos else ((320, 240), 44)
    names = [("", name) for name in PHOTOS] if photos else [(c, s) for c in COLORS for s in SHAPES]
    dice.shuffle(names)
    roles = ["twice", "once", "passing", "still"]
    if photos:
        roles.remove(dice.choice(("passing", "still")))
    actors: list[Actor] = []
    for place, (role, (color, name)) in enumerate(zip(roles, names, strict=False)):
        y = size[1] / len(roles) * (place + 0.5)
        actors += _cast(dice, Actor(name, color, side, ()), size, y, role)
    return Drawn(tuple(actors), SECONDS, size)


def _cast(dice: random.Random, actor: Actor, size: tuple[int, int], y: float, role: str) -> list[Actor]:
    """A thing with its visits: once, twice, for good, or as several that pass."""
    low, high = actor.width * 0.6, size[0] - actor.width * 0.6

    def visit(start: float, end: float) -> Visit:
        left, right = (low, y), (high, y)
        return Visit(start, end, *((left, right) if dice.random() < 0.5 else (right, left)))

    if role == "still":
        start = round(dice.uniform(0.0, 4.0), 1)
        x = dice.uniform(low, high)
        return [replace(actor, visits=(Visit(start, SECONDS, (x, y), (x, y)),))]
    if role == "once":
        start = round(dice.uniform(0.5, 4.5), 1)
        return [replace(actor, visits=(visit(start, round(start + dice.uniform(2.5, 4.5), 1)),))]
    if role == "twice":
        first = round(dice.uniform(0.3, 1.5), 1)
        second = round(first + dice.uniform(3.6, 5.0), 1)
        spans = [(first, first + 2.2), (second, second + 2.4)]
        return [replace(actor, visits=tuple(visit(round(a, 1), round(b, 1)) for a, b in spans))]
    count, start = dice.choice((1, 2, 3)), round(dice.uniform(0.2, 0.8), 1)
    starts = [round(start + 3.1 * number, 1) for number in range(count)]
    return [replace(actor, visits=(visit(one, round(one + 2.2, 1)),)) for one in starts]


def questions(drawn: Drawn, seed: int, *, photos: bool) -> Iterator[Asked]:
    """Twelve kinds of questions about a clip; of some kinds one with another answer is not asked of it."""
    dice = random.Random(1000 + seed)
    called = list(dict.fromkeys(actor.called for actor in drawn.actors))
    twice, once, third = called[:3]
    stays = [
        actor.called
        for actor in drawn.actors
        if actor.visits[-1].end == SECONDS and len(actor.visits) == 1 and actor.visits[0].come == actor.visits[0].go
    ]
    still, passing = (stays[0] if stays else once), ("" if stays[:1] == [third] else third)

    def spans(name: str) -> list[tuple[float, float]]:
        return times_when(drawn, lambda t: any(actor.called == name for actor, _ in drawn.seen(t)))

    def thing(name: str) -> str:
        """As a tool takes it."""
        color, _, noun = name.rpartition(" ")
        return f'"{noun}", "{color}"' if color else f'"{noun}"'

    def better(names: list[str], tool: str, sign: str) -> str:
        """The program that answers with the name for which a tool says more, or less."""
        one, other = (f"{tool}(video, {thing(name)})" for name in names)
        return f'answer = "{names[0]}" if {one} {sign} {other} else "{names[1]}"'

    def pick(*wordings: str) -> str:
        return dice.choice(wordings)

    absent = next(
        name
        for name in (["dog", "bus", "umbrella"] if photos else [f"{c} {s}" for c in COLORS for s in SHAPES])
        if name not in called
    )
    asked = dice.choice((absent, once))
    yield Asked(
        "seen",
        pick(
            f"Do you ever see a {asked} here?", f"Is a {asked} visible at some time?", f"Any {asked} in this recording?"
        ),
        asked != absent,
        f"answer = SEEN(video, {thing(asked)})",
    )
    one = dice.choice((once, twice, still))
    yield Asked(
        "first",
        pick(
            f"When does the {one} turn up?",
            f"At which point in time does the {one} enter?",
            f"When is the {one} first visible?",
        ),
        spans(one)[0][0],
        f"answer = FIRST_SEEN(video, {thing(one)})",
    )
    one = dice.choice((once, twice))
    yield Asked(
        "last",
        pick(
            f"When does the {one} vanish for good?",
            f"At what time is the {one} last visible?",
            f"When can you last see the {one}?",
        ),
        spans(one)[-1][1],
        f"answer = LAST_SEEN(video, {thing(one)})",
    )
    one = dice.choice((once, twice, still))
    yield Asked(
        "how long",
        pick(
            f"How long can the {one} be seen?",
            f"For how many seconds is the {one} there?",
            f"How long is the {one} on screen in total?",
        ),
        sum(end - start for start, end in spans(one)),
        f"answer = HOW_LONG(video, {thing(one)})",
    )
    one = dice.choice((once, twice, still))
    yield Asked(
        "how often",
        pick(
            f"How often does the {one} come into the picture?",
            f"How many times does the {one} come into view?",
            f"How often can you see the {one} appear?",
        ),
        len(spans(one)),
        f"answer = HOW_OFTEN(video, {thing(one)})",
    )
    if passing:
        yield Asked(
            "how many",
            pick(
                f"How many different {passing}s go by?",
                f"How many {passing}s are there altogether in the recording?",
                f"How many different {passing}s do we see in total?",
            ),
            sum(actor.called == passing for actor in drawn.actors),
            f"answer = HOW_MANY(video, {thing(passing)})",
        )
    time = next(t for t in (round(dice.uniform(1, 9), 1) for _ in range(99)) if _steady(drawn, t))
    one = dice.choice((once, twice))
    there = any(actor.called == one for actor, _ in drawn.seen(time))
    yield Asked(
        "at a time",
        pick(
            f"Is the {one} in the picture at {time:g} seconds?",
            f"Can the {one} be seen {time:g} seconds into the recording?",
            f"Exactly at {time:g} seconds, is there a {one}?",
        ),
        there,
        f"answer = EXISTS(AT(video, {time}), {thing(one)})",
    )
    first, second = _apart(dice, [once, twice, still], lambda name: spans(name)[0][0])
    if first:
        names = dice.sample([first, second], 2)
        right = min(names, key=lambda name: spans(name)[0][0])
        yield Asked(
            "which first",
            pick(
                f"What comes into view first, the {names[0]} or the {names[1]}?",
                f"Which one turns up earlier, the {names[0]} or the {names[1]}?",
            ),
            right,
            better(names, "FIRST_SEEN", "<"),
        )
        yield Asked(
            "before or after",
            pick(
                f"Is the {names[0]} visible earlier than the {names[1]}?",
                f"Does the {names[0]} turn up before the {names[1]}?",
            ),
            right == names[0],
            f"answer = FIRST_SEEN(video, {thing(names[0])}) < FIRST_SEEN(video, {thing(names[1])})",
        )
    together = [(max(a, c), min(b, d)) for a, b in spans(once) for c, d in spans(twice) if max(a, c) < min(b, d)]
    if not together or max(b - a for a, b in together) > 0.8:
        yield Asked(
            "together",
            pick(
                f"Are the {once} and the {twice} visible at the same moment at any time?",
                f"Is there a time at which one sees both the {once} and the {twice}?",
            ),
            bool(together),
            f'answer = len(TOGETHER(video, "{once}", "{twice}")) > 0',
        )
    one = dice.choice((once, still))
    mover = next(actor for actor in drawn.actors if actor.called == one).visits[0]
    way = "nowhere" if one in stays else "right" if mover.go[0] > mover.come[0] else "left"
    if way == "nowhere":
        yield Asked(
            "motion",
            pick(f"Does the {one} stand still?", f"Does the {one} remain in its place?"),
            True,
            f'answer = MOVES(video, {thing(one)}) == "nowhere"',
        )
    else:
        yield Asked(
            "motion",
            pick(
                f"Where does the {one} go, left or right?", f"In which direction does the {one} travel, left or right?"
            ),
            way,
            f"answer = MOVES(video, {thing(one)})",
        )
    a, b = _apart(dice, [once, twice, still], lambda name: sum(end - start for start, end in spans(name)))
    if a:
        names = dice.sample([a, b], 2)
        yield Asked(
            "which longer",
            pick(
                f"What can be seen for longer, the {names[0]} or the {names[1]}?",
                f"Which one is there for more seconds, the {names[0]} or the {names[1]}?",
            ),
            max(names, key=lambda name: sum(end - start for start, end in spans(name))),
            better(names, "HOW_LONG", ">"),
        )
    half = dice.choice(("first", "second"))
    start, end = (0.0, SECONDS / 2) if half == "first" else (SECONDS / 2, SECONDS)
    overlaps = [min(b, end) - max(a, start) for a, b in spans(once)]
    if max(overlaps) > 0.6 or max(overlaps) < -0.3:
        yield Asked(
            "part",
            pick(
                f"Is the {once} visible during the {half} half?",
                f"Can you see the {once} in the {half} half of the recording?",
            ),
            max(overlaps) > 0,
            f"answer = SEEN(PART(video, {start}, {end}), {thing(once)})",
        )


def _steady(drawn: Drawn, time: float) -> bool:
    """Does nothing come or go around that time?"""
    edges = [edge for actor in drawn.actors for visit in actor.visits for edge in (visit.start, visit.end)]
    return all(abs(edge - time) > 0.4 for edge in edges)


def _apart(dice: random.Random, names: list[str], of: Callable[[str], float]) -> tuple[str, str]:
    """Two names whose numbers are clearly different; two empty ones where there are none."""
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if abs(of(a) - of(b)) > 0.9]
    return dice.choice(pairs) if pairs else ("", "")


def is_right(answer: Any, right: Any) -> bool:
    """Is it the answer, a time give or take NEAR?"""
    first: Any = answer[0] if isinstance(answer, list) and answer else answer
    if isinstance(first, Segment):
        answer = first.start
    if isinstance(right, bool) or isinstance(answer, bool):
        return answer is right or str(answer).lower() == ("yes" if right is True else "no")
    if isinstance(right, float):
        return isinstance(answer, int | float) and abs(answer - right) <= NEAR
    if isinstance(right, str):
        return isinstance(answer, str) and (answer == right or right.endswith(f" {answer}"))
    return answer == right


def main() -> None:
    """Ask, and print a line for each kind."""
    given = _arguments()
    photos = given.things == "photos"
    folder, scenes = Path(mkdtemp(prefix="clips-", dir=given.scratch)), dict[str, Any]()
    rows: list[tuple[Path, Asked]] = []
    for seed in range(given.clips):
        drawn = world(seed, photos=photos)
        path = drawn.write(folder / f"{seed}.mp4")
        if given.vision == "perfect":
            scenes |= drawn.graphs(path)
        rows += [(path, asked) for asked in questions(drawn, seed, photos=photos)]
    rows = rows[: given.most]
    settings = Settings(find_home(), scenes=scenes or None, cache=True)
    bench = replace(settings.bench(about="video"), runs=replace_runs(folder))
    llm = _llm(given, settings)
    start, right, total, wrong = perf_counter(), Counter[str](), Counter[str](), list[Any]()

    def one(row: tuple[Path, Asked]) -> tuple[Asked, Any]:
        path, asked = row
        subject = load_subject([path])
        if llm is None:
            return asked, bench.run(subject, Program(asked.program, asked.question))
        return asked, bench.ask(subject, asked.question, llm)

    silent = 0
    with ThreadPoolExecutor(given.at_once) as pool, bench.sandbox:
        for asked, answer in pool.map(one, rows):
            if answer.outcome == "llm_error":
                silent += 1
                continue
            total[asked.kind] += 1
            good = answer.outcome == "ok" and is_right(answer.value, asked.right)
            right[asked.kind] += good
            if not good:
                wrong.append(
                    [
                        asked.kind,
                        asked.question,
                        asked.right,
                        str(answer.value),
                        answer.outcome,
                        answer.message[:200],
                        str(answer.folder),
                    ]
                )
                print(json.dumps(wrong[-1]), file=sys.stderr, flush=True)
    for kind in total:
        print(f"{kind:16} {right[kind]:4} of {total[kind]}")
    if silent:
        print(f"{silent} were not asked: the language model did not reply")
    share = 100 * right.total() / total.total()
    print(f"{'all':16} {right.total():4} of {total.total()} = {share:.1f} %, {perf_counter() - start:.0f} s")


def replace_runs(folder: Path) -> Any:
    """Runs of their own."""
    from looksmith.agent.traces.runs import Runs

    return Runs(folder / "runs")


def _llm(given: argparse.Namespace, settings: Settings) -> Any:
    if given.programs == "own":
        return None
    from looksmith.agent.llm.connect import connect
    from looksmith.agent.llm.remember import Remembering

    llm = connect(settings.home, given.base_url, "")
    return Remembering(llm, Path(given.replies)) if given.replies else llm


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", choices=("shapes", "photos"), default="photos")
    parser.add_argument("--vision", choices=("perfect", "pocket"), default="perfect")
    parser.add_argument("--programs", choices=("own", "llm"), default="own")
    parser.add_argument("--clips", type=int, default=17)
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--base-url", default="")
    parser.add_argument("--replies", default="")
    parser.add_argument("--scratch", default=None)
    return parser.parse_args()


if __name__ == "__main__":
    main()
