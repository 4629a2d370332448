"""Class maps: what they find in real photos, and in which frame."""

import pytest

from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.values import Box
from looksmith.tools.models.encode.class_maps import PRESENT, ClassMaps
from looksmith.tools.models.encode.efficientnet import EfficientNet
from looksmith.tools.weights.store import Weights


@pytest.fixture(scope="module")
def maps(weights):
    made = ClassMaps(EfficientNet(weights, "cpu"))
    made.load()
    return made


def classes(maps, *names):
    return [number for number, all_names in enumerate(maps.names) if any(n in all_names.split(", ") for n in names)]


@pytest.mark.parametrize(
    ("name", "here", "elsewhere"),
    [("coffee", "espresso", "tabby"), ("chelsea", "tabby", "espresso"), ("motorcycle_left", "moped", "sombrero")],
)
def test_what_is_there_is_told_from_what_is_not(maps, photo, name, here, elsewhere):
    image = photo(name)
    assert maps.present(image, classes(maps, here)) >= PRESENT > maps.present(image, classes(maps, elsewhere))


def test_the_best_region_lies_on_the_thing_and_is_called_by_its_class(maps, photo):
    best, *others = maps.find(photo("coffee"), classes(maps, "espresso", "tabby"))
    cup = Box(100, 70, 420, 370)
    assert cup.left < best.center_x < cup.right and cup.top < best.center_y < cup.bottom
    assert best.label == "espresso"
    assert [one.score for one in (best, *others)] == sorted((one.score for one in (best, *others)), reverse=True)


def test_a_crop_s_regions_are_in_pixels_of_the_original(maps, photo):
    image = photo("chelsea")
    part = image.crop(Box(150, 40, 451, 300))
    for box in maps.find(part, classes(maps, "tabby")):
        assert 150 <= box.left < box.right <= 451
        assert 40 <= box.top < box.bottom <= 300


def test_scores_are_probabilities_and_no_region_is_surer_than_that_the_thing_is_there(maps, photo):
    for name in ("coffee", "rocket"):
        for some in (classes(maps, "espresso"), classes(maps, "missile", "espresso", "moped"), list(range(1000))):
            there = maps.present(photo(name), some)
            assert 0 < there < 1
            assert all(0 < box.score < there for box in maps.find(photo(name), some))


def test_no_classes_are_found_nowhere(maps, photo):
    assert maps.find(photo("coffee"), []) == []
    assert maps.present(photo("coffee"), []) == 0


def test_a_photo_is_looked_at_once(maps, photo, monkeypatch):
    image = photo("rocket").crop(Box(3, 3, 300, 300))
    maps.find(image, [1])
    monkeypatch.setattr(EfficientNet, "over", None)
    assert maps.find(image, [2]) and maps.present(image, [3]) >= 0


def test_a_strip_is_looked_at_too(maps, photo):
    assert maps.find(photo("coffee").crop(Box(0, 0, 600, 3)), [1])


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match="efficientnet-lite0"):
        ClassMaps(EfficientNet(Weights(tmp_path, offline=True), "cpu")).load()
