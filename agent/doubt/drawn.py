"""Tries programs on drawn scenes: a program that contradicts a stated fact is wrong, and programs that agree support
each other.

Panagopoulou et al., "ViUniT", 2024 (unit tests on drawn pictures); Shi et al., "Natural Language to Code Translation
with Execution", EMNLP 2022 (programs are compared by what they do on several inputs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from ...programs.check.check import Checked, check
from ...programs.language.diagnostics import Diagnostic
from ...programs.language.language import INPUTS
from ...programs.language.program import Program
from ...sandbox.run import Request, Sandbox
from ...tools.core.call import Call
from ...tools.core.example import DrawnScene
from ...tools.core.registry import Registry
from ...tools.core.tool import PLAIN
from ...tools.engine.executor import Executor
from ...tools.engine.failures import copied
from ...tools.runtime.cache import ResultCache
from ..datasets.agree import agree

MOST_FINDINGS = 2
"""Contradictions that count against a program."""
KEPT = 4096
"""Programs whose answers are remembered."""


@dataclass(frozen=True)
class Tried:
    """A program's results on the scenes of its question. answers: None where it failed; wrong: contradicted facts."""

    answers: tuple[Any, ...]
    wrong: tuple[str, ...]

    def alike(self, other: Tried) -> float:
        """The share of scenes on which two programs do the same; 1 where nothing was drawn."""
        pairs = zip(self.answers, other.answers, strict=True)
        same = [one is two if one is None or two is None else agree(one, two) for one, two in pairs]
        return sum(same) / len(same) if same else 1.0


@dataclass
class Drawn:
    """Tries programs on the scenes that a registry's domain draws. Thread-safe."""

    registry: Registry
    sandbox: Sandbox
    _known: dict[tuple[str, str], Tried] = field(default_factory=dict[tuple[str, str], Tried])
    _lock: Lock = field(default_factory=Lock)

    def tried(self, source: str, question: str) -> Tried:
        """The results of a program on the scenes of a question."""
        key = source, question
        if key not in self._known:
            tried = self._try(source, question)
            with self._lock:
                if len(self._known) >= KEPT:
                    self._known.clear()
                self._known[key] = tried
        return self._known[key]

    def contradictions(self, source: str, question: str) -> tuple[Diagnostic, ...]:
        """The stated facts that a program contradicts."""
        return tuple(_finding(message) for message in self.tried(source, question).wrong[:MOST_FINDINGS])

    def weights(self, programs: Sequence[tuple[str, float]], question: str) -> list[float]:
        """The votes of programs, each as far as the others do the same on the scenes.

        programs: the text of each, and its own votes, which are multiplied by how much all votes agree with it, 0 to 1.
        """
        tried = [self.tried(source, question) for source, _ in programs]
        every = sum(votes for _, votes in programs)
        agreed = [sum(votes * one.alike(two) for (_, votes), two in zip(programs, tried, strict=True)) for one in tried]
        return [votes * share / every if every else votes for (_, votes), share in zip(programs, agreed, strict=True)]

    def _try(self, source: str, question: str) -> Tried:
        drawing = self.registry.drawing
        checked = check(Program(source, question), self.registry, INPUTS)
        if drawing is None or not isinstance(checked, Checked) or not self._knows(checked):
            return Tried((), ())
        scenes = drawing.scenes(question)
        answers = [self._answer(checked, scene) for scene in scenes]
        wrong = [
            f"On a drawn scene with {scene.told} it answers {_said(answer)}; {_said(scene.answer)} is right."
            for scene, answer in zip(scenes, answers, strict=True)
            if scene.answer is not None and answer is not None and not agree(answer, scene.answer)
        ]
        return Tried(tuple(answers), tuple(wrong))

    def _knows(self, checked: Checked) -> bool:
        """Whether all of its tools answer from the truth, or need no picture."""
        return all(name in self._truth or self.registry.get(name).backend == PLAIN for name in checked.tools)

    def _answer(self, checked: Checked, scene: DrawnScene) -> Any:
        cache: ResultCache[Call] = ResultCache()

        def call(request: Request) -> Any:
            done = self._executor.call(request.tool, request.args, request.kwargs, cache, request.until)
            if done.error is not None:
                raise copied(done.error)
            return done.value

        outcome = self.sandbox.run(checked, {"image": scene.image}, call)
        return outcome.answer if outcome.kind == "ok" else None

    @cached_property
    def _truth(self) -> Registry:
        """The tools that answer from the truth."""
        known = Registry()
        known.add(*(self.registry.drawing.tools if self.registry.drawing else ()))
        return known

    @cached_property
    def _executor(self) -> Executor:
        return Executor(self._truth.like(self.registry))


FindUnfaithful = Callable[[str, str], Sequence[Diagnostic]]


def drawn_for(registry: Registry, sandbox: Sandbox, inputs: Mapping[str, Any]) -> Drawn | None:
    """Tries programs whose only input is one image; None if no domain draws scenes."""
    return Drawn(registry, sandbox) if registry.drawing and set(inputs) == set(INPUTS) else None


def with_drawn(unfaithful: FindUnfaithful, drawn: Drawn | None) -> FindUnfaithful:
    """Findings of both: where the words do not match, and where a stated fact is contradicted."""
    if drawn is None:
        return unfaithful
    return lambda source, question: (*unfaithful(source, question), *drawn.contradictions(source, question))


def _finding(message: str) -> Diagnostic:
    hint = "Write what the statement says."
    return Diagnostic(kind="type_error", code="drawn", line=1, column=0, message=message, hint=hint)


def _said(answer: Any) -> str:
    shown: Mapping[Any, str] = {True: "yes", False: "no"}
    return shown.get(answer, repr(answer)) if isinstance(answer, bool) else repr(answer)
