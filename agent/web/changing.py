"""What a person can do with a stored run: change and rerun it, find the cause, judge it, keep or remove it."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from ...tools.core.errors import InputError
from ..datasets.scorers import Scoring, usual_scorer
from ..debug.blame import JudgedRun, blame, judge
from ..debug.parse_change import NOTHING_FOUND, read_value, value_of
from ..debug.replay import Edits, Replayer, Script
from ..session.workshop import Workshops
from ..teach.lesson import RunCorrection
from ..teach.right_answer import require_truth
from ..teach.teaching import right_program, teacher_with
from ..traces.decode import FindImage, StoredImages
from ..traces.encode import encode
from ..traces.runs import StoredRun
from ..traces.tidy import keep, remove
from ..traces.verdicts import Verdict, author, read_verdicts, write_verdict
from .acts import Acts
from .listing.library import RunLibrary
from .messages import Change, ExpectedBody, Json, Judgement, Marked
from .showing import Showing

_NOTHING = {"error": NOTHING_FOUND}


class Changing:
    """One method per action."""

    def __init__(self, workshops: Workshops, library: RunLibrary, showing: Showing, acts: Acts) -> None:
        self._workshops = workshops
        self._library = library
        self._load = showing.load
        self._acts = acts

    def replay(self, name: str, change: Change) -> Response:
        """Replay a run with a change; returns the new run's URL and outcome."""
        stored = self._load(name)
        replayer = self._acts.replayer(self._replayer(stored), stored.record.id)
        replayed = replayer.replay(stored, _edits(stored, change.results, change.program, change.start))
        self._library.refresh()
        return Json(
            {
                "run": replayed.run.record.id,
                "answer": replayed.answer.text,
                "differences": list(replayed.comparison.differences),
                "notices": list(replayed.notices),
            }
        )

    def blame(self, name: str, wanted: ExpectedBody) -> Response:
        """Find out why an answer is not the expected one, and which changes would correct it.

        Tools do not act meanwhile: a new call of one that acts is refused.
        """
        stored = self._load(name)
        script = Script.of(stored)
        expected = read_value(wanted.expected, script.pictures)
        is_right = judge(Scoring(usual_scorer(expected)), expected)
        found = blame(JudgedRun(script, self._replayer(stored), is_right), expected=expected)
        flips = [{"step": one.step, "told": one.told, "change": _change(one.edits)} for one in found.flips[:12]]
        return Json({"stage": found.stage, "step": found.step, "why": found.why, "flips": flips})

    def judge(self, name: str, judgement: Judgement) -> Response:
        """Store a person's verdict on a run. Corrections must fit, as for a replay."""
        stored = self._load(name)
        sent = judgement.model_dump(exclude_unset=True)
        if judgement.boxes or judgement.program is not None:
            edits = _edits(stored, judgement.boxes, judgement.program)
            self._replayer(stored).check(Script.of(stored), edits)
        before = read_verdicts(stored.folder).latest or Verdict(run=stored.name)
        if "answer" in sent:
            sent["answer"] = _answer(judgement.answer, StoredImages(stored))
        if "boxes" in sent:
            sent["boxes"] = {**(before.boxes or {}), **judgement.boxes}
        kept = before.model_dump(exclude={"at", "author"})
        verdict = Verdict.model_validate({**kept, **sent, "run": stored.name, "author": author()})
        write_verdict(stored.folder, verdict)
        self._library.refresh()
        return Json(verdict.model_dump(mode="json"))

    def teach(self, name: str) -> Response:
        """Make the right program of a run an example for later questions, as `looksmith teach` does."""
        stored = self._load(name)
        program, truth = right_program(stored), require_truth(stored)
        workshop = self._workshops.of_run(stored.record)
        replayer = self._acts.replayer(workshop.replayer(stored), stored.record.id)
        folder = workshop.settings.taught
        teacher = teacher_with(replayer, workshop.bench().registry, folder.load())
        example, proof = teacher.lesson(stored, RunCorrection(program, truth))
        path = folder.add(example)
        self._library.refresh()
        return Json({"example": path.stem, "proof": proof.record.id})

    def forget(self, example: str) -> Response:
        """Remove an example that was taught."""
        path = self._workshops.first.settings.taught.find(example)
        if path.stem != example:
            raise InputError(f"There is no example {example!r:.100}.")
        path.unlink(missing_ok=True)
        return Json({"removed": example})

    def _replayer(self, stored: StoredRun) -> Replayer:
        return self._workshops.of_run(stored.record).replayer(stored)

    def tidy(self, marked: Marked) -> Response:
        """Keep or remove marked runs of the home folder, as `looksmith runs` does."""
        self._library.refresh()
        home = (self._library.home / "runs").absolute()
        found = [self._library.entry(name) for name in marked.runs]
        folders = [entry.path for entry in found if entry is not None]
        if len(folders) < len(marked.runs):
            raise InputError("Some of these runs no longer exist.", hint="Reload the list.")
        if any(folder.absolute().parent != home for folder in folders):
            raise InputError("Runs of an evaluation, and those elsewhere, are only removed with their folder.")
        for folder in folders:
            if marked.action == "remove":
                remove(folder)
            else:
                keep(folder, kept=marked.action == "keep")
        self._library.refresh()
        return Json({"done": len(folders)})


def _edits(stored: StoredRun, results: dict[int, Any], program: str | None, start: int | None = None) -> Edits:
    pictures = Script.of(stored).pictures
    return Edits({number: _value(data, pictures) for number, data in results.items()}, program, start)


def _value(data: Any, pictures: FindImage) -> Any:
    """Parse a step's new result, sent by the page."""
    if data == _NOTHING:
        return read_value(NOTHING_FOUND, pictures)
    return value_of(data, pictures)


def _answer(text: str | None, pictures: FindImage) -> Any:
    """The right answer as JSON; None for an empty one."""
    if text is None or not text.strip():
        return None
    value = read_value(text.strip(), pictures)
    return _NOTHING if isinstance(value, Exception) else encode(value, lambda image: image.source)


def _change(edits: Edits) -> dict[str, Any]:
    """Edits in the page's format."""

    def sent(value: Any) -> Any:
        return _NOTHING if isinstance(value, Exception) else encode(value, lambda image: image.source)

    return {"results": {str(number): sent(value) for number, value in edits.results.items()}, "program": edits.program}
