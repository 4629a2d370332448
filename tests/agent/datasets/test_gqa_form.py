"""Questions in GQA's forms, made from scene graphs: the answers are what the graphs say."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from drawn_scenes import GRAPH, NAME, draw_scene, thing

from looksmith.agent.datasets.catalog import load_data

GARDEN: dict[str, Any] = {
    **{side: GRAPH[side] for side in ("width", "height")},
    "scene": ["garden", "outdoors"],
    "objects": {
        "bench": thing("bench", (10, 200, 300, 390), color=["brown"], also=["furniture"]),
        "bird": thing("bird", (20, 150, 90, 210), color=["blue"], also=["animal"], to={"perched on": ["bench"]}),
        "trees": thing("tree", (310, 10, 590, 390), color=["green"], also=["plant"]),
    },
}
GRAPHS = {NAME: GRAPH, "garden": GARDEN}
BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three copies of the drawn room and three gardens as a data set."""
    source, out = tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("made") / "gqa"
    image = draw_scene(source)
    graphs = {f"{kind}{number}": graph for kind, graph in GRAPHS.items() for number in range(3)}
    (source / "scene_graphs.json").write_text(json.dumps(graphs))
    for name in graphs:
        (source / "photos").mkdir(exist_ok=True)
        (source / "photos" / f"{name}.jpg").write_bytes(image.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        patch.setattr(sys, "argv", ["gqa_form.py", str(source), str(out)])
        runpy.run_path(str(BENCH / "gqa_form.py"), run_name="__main__")
    return out


def published(made: Path) -> dict[str, Any]:
    return json.loads((made / "photos_questions.json").read_text())


def test_every_structural_type_is_asked(made: Path) -> None:
    types = {row["types"]["structural"] for row in published(made).values()}
    assert types == {"query", "verify", "choose", "logical", "compare"}
    assert len(load_data("gqa", made).scene_graphs()) == 1, "all pictures have the same pixels"


def test_what_exists_and_what_color_it_has_is_what_the_graph_says(made: Path) -> None:
    checked = 0
    for row in published(made).values():
        things = list(GRAPHS[row["imageId"][:-1]]["objects"].values())
        names = {name for one in things for name in (one["name"], *one.get("also", ()))}
        select, last = row["semantic"][0], row["semantic"][-1]
        name = select["argument"].rpartition(" (")[0]
        if last["operation"] == "exist" and len(row["semantic"]) == 2:
            checked += 1
            assert (name in names) == (row["answer"] == "yes"), row["question"]
        if last == {"operation": "query", "argument": "color", "dependencies": [0]}:
            checked += 1
            (thing,) = (one for one in things if one["name"] == name)
            assert thing["attributes_by_kind"]["color"] == [row["answer"]]
    assert checked > 10


def test_right_answers_are_consistent_valid_and_as_often_as_expected(made: Path) -> None:
    data = load_data("gqa", made)
    rows = [_Graded(record.id, record.answer) for record in data.records]
    assert data.figures(rows) == {"consistency": 1, "validity": 1, "plausibility": 1, "distribution": 0}


class _Graded:
    """A right answer."""

    def __init__(self, id: str, answer: Any) -> None:
        self.id, self.answer = id, answer
        self.score, self.outcome, self.confidence = 1.0, "ok", None
