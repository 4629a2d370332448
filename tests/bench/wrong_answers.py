"""Ten wrong answers, and what the viewer and `blame` say of each from the expected answer alone.

    .venv/bin/python tests/bench/wrong_answers.py FOLDER [DATA]        a minute; needs the pocket models

Programs were written by hand, on photos of scikit-image and on two pictures of NLVR's development split (DATA), where
the language model had left out a colour. FOLDER gets each run as one HTML file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import skimage

from looksmith.agent.datasets.scorers import Scoring, usual_scorer
from looksmith.agent.debug.blame import JudgedRun, blame
from looksmith.agent.debug.replay import Replayer, Script
from looksmith.agent.doors.by_hand import HandWritten
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.session.session import Looksmith
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.language.program import Program
from looksmith.sandbox.outcome import Outcome
from looksmith.tools.engine.executor import Executor
from looksmith.tools.media.images import load_image

PHOTOS = Path(skimage.__file__).parent / "data"
DOMAIN = Path(__file__).parents[1] / "domains" / "nlvr.py"
SPOON = 'spoon = LOC(image, "spoon")\ncup = LOC(image, "cup")\nanswer = spoon.center_x > cup.center_x'
HELD = 'man = LOC(image, "person")\nanswer = CLASSIFY(CROP(image, man), ["umbrella", "tripod", "rifle", "camera"])'
TRIANGLE = 'items = ITEMS(image, shape="triangle", not_touching="edge")\nanswer = len(items) == 1'
ANSWERS: tuple[tuple[str, str, Any, str], ...] = (
    ("coffee.png", "How many spoons are there?", 1, 'answer = len(DETECT(image, "spoon"))'),
    ("coffee.png", "Is the spoon to the right of the cup?", True, SPOON),
    ("coins.png", "How many coins are there?", 24, 'answer = len(DETECT(image, "clock"))'),
    ("camera.png", "What does the man look into?", "camera", HELD),
    ("rocket.jpg", "What is it?", "rocket", 'answer = CLASSIFY(image, ["missile", "crane", "lighthouse", "rocket"])'),
    ("coffee.png", "What colour is the saucer?", "red", 'answer = COLOR(CROP(image, LOC(image, "cup")))'),
    ("clock_motion.png", "Is there a clock?", True, 'answer = EXISTS(image, "clock")'),
    ("hubble_deep_field.jpg", "Is it night?", True, 'answer = COLOR(image) == "blue"'),
    ("dev-2019-1-0.png", "There is exactly one black triangle not touching any edge", True, TRIANGLE),
    ("dev-2019-0-0.png", "There is exactly one black triangle not touching any edge", True, TRIANGLE),
)


def main() -> None:
    folder, data = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None
    folder.mkdir(parents=True, exist_ok=True)
    print(
        "| picture, question | answer | expected | the most likely change that mends it | also |\n|---|---|---|---|---|"
    )
    for number, (name, question, expected, source) in enumerate(ANSWERS, start=1):
        of_nlvr = name.startswith("dev-")
        if of_nlvr and data is None:
            continue
        path = data / "images" / name if of_nlvr and data else PHOTOS / name
        files = (DOMAIN,) if of_nlvr else ()
        settings = Settings(find_home(), "cpu", files, installed=not of_nlvr)
        subject = Subject.of(load_image(path), name)
        answer = Looksmith(settings=settings).run_written(HandWritten.of(Program(source, question), ""), subject)
        run = settings.runs.load(str(answer.run))
        (folder / f"{number}.html").write_text(render_page(view(run)), encoding="utf-8")
        scoring = Scoring(usual_scorer(expected))

        def is_right(outcome: Outcome, scoring: Scoring = scoring, expected: Any = expected) -> bool:
            return outcome.kind == "ok" and scoring(outcome.answer, expected) >= 0.5

        registry = settings.registry(declared=True)
        with settings.sandbox() as sandbox:
            replayer = Replayer(registry, sandbox, settings.runs, Executor(registry))
            found = blame(JudgedRun(Script.of(run), replayer, is_right), expected=expected)
        said = answer.text if answer.ok else answer.outcome
        told = found.flips[0].told if found.flips else found.why
        print(f"| `{name}` {question} | {said} | {expected} | {told} | {max(len(found.flips) - 1, 0)} |", flush=True)


if __name__ == "__main__":
    main()
