"""NAME and CLASSIFY asked of a vision-language model that is told what to say, and NAME over a contrastive one."""

from __future__ import annotations

import pytest
from contrasting import Known, red
from saying import PICTURE, Says

from looksmith.tools.core.errors import ToolError, UnknownName
from looksmith.tools.core.values import Box, Image
from looksmith.tools.models.encode.efficientnet import read_classes
from looksmith.tools.name.answering import StatementAsker
from looksmith.tools.name.asked_names import AskedNamer, Chooser
from looksmith.tools.name.matching import Matcher
from looksmith.tools.name.open_naming import OpenNamer
from looksmith.tools.name.templates import PLAIN, fill
from looksmith.tools.name.zero_shot import ZeroShotClassifier
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.kinds import Kinds
from looksmith.tools.words.wordnet import WordNet

BOX = Box(0, 0, 50, 50, "man")


def test_a_name_is_asked_for_by_its_kind() -> None:
    model = Says("A Beagle.", "wood", "sunny")
    namer = AskedNamer(model)
    assert namer.NAME(PICTURE, BOX, "dog breed") == "beagle"
    assert namer.NAME(PICTURE, kind="material") == "wood"
    assert namer.NAME(PICTURE, "weather") == "sunny"
    parts = [request.parts for request in model.asked]
    assert parts[0][1] == "What kind of dog breed is this? Answer with one or two words."
    assert "material" in str(parts[1][1]) and "weather" in str(parts[2][1])
    assert isinstance(parts[0][0], Image) and parts[0][0].width == 55 and parts[1][0] == PICTURE
    with pytest.raises(ToolError, match="no kind"):
        namer.NAME(PICTURE, " ")


def test_a_label_is_chosen_by_the_reply() -> None:
    assert Chooser(Says("It is open.")).CLASSIFY(PICTURE, BOX, ["Open", "closed"]) == "Open"
    assert Chooser(Says("a dark red")).CLASSIFY(PICTURE, ["red", "dark red"]) == "dark red"
    with pytest.raises(ToolError, match="one of cat, dog, and said 'a bird'"):
        Chooser(Says("a bird")).CLASSIFY(PICTURE, ["cat", "dog"])
    with pytest.raises(ToolError, match="two labels"):
        Chooser(Says()).CLASSIFY(PICTURE, ["cat"])


def test_a_statement_about_a_box_is_one_about_its_crop() -> None:
    model = Says("yes")
    assert StatementAsker(model).VERIFY(PICTURE, BOX, "wearing a hat") is True
    crop, asked = model.asked[0].parts
    assert isinstance(crop, Image) and crop.width == 55 and "the man is wearing a hat" in str(asked)
    known = Known({"a man wearing a hat": (1, 0)}, {1: (1, 0)}, bias=0.0)
    assert Matcher(known).VERIFY(red(1), Box(0, 0, 2, 2, "man"), "wearing a hat").value is True
    assert known.asked == ["a man wearing a hat"]


def test_a_box_is_classified_by_its_crop() -> None:
    known = Known({fill(PLAIN, "cat"): (1, 0, 0), fill(PLAIN, "dog"): (0, 1, 0)}, {1: (0, 1, 0)})
    assert ZeroShotClassifier(known, prompts="template").CLASSIFY(red(1), BOX, labels=["cat", "dog"]).value == "dog"


@pytest.fixture(scope="module")
def kinds(weights: Weights, wordnet: WordNet) -> Kinds:
    return Kinds(read_classes(weights.path("imagenet-names"))[0], wordnet)


def test_the_names_of_a_kind_are_compared_and_the_rest_is_asked(kinds: Kinds) -> None:
    texts = {fill(PLAIN, "beagle"): (1, 0, 0), fill(PLAIN, "vase"): (0, 1, 0)}
    classifier = ZeroShotClassifier(Known(texts, {1: (1, 0, 0), 2: (0, 1, 0)}), prompts="template")
    model = Says("wood", "fedora")
    namer = OpenNamer(classifier, lambda: kinds, ("beagle", "vase", *"abcdefg"), AskedNamer(model))
    assert namer.NAME(red(1), "dog breed").value == "beagle"
    found = namer.NAME(red(2), Box(0, 0, 4, 3), "thing")
    assert found.value == "vase", found
    assert namer.NAME(red(1), "material").value == "wood"
    assert namer.NAME(red(1), "hat").value == "fedora"
    alone = OpenNamer(classifier, lambda: kinds, ("beagle", "vase"))
    assert alone.NAME(red(1), "hat").value in kinds.named("hat") or alone.NAME(red(1), "hat").value == "sombrero"
    with pytest.raises(UnknownName, match="material"):
        alone.NAME(red(1), "material")
