"""A program over the contrastive tools, checked and run in the sandbox, on tiny checkpoints."""

import pytest
import tiny_clip
from PIL import Image as Pillow

from looksmith import Box, run, tool
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.values import Image
from looksmith.tools.models.encode.open_clip import OpenClip
from looksmith.tools.models.encode.open_clip_files import OpenClipOptions
from looksmith.tools.name.matching import Matcher, Similarity
from looksmith.tools.name.zero_shot import ZeroShotClassifier
from looksmith.tools.runtime.shelf import Shelf
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.weights.store import Weights
from photos import photo_path

PROGRAM = """
crops = PARTS(image)
kinds = CLASSIFY(crops, ["cat", "dog", "mug"])
one = CLASSIFY(image, ["cat", "dog"])
holds = VERIFY(crops[0], "a mug on a table")
first = MATCH(crops, "a spoon")
near = NEAREST_IMAGES(image, crops, 2)
answer = [kinds, one, holds, first, near, SIMILAR(crops[0], crops[1])]
"""


@pytest.fixture(params=["clip", "siglip"])
def model(request, tmp_path) -> OpenClip:
    tiny_clip.register(tmp_path)
    if request.param == "clip":
        place = tiny_clip.save_pickle(tmp_path)
        return OpenClip(Spec(Weights(tmp_path), place), OpenClipOptions(model=tiny_clip.CLIP))
    place = tiny_clip.save_hub(tmp_path, tiny_clip.SIGLIP)
    return OpenClip(Spec(Weights(place), place))


@tool
def PARTS(image: Image) -> list[Image]:
    """Three crops of the image."""
    return [image.crop(Box(left, 0, left + 150, 300)) for left in (0, 200, 400)]


def test_a_program_gets_what_the_tools_say(model, home):
    classifier, matcher, similarity = ZeroShotClassifier(model), Matcher(model), Similarity(model)
    tools = (PARTS, classifier.CLASSIFY, matcher.VERIFY, matcher.MATCH, similarity.SIMILAR, similarity.NEAREST_IMAGES)
    settings = Settings(home, device="cpu", installed=False)
    done = run(PROGRAM, photo_path("coffee"), settings=settings, tools=tools)
    assert done.outcome == "ok", done.text
    whole = Image.of(Pillow.open(photo_path("coffee")))
    crops = PARTS(whole)
    kinds, one, holds, first, near, alike = done.value
    assert kinds == [classifier.CLASSIFY(crop, ["cat", "dog", "mug"]).value for crop in crops]
    assert one == classifier.CLASSIFY(whole, ["cat", "dog"]).value
    assert holds is matcher.VERIFY(crops[0], "a mug on a table").value
    assert first == matcher.MATCH(crops, "a spoon").value
    assert near == similarity.NEAREST_IMAGES(whole, crops, 2).value
    assert alike == pytest.approx(similarity.SIMILAR(crops[0], crops[1]))
    assert model.image_cache.misses == 4


def test_a_model_that_made_room_is_loaded_anew(tmp_path):
    tiny_clip.register(tmp_path)
    place, shelf = tiny_clip.save_pickle(tmp_path), Shelf(budget=1)
    spec = Spec(Weights(tmp_path), place, shelf=shelf)
    one, other = (OpenClip(spec, OpenClipOptions(model=tiny_clip.CLIP)) for _ in range(2))
    before = one.text_vectors(["a cat"])
    held = shelf.size
    other.text_vectors(["a dog"])
    assert shelf.size == held > 0 and one._slot.model is None
    assert one.text_vectors(["a dog"]) == pytest.approx(other.text_vectors(["a dog"]), abs=1e-6)
    assert one.text_vectors(["a cat"]) == pytest.approx(before)
