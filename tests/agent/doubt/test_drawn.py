"""Programs are tried on drawn scenes: contradicted facts count against them, agreement counts for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import Said, bare_settings
from PIL import Image as Pillow

from looksmith import Image, Looksmith, Settings, tool
from looksmith.agent.ask.writing import Writing
from looksmith.agent.doubt.drawn import Drawn
from looksmith.agent.llm.llm import GREEDY, Reply, Sample, Sampling
from looksmith.agent.traces.stored import load_run
from looksmith.programs.prompt import Message
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.example import DrawnScene
from looksmith.tools.core.registry import Registry

DOMAIN = '''
from looksmith.tools.core.example import DrawnScene
from looksmith import Image, tool
from PIL import Image as Pillow

class Eyes:
    backend = "{backend}"

    @tool
    def DOTS(self, image: Image) -> int:
        """How many dots there are."""
        return int(image.array()[0, 0, 0])

class Drawing:
    tools = (Eyes(),)

    def scenes(self, question):
        def scene(dots, answer):
            picture = Image.of(Pillow.new("RGB", (4, 4), (dots, 0, 0)))
            return DrawnScene(picture, f"{{dots}} dots", answer)
        return [scene(0, False), scene(3, None), scene(7, None)]

def register_tools(register):
    register(Eyes())
    register.drawing(Drawing())
'''
QUESTION = "Are there dots?"
RIGHT, LIKE_IT, WRONG, FAILS = (
    "answer = DOTS(image) > 0",
    "answer = DOTS(image) >= 1",
    "answer = DOTS(image) >= 0",
    "answer = [True][DOTS(image)]",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "dots.py").write_text(DOMAIN.format(backend="model"))
    return replace(bare_settings(tmp_path), tool_files=(tmp_path / "dots.py",))


@pytest.fixture
def drawn(settings: Settings) -> Iterator[Drawn]:
    with Sandbox() as sandbox:
        yield Drawn(settings.registry(), sandbox)


def test_a_program_that_contradicts_a_fact_is_found_out(drawn: Drawn) -> None:
    assert drawn.contradictions(RIGHT, QUESTION) == ()
    (found,) = drawn.contradictions(WRONG, QUESTION)
    assert found.message == "On a drawn scene with 0 dots it answers yes; no is right."
    assert drawn.tried(FAILS, QUESTION).answers == (True, None, None)
    assert drawn.tried("answer = NONE(image)", QUESTION).answers == ()


def test_votes_count_as_far_as_the_others_do_the_same(drawn: Drawn) -> None:
    right, like_it, wrong = drawn.weights([(RIGHT, 2.0), (LIKE_IT, 1.0), (WRONG, 1.0)], QUESTION)
    same = 2 / 3  # of the scenes, on which WRONG does what the others do
    assert right == pytest.approx(2 * (3 + same) / 4)
    assert like_it == pytest.approx(1 * (3 + same) / 4)
    assert wrong == pytest.approx((1 + 3 * same) / 4)


class Programs(Said):
    """A language model that first says one program, and then several others."""

    def __init__(self, first: str, others: Sequence[str]) -> None:
        super().__init__()
        self._first, self._others = first, others

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The first alone, or the others."""
        self.wanted.append(sampling)
        texts = [self._first] if sampling.n == 1 and len(self.wanted) == 1 else self._others
        return Reply(tuple(Sample(text) for text in texts), self.model, 0, 0, 0.0)


def asked(settings: Settings, llm: Programs, dots: int, **writing: Any) -> tuple[Any, Any]:
    """The answer about a picture, and its run."""
    picture = Pillow.new("RGB", (8, 8), (dots, 0, 0))
    with Looksmith(llm=llm, settings=settings) as looksmith:
        chosen = Writing(**{"grammar": False, "nearest": 0, "scenes": True, **writing})
        answer = looksmith.ask(picture, QUESTION, writing=chosen)
    return answer.value, load_run(answer.run)


def test_a_first_program_that_contradicts_a_fact_is_not_believed_alone(settings: Settings) -> None:
    llm = Programs(WRONG, [RIGHT, RIGHT, LIKE_IT])
    value, run = asked(settings, llm, 0)
    assert (value, len(llm.wanted)) == (False, 2)
    assert any(finding.code == "drawn" for event in run.events if event.kind == "check" for finding in event.findings)
    alone = Programs(WRONG, [RIGHT, RIGHT, LIKE_IT])
    assert (asked(settings, alone, 0, scenes=False)[0], len(alone.wanted)) == (True, 1)


def test_a_first_program_that_is_right_is_enough(settings: Settings) -> None:
    llm = Programs(RIGHT, [WRONG])
    assert (asked(settings, llm, 5)[0], len(llm.wanted)) == (True, 1)


def test_what_no_scene_can_tell_is_left_alone() -> None:
    class Nowhere:
        tools = ()

        def scenes(self, question: str) -> Sequence[DrawnScene]:
            return [DrawnScene(Image.of(Pillow.new("RGB", (4, 4))), "nothing", False)]

    class Model:
        backend = "model"

        @tool
        def LOOKED(self, image: Image) -> bool:
            """What a model says."""
            raise AssertionError("a model is never asked about a drawn scene")

    registry = Registry()
    registry.add(Model())
    with Sandbox() as sandbox:
        assert Drawn(registry, sandbox).contradictions("answer = LOOKED(image)", "Is it?") == ()
        registry.draws(Nowhere())
        assert Drawn(registry, sandbox).tried("answer = LOOKED(image)", "Is it?").answers == ()
