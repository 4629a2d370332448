"""Profile `one`: tools over a played server that speaks each family's conventions, on scenes with a known truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from seeing import Placed, SeeingServer, Seer, drawn, look

from looksmith import Looksmith
from looksmith.agent.pages.page import render_page
from looksmith.agent.reading.view import view
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.stored import load_run
from looksmith.tools.core.errors import NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.geometry import OVERLAP
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.scenes.graph import SceneGraph, load_scene_graphs
from looksmith.tools.see.finders.phrase_eye import PhraseEye
from looksmith.tools.served.eye import GroundingEye
from looksmith.tools.served.grounder import Grounder
from looksmith.tools.served.served_vlm import ServedVlm, ServedVlmOptions
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet

MODELS = {
    "qwen2.5-vl": "Qwen/Qwen2.5-VL-3B-Instruct",
    "qwen3-vl": "Qwen/Qwen3-VL-4B-Instruct",
    "internvl": "OpenGVLab/InternVL3-8B-hf",
    "molmo": "allenai/Molmo-7B-D-0924",
    "molmo2": "allenai/Molmo2-4B",
    "": "HuggingFaceTB/SmolVLM-Instruct",
}
BOXING = ("qwen2.5-vl", "qwen3-vl", "internvl")
THINGS = [("red", (110, 60, 190, 150)), ("blue", (300, 80, 380, 200)), ("blue", (420, 240, 480, 330))]
PICTURE = Image.of(drawn((517, 389), THINGS))
CUP, DOG, PUP = (Box(*sides, label=name) for name, (_, sides) in zip(("cup", "dog", "dog"), THINGS, strict=True))

Start = Callable[..., SeeingServer]


@pytest.fixture
def serve() -> Iterator[Start]:
    running: list[SeeingServer] = []

    def start(form: str, *, model: str = "", **played: Any) -> SeeingServer:
        running.append(SeeingServer(Seer(form, **played), model or MODELS[form]))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def registry(home: Path, server: SeeingServer) -> Registry:
    return Settings(home, device="cpu", profile="one", base_url=server.url).registry()


def call(tools: Registry, name: str, *args: Any, **given: Any) -> Any:
    said = tools.get(name).function(*args, **given)
    return getattr(said, "value", said)


def near(found: Box, wanted: Box) -> bool:
    return OVERLAP(found, wanted) > 0.9


@pytest.mark.parametrize("form", BOXING)
def test_boxes_are_found_where_they_are_in_the_original_also_in_a_crop(own_home: Path, serve: Start, form: str) -> None:
    tools = registry(own_home, serve(form))
    crop = PICTURE.crop(Box(250, 40, 517, 389))
    assert near(call(tools, "LOC", PICTURE, "cup"), CUP)
    for image in (PICTURE, crop):
        dogs = sorted(call(tools, "DETECT", image, "dog"), key=lambda box: box.left)
        assert len(dogs) == 2 and near(dogs[0], DOG) and near(dogs[1], PUP)
        assert {box.label for box in dogs} == {"dog"} and dogs[0].score == pytest.approx(0.8)
    assert call(tools, "COUNT", PICTURE, "dog") == 2
    assert (call(tools, "EXISTS", PICTURE, "cup"), call(tools, "EXISTS", crop, "cup")) == (True, False)
    assert sorted(box.label for box in call(tools, "THINGS", PICTURE)) == ["cup", "dog", "dog"]
    with pytest.raises(NoDetection, match="No cup"):
        call(tools, "LOC", crop, "cup")


@pytest.mark.parametrize("form", ["qwen2.5-vl", "qwen3-vl", "molmo", "molmo2"])
def test_points_lie_on_things_and_count_them(own_home: Path, serve: Start, form: str) -> None:
    tools = registry(own_home, serve(form))
    points = call(tools, "POINT", PICTURE.crop(Box(250, 40, 517, 389)), "dog")
    assert [(point.x, point.y) for point in points] == [
        pytest.approx((box.center_x, box.center_y), abs=1) for box in (DOG, PUP)
    ]
    assert points[0].score == pytest.approx(0.8) and call(tools, "POINT", PICTURE, "horse") == []
    counted = {"method": "points"} if form.startswith("qwen") else {}
    assert call(tools, "COUNT", PICTURE, "dog", **counted) == 2 and call(tools, "COUNT", PICTURE, "cup", **counted) == 1
    assert call(tools, "EXISTS", PICTURE, "horse") is False


@pytest.mark.parametrize("form", ["qwen3-vl", "molmo2"])
def test_the_points_behind_a_count_are_in_the_trace_and_on_the_page(own_home: Path, serve: Start, form: str) -> None:
    method = ', method="points"' if form == "qwen3-vl" else ""
    with Looksmith(settings=Settings(own_home, device="cpu", profile="one", base_url=serve(form).url)) as looksmith:
        done = looksmith.run(f'answer = COUNT(image, "dog"{method})', PICTURE.pixels)
    assert done.value == 2
    run = view(load_run(done.run))
    (step,) = run.steps
    assert [(part["type"], part["x"], part["y"]) for part in step.found] == [
        ("point", pytest.approx(box.center_x, abs=1), pytest.approx(box.center_y, abs=1)) for box in (DOG, PUP)
    ]
    assert render_page(run).count('class="point found"') >= 2


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ("qwen3-vl", set[str]()),
        ("internvl", {"POINT"}),
        ("molmo2", {"LOC", "DETECT", "THINGS", "PARTNER"}),
        ("", {"LOC", "DETECT", "THINGS", "PARTNER", "EXISTS", "COUNT", "POINT"}),
    ],
)
def test_what_is_offered_is_what_the_probe_saw(own_home: Path, serve: Start, form: str, missing: set[str]) -> None:
    tools = registry(own_home, serve(form))
    served = {"LOC", "DETECT", "EXISTS", "COUNT", "THINGS", "PARTNER", "POINT", "VQA", "CAPTION", "VERIFY", "CLASSIFY"}
    assert served - {tool.name for tool in tools} == missing
    assert all("the probe of" in tools.missing[name] for name in missing)


def test_of_a_model_that_does_not_see_nothing_is_offered(own_home: Path, serve: Start) -> None:
    tools = registry(own_home, serve("qwen3-vl", blind=True))
    assert "takes no pictures" in tools.missing["VQA"] and "LOC" not in tools and "CROP" in tools


def test_a_name_that_says_nothing_is_told_by_its_answers(own_home: Path, serve: Start) -> None:
    for number, form in enumerate((*BOXING, "molmo2")):
        tools = registry(own_home, serve(form, model=f"my-{number}-model"))
        assert ("LOC" in tools) is (form != "molmo2") and ("POINT" in tools) is (form != "internvl")
        if form != "molmo2":
            assert near(call(tools, "LOC", PICTURE, "cup"), CUP)


def test_a_model_is_asked_once_and_remembered_by_its_name(own_home: Path, serve: Start) -> None:
    server = serve("qwen3-vl")
    registry(own_home, server)
    asked = len(server.bodies)
    assert asked > 0 and "POINT" in registry(own_home, server)
    assert len(server.bodies) == asked
    other = serve("qwen3-vl", model="Qwen/Qwen3-VL-8B-Instruct")
    registry(own_home, other)
    assert len(other.bodies) == asked


def test_a_server_that_is_too_busy_to_say_is_asked_at_the_next_start(
    own_home: Path, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve("internvl")
    with monkeypatch.context() as patch:
        patch.setattr(server, "answer", lambda _body: ({"error": {"message": "busy"}}, 503))
        assert "POINT" in registry(own_home, server)
    assert "POINT" not in registry(own_home, server)


def test_a_server_that_takes_no_pictures_serves_no_sight(
    own_home: Path, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve("qwen3-vl")
    monkeypatch.setattr(server, "answer", lambda _body: ({"error": {"message": "not a multimodal model"}}, 400))
    tools = registry(own_home, server)
    assert "VQA" not in tools and "takes no pictures" in tools.missing["LOC"]


def test_without_a_server_all_is_offered_and_calls_say_what_is_missing(own_home: Path) -> None:
    tools = Settings(own_home, device="cpu", profile="one", base_url="http://127.0.0.1:9/v1").registry()
    assert {"LOC", "POINT", "CLASSIFY"} <= {tool.name for tool in tools}
    with pytest.raises(ToolError, match=r"No server answers at http://127\.0\.0\.1:9/v1"):
        call(tools, "LOC", PICTURE, "cup")


@pytest.mark.parametrize("likes", ["", "A", "B"])
def test_labels_are_chosen_by_likelihood_whichever_letter_the_model_likes(
    own_home: Path, serve: Start, likes: str
) -> None:
    tools = registry(own_home, serve("", likes=likes))
    for labels in (["horse", "cup"], ["cup", "horse"]):
        said = tools.get("CLASSIFY").function(PICTURE, CUP, labels)
        assert said.value == "cup" and sum(said.scores.values()) == pytest.approx(1)
        assert said.scores["cup"] > 0.6 > said.scores["horse"]
    assert call(tools, "CLASSIFY", PICTURE, DOG, ["cup", "dog", "tree"]) == "dog"


def test_a_statement_has_the_probability_of_yes(own_home: Path, serve: Start) -> None:
    verify = registry(own_home, serve("")).get("VERIFY").function
    assert (verify(PICTURE, "there is a cup").value, verify(PICTURE, "there is a horse").value) == (True, False)
    assert verify(PICTURE, "there is a cup").scores["yes"] == pytest.approx(0.9)
    assert verify(PICTURE, "there is a horse").scores["no"] == pytest.approx(0.8)


def test_a_server_without_log_probabilities_is_taken_at_its_word(own_home: Path, serve: Start) -> None:
    server = serve("qwen3-vl", scores=False)
    tools = registry(own_home, server)
    assert call(tools, "LOC", PICTURE, "cup").score == 1.0
    assert call(tools, "VERIFY", PICTURE, "there is a cup") is True
    refused = sum(bool(body.get("logprobs")) for body in server.bodies)
    call(tools, "VERIFY", PICTURE, "there is a dog")
    assert sum(bool(body.get("logprobs")) for body in server.bodies) == refused


def test_a_reply_that_is_cut_off_counts_nothing(tmp_path: Path, serve: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve("internvl")
    whole = server.answer

    def cut(body: dict[str, Any]) -> Any:
        answer, status = whole(body)
        answer["choices"][0]["finish_reason"] = "length"
        return answer, status

    monkeypatch.setattr(server, "answer", cut)
    model = ServedVlm(Spec(Weights(tmp_path)), ServedVlmOptions(base_url=server.url))
    with pytest.raises(ToolError, match="more of 'dog' than fits"):
        Grounder(model).find([PICTURE], ["dog"])


def test_things_of_a_kind_keep_the_names_that_the_model_gives_them(wordnet: WordNet) -> None:
    class Named:
        backend, threshold, independent = "named", 0.0, True

        def load(self) -> None: ...

        def find(self, images: Any, phrases: Any) -> Any:
            return [[[Box(0, 0, 9, 9, "dog"), Box(20, 0, 29, 9, "stuffed thing")]] for _ in images]

    eye: PhraseEye = GroundingEye(Named(), wordnet)
    assert [box.label for box in eye.find(PICTURE, "animal", told_apart=False).boxes] == ["dog", "animal"]
    assert [box.label for box in eye.find(PICTURE, "puppy", told_apart=False).boxes] == ["puppy", "puppy"]


# Photos, of which people wrote down what is in them.

FOLDER = next(
    (up / "shared/data/photos" for up in Path(__file__).parents if (up / "shared/data/photos").is_dir()), None
)


def known_by_sight(graphs: dict[str, SceneGraph], thumbnails: dict[str, Any]) -> Callable[[Any], list[Placed]]:
    """What is in a photo of these, in whatever size it comes; of another picture what is drawn there."""
    import numpy as np

    def see(picture: Any) -> list[Placed]:
        small = np.asarray(picture.convert("RGB").resize((16, 16))).astype(int)
        name = min(thumbnails, key=lambda name: np.abs(thumbnails[name] - small).mean())
        if np.abs(thumbnails[name] - small).mean() > 4:
            return look(picture)
        scaled = graphs[name].scaled(*picture.size)
        boxes = ((one.name, one.box) for one in scaled.objects.values() if one.count == 1)
        return [(name, (box.left, box.top, box.right, box.bottom)) for name, box in boxes]

    return see


@pytest.mark.skipif(FOLDER is None, reason="the photos are not here")
@pytest.mark.parametrize("form", BOXING)
def test_what_people_boxed_in_photos_comes_back_through_each_form(tmp_path: Path, serve: Start, form: str) -> None:
    import numpy as np

    assert FOLDER
    graphs = dict(list(load_scene_graphs(FOLDER / "scene_graphs.json").items())[:6])
    paths = {path.stem: path for path in (FOLDER / "photos").iterdir()}
    photos = {name: Image.of(Pillow.open(paths[name])) for name in graphs}
    thumbnails = {name: np.asarray(image.pixels.resize((16, 16))).astype(int) for name, image in photos.items()}
    server = serve(form, see=known_by_sight(graphs, thumbnails), names={})
    grounder = Grounder(ServedVlm(Spec(Weights(tmp_path)), ServedVlmOptions(base_url=server.url)))
    for name, image in photos.items():
        graph = graphs[name].scaled(image.width, image.height)
        wanted = sorted({one.name for one in graph.objects.values() if one.count == 1})[:5]
        for noun, found in zip(wanted, grounder.find([image], wanted)[0], strict=True):
            boxes = [one.box for one in graph.objects.values() if one.name == noun and one.count == 1]
            assert len(found) == len(set(boxes))
            unit = max(image.width, image.height) / 560
            for one, box in zip(sorted(found, key=_place), sorted(boxes, key=_place), strict=True):
                assert max(abs(a - b) for a, b in zip(_place(one), _place(box), strict=True)) <= 2 * unit, (name, noun)


def _place(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def test_the_file_of_the_probe_is_plain_and_a_damaged_one_is_made_anew(own_home: Path, serve: Start) -> None:
    server = serve("qwen3-vl")
    registry(own_home, server)
    (kept,) = (own_home / "weights" / ".abilities").iterdir()
    assert json.loads(kept.read_text())["boxes"] is True
    kept.write_text("{")
    assert "LOC" in registry(own_home, server) and json.loads(kept.read_text())["boxes"] is True
