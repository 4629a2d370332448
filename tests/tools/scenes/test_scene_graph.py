"""Scene graphs: read from a file, and looked up by tools that see everything that is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drawn_scenes import GRAPH, NAME, draw_scene
from PIL import Image as Pillow

from looksmith.tools.core.errors import InputError, NoDetection, ToolError
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import Scored
from looksmith.tools.core.values import Box, Image
from looksmith.tools.media.images import load_image
from looksmith.tools.scenes.graph import load_scene_graphs
from looksmith.tools.scenes.tools import register_scenes
from looksmith.tools.scenes.words import same_name

Call = Callable[..., Any]


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """The drawn room."""
    return load_image(draw_scene(tmp_path))


def caller(image: Image, graphs: Path) -> Call:
    """`call("LOC", image, "cup")`: a tool's plain result, bound as a program's call is."""
    registry = Registry()
    register_scenes(registry, {image.source: load_scene_graphs(graphs)[NAME]})

    def call(name: str, *args: Any, **kwargs: Any) -> Any:
        tool = registry.get(name)
        found = tool.function(**tool.bind(args, kwargs))
        return tool.check_result(found.value if isinstance(found, Scored) else found)

    return call


@pytest.fixture
def call(image: Image, tmp_path: Path) -> Call:
    """The tools on the drawn room."""
    return caller(image, tmp_path / "scene_graphs.json")


def box_of(id: str) -> Box:
    """The box of an object."""
    one = GRAPH["objects"][id]
    return Box(one["x"], one["y"], one["x"] + one["w"], one["y"] + one["h"], one["name"])


# --- The file ----------------------------------------------------------------------------------------------------


def test_plain_gqa_graphs_are_read(tmp_path: Path) -> None:
    objects = {
        "681267": {
            "name": "banana", "h": 34, "w": 64, "x": 248, "y": 82, "attributes": ["small", "yellow"],
            "relations": [{"object": "681262", "name": "to the left of"}],
        },
        "681262": {"name": "spot", "h": 16, "w": 0, "x": 245, "y": 92, "attributes": [], "relations": []},
    }  # fmt: skip
    (tmp_path / "graphs.json").write_text(json.dumps({"2407890": {"width": 640, "height": 480, "objects": objects}}))
    graph = load_scene_graphs(tmp_path / "graphs.json")["2407890"]
    banana = graph.objects["681267"]
    assert (banana.box, banana.attributes) == (Box(248, 82, 312, 116, "banana"), ("small", "yellow"))
    assert (banana.relations[0].name, banana.relations[0].object) == ("to the left of", "681262")
    assert (banana.count, banana.text, banana.part_of, graph.scene) == (1, "", "", ())
    assert graph.objects["681262"].box.width == 1, "a line in the picture is a pixel wide"
    half = graph.scaled(320, 240)
    assert (half.width, half.objects["681267"].box) == (320, Box(124, 41, 156, 58, "banana"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"x": "left"}, "x, y, w and h must be numbers"),
        ({"w": -5, "x": float("nan")}, "finite"),
        ({"name": ""}, "it has no name"),
        ({"relations": [{"name": "on", "object": "none"}]}, "refers to object 'none', which does not exist"),
        ({"relations": ["on"]}, "a relation must have a name and an object"),
        ({"attributes": "red"}, "'attributes' must be a list"),
        ({"count": 0}, "the count must be a whole number"),
        ({"part_of": "gone"}, "refers to object 'gone', which does not exist"),
    ],
)
def test_what_is_wrong_is_told_with_file_photo_and_object(tmp_path: Path, change: Any, told: str) -> None:
    graph = {**GRAPH, "objects": {**GRAPH["objects"], "cat": {**GRAPH["objects"]["cat"], **change}}}
    (tmp_path / "bad.json").write_text(json.dumps({NAME: graph}))
    with pytest.raises(InputError) as caught:
        load_scene_graphs(tmp_path / "bad.json")
    assert all(part in str(caught.value) for part in (told, "bad.json", "'room'", "'cat'"))


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    for text, told in (("{", "not valid JSON"), ("[]", "a JSON object"), ('{"a": {"width": 0}}', "the width")):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(InputError, match=told):
            load_scene_graphs(tmp_path / "bad.json")
    with pytest.raises(InputError, match="cannot be read"):
        load_scene_graphs(tmp_path / "none.json")


# --- Everything that is written is told ----------------------------------------------------------------------------


def test_every_object_is_found_counted_and_told_by_its_own_words(call: Call, image: Image) -> None:
    objects = GRAPH["objects"]
    for id, one in objects.items():
        same = [other for other in objects.values() if one["name"] in (other["name"], *other.get("also", ()))]
        assert call("EXISTS", image, one["name"])
        assert call("COUNT", image, one["name"]) == sum(other.get("count", 1) for other in same), id
        assert call("COUNT", call("DETECT", image, one["name"])) == call("COUNT", image, one["name"])
        if len(same) == 1:
            assert call("LOC", image, one["name"]) == box_of(id)
        for word in (*one["attributes"], one["name"], *one.get("also", ())):
            assert call("VERIFY", image, box_of(id), word), (id, word)
        assert call("NAME", image, box_of(id), "thing") == one["name"]
        for color in one.get("attributes_by_kind", {}).get("color", [])[:1]:
            assert call("COLOR", image, box_of(id)) == color.split()[-1]
        for relation in one["relations"]:
            if " " not in relation["name"] or relation["name"].split()[0] == "lying":
                other = call("PARTNER", image, box_of(id), relation["name"])
                stated = [r["object"] for r in one["relations"] if r["name"] == relation["name"]]
                assert other in [box_of(o) for o in stated] or relation["name"] in ("behind", "on", "next to"), id


def test_names_and_conditions_choose(call: Call, image: Image) -> None:
    assert call("LOC", image, "cup", "in white") in (box_of("white"), box_of("other"))
    assert call("DETECT", image, "cups", "on the table") == [box_of("red"), box_of("white")]
    assert call("DETECT", image, "red mug") == [box_of("red")]
    assert call("LOC", image, "couch") == box_of("sofa")
    assert call("LOC", image, "uncle") == call("LOC", image, "man") == call("LOC", image, "cousin")
    assert not call("EXISTS", image, "grandma")
    assert call("EXISTS", image, "man", "wearing a red hat")
    assert not call("EXISTS", image, "man", "wearing a green hat")
    assert call("EXISTS", image, "person", "with brown hair")
    assert call("COUNT", image, "book") == 4
    assert call("COUNT", image, "cup", "that is not on the table") == 1
    assert not call("EXISTS", image, "dog")
    assert call("DETECT", image, "dog") == []
    with pytest.raises(NoDetection):
        call("LOC", image, "dog")
    assert not call("EXISTS", image, "cup", "in green")
    assert call("LOC", image, "cup", "in green").label == "cup", "what is meant is there, however it is written down"
    assert [box.label for box in call("THINGS", image, "furniture")] == ["sofa", "coffee table"]
    assert len(call("THINGS", image)) == sum(one.get("count", 1) for one in GRAPH["objects"].values())


def test_places_sizes_and_shades_choose(call: Call, image: Image) -> None:
    assert call("LOC", image, "cup", "on the left") == box_of("other")
    assert call("LOC", image, "cup", "on the right") == box_of("white")
    assert call("DETECT", image, "cup", "second from the left") == [box_of("red")]
    assert box_of("sofa") in call("DETECT", image, "furniture", "big")
    assert call("EXISTS", image, "cat", "with pink fur") is False
    assert call("EXISTS", image, "cat", "with fur")
    assert call("LOC", image, "hat", "of the man") == box_of("hat")
    assert call("EXISTS", image, "hat", "of the cat") is False
    assert call("COUNT", image, "cup", "taller than the sofa") == 0
    assert call("EXISTS", image, "cat", "smaller than the man")
    assert call("LOC", image, "cup", "nearest to the cat") == box_of("other")
    assert call("LOC", image, "writing").label in ("poster", "shirt", "label")
    assert call("CLASSIFY", image, box_of("man"), ["brown-haired", "blonde"]) == "brown-haired"
    assert call("CLASSIFY", image, box_of("man"), ["a red hat", "a green hat"]) == "a red hat"


def test_partners_by_what_is_written_and_by_boxes(call: Call, image: Image) -> None:
    for id, relation, other in [
        ("cat", "lying on", "sofa"),
        ("cat", "is sleeping on", "sofa"),
        ("man", "holding", "phone"),
        ("phone", "held by", "man"),
        ("sofa", "behind", "door"),
        ("sofa", "on", "cat"),
        ("man", "left of", "cat"),
        ("poster", "below", "white"),
        ("door", "behind", "sofa"),
    ]:
        assert call("PARTNER", image, box_of(id), relation).label == GRAPH["objects"][other]["name"], (id, relation)
    with pytest.raises(NoDetection):
        call("PARTNER", image, box_of("cat"), "eating")
    with pytest.raises(ToolError):
        call("PARTNER", image, Box(0, 0, 3, 3), "on")


def test_what_is_true_and_which_label_fits(call: Call, image: Image) -> None:
    door, man = box_of("door"), box_of("man")
    assert call("VERIFY", image, door, "closed")
    assert not call("VERIFY", image, door, "open")
    assert call("VERIFY", image, man, "he is wearing a hat")
    assert call("VERIFY", image, man, "looking at the camera")
    assert not call("VERIFY", image, man, "sitting")
    assert call("VERIFY", image, "there are three cups")
    assert call("VERIFY", image, "there is no dog")
    assert call("VERIFY", image, "the cat is lying on the sofa")
    assert not call("VERIFY", image, "the cat is lying on the table")
    assert call("VERIFY", image, "it is indoors")
    assert call("CLASSIFY", image, door, ["open", "closed"]) == "closed"
    assert call("CLASSIFY", image, ["kitchen", "living room"]) == "living room"
    assert call("CLASSIFY", image.crop(man), ["woman", "man"]) == "man"
    with pytest.raises(ToolError, match="does not say"):
        call("CLASSIFY", image, door, ["locked", "broken"])
    assert call("NAME", image, box_of("cat"), "animal") == "cat"
    assert call("NAME", image, "place") == "living room"


def test_text_is_read_on_things_their_parts_and_the_picture(call: Call, image: Image) -> None:
    assert call("READ", image, box_of("poster")) == "JAZZ\nMAY 5"
    assert call("READ", image, box_of("man")) == "ACME"
    assert call("READ", image, box_of("cat")) == ""
    assert call("READ", image).split() == ["JAZZ", "MAY", "5", "ACME"]
    assert call("COLOR", image, Box(510, 212, 570, 244)) == "orange", "the books' color is not written: pixels tell"


def test_crops_and_other_sizes_are_the_same_scene(call: Call, image: Image, tmp_path: Path) -> None:
    part = image.crop(box_of("table"))
    assert call("COUNT", image.crop(Box(400, 180, 600, 400)), "cup") == 2
    assert call("COLOR", part) == "brown"
    assert not call("EXISTS", part, "cat")
    small = tmp_path / "small.png"
    Pillow.open(tmp_path / f"{NAME}.png").resize((300, 200)).save(small)
    smaller = load_image(small)
    assert caller(smaller, tmp_path / "scene_graphs.json")("LOC", smaller, "cat") == Box(40, 75, 90, 115, "cat")


@pytest.mark.parametrize(
    ("asked", "known"),
    [("shoes", "shoe"), ("Tooth brushes", "tooth brush"), ("canoes", "canoe"), ("women", "woman"), ("pants", "pants")],
)
def test_a_thing_is_found_by_its_plural(asked: str, known: str) -> None:
    assert same_name(asked, known)
    assert same_name(known, asked)


def test_other_names_are_not_the_same() -> None:
    assert not same_name("glasses", "glass")
    assert not same_name("bus", "bush")


def test_what_is_in_the_picture_is_no_backdrop(image: Image, tmp_path: Path) -> None:
    kept = {"x": 0, "y": 0, "w": 600, "h": 400, "attributes": [], "relations": []}
    objects = {"1": {**kept, "name": "background"}, "2": {**kept, "name": "pear", "x": 200, "w": 90}}
    (tmp_path / "pear.json").write_text(json.dumps({NAME: {"width": 600, "height": 400, "objects": objects}}))
    assert caller(image, tmp_path / "pear.json")("NAME", image, "thing") == "pear"


def test_what_is_worn_is_told_by_where_it_is_worn(call: Call, image: Image) -> None:
    man = call("LOC", image, "man")
    assert call("PARTNER", image, man, "wearing on his head").label == "hat"
    with pytest.raises(NoDetection):
        call("PARTNER", image, man, "wearing on his wrist")
