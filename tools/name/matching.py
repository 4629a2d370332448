"""VERIFY, MATCH and SIMILAR: compares texts with images, and images with images, by a contrastive model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, overload

from ..core.batch_calls import one_by_one
from ..core.errors import ToolError
from ..core.over_model import OverModel
from ..core.tool import Scored, tool
from ..core.values import Box, Image
from ..models.encode.contrastive import Contrastive, ImageEncoder, mean_vector, scores
from ..see.boxes.main_thing import about, part_of, said_of

NEUTRAL = ("a photo.", "a picture of something.", "a photo of something else.")
"""Neutral texts that match any image about equally well."""

NEGATED = "it is not true that {statement}"

SURE = 0.5
"""Score from which a statement holds, for models that were trained with softmax: it fits better than its rivals."""

SURE_SIGMOID = 0.1
"""The same for SigLIP, which was trained on thousands of wrong texts for each right one and gives right ones little:
transformers' own example has 0.32 for the right caption of a photo."""


class Matcher(OverModel[Contrastive]):
    """VERIFY and MATCH over a contrastive model.

    threshold: score from which a statement holds; by default 0.5 for softmax models and 0.1 for sigmoid models. Neither
        was tuned on data.
    """

    note = (
        "VERIFY and MATCH hear which things and properties a text names, not in which order: they cannot tell "
        "'a mug in some grass' from 'some grass in a mug'. Find things with boxes for relations, and compare the boxes "
        "(LEFT_OF, INSIDE ...)."
    )

    def __init__(self, model: Contrastive, threshold: float | None = None) -> None:
        super().__init__(model)
        self._threshold = threshold

    @overload
    def VERIFY(self, image: Image, statement: str) -> Scored[bool]: ...
    @overload
    def VERIFY(self, image: Image, box: Box, statement: str) -> Scored[bool]: ...
    @tool(batch=32, many="verify_many")
    def VERIFY(self, *args: Any, **given: Any) -> Scored[bool]:
        """Does the statement fit the image, or the thing in the box?

        statement: what the image would show, such as "a red car"; of a box what is said of it: "open", "wearing a hat".

        What is measured is how near the statement lies to the image. A softmax model shares out between the statement
        and its strongest rival: the mean of some texts that say nothing, or the statement negated, which such models
        hardly tell from the statement. SigLIP judges the statement by itself. Statements about number, order, place or
        absence are not understood, nor is one that names half of what is there told from the whole.

        Raises ToolError for an empty statement.
        """
        return self._verify(**about("statement", *args, **given))

    def _verify(self, image: Image, statement: str, box: Box | None = None) -> Scored[bool]:
        said, image = said_of(box, _text(statement, "VERIFY")), part_of(image, box)
        bias = self.model.bias
        found = self.model.image_vectors([image])[0]
        if bias is not None:
            score = float(scores(self.model.text_vectors([said]) @ found, self.model.scale, bias)[0])
            given = {said: score}
        else:
            vectors = self.model.text_vectors([said, NEGATED.format(statement=said), *NEUTRAL])
            cosines = {said: float(vectors[0] @ found), "negated": float(vectors[1] @ found)}
            cosines["neutral"] = float(mean_vector(vectors[2:]) @ found)
            score = _share(self.model.scale * (cosines[said] - max(cosines["negated"], cosines["neutral"])))
            given = {said: score, "its strongest rival": 1 - score}
        default = SURE if bias is None else SURE_SIGMOID
        sure = default if self._threshold is None else self._threshold
        return Scored(score > sure, dict(sorted(given.items(), key=lambda item: -item[1])))

    @tool(batch=32, many="match_many")
    def MATCH(self, images: list[Image], text: str) -> Scored[int]:
        """The index of the image that fits the text best.

        text: what the image would show, such as "a dog that runs".

        Of images that fit equally well it is the first.

        Raises ToolError for an empty text or no images.
        """
        said = _text(text, "MATCH")
        _require_images(images, "MATCH")
        cosines = self.model.image_vectors(images) @ self.model.text_vectors([said])[0]
        given = scores(cosines, self.model.scale, self.model.bias).tolist()
        order = _best_first(given)
        return Scored(order[0], {f"image {index}": given[index] for index in order})

    def verify_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """VERIFY for each call: all images are encoded in one pass, which the model then remembers."""
        seen = dict.fromkeys(call["image"] for call in calls if "box" not in call)
        if seen:
            self.model.image_vectors(list(seen))
        return one_by_one(calls, self.VERIFY)

    def match_many(self, calls: Sequence[Mapping[str, Any]]) -> list[Any]:
        """MATCH for each call: all images are encoded in one pass, which the model then remembers."""
        images = list(dict.fromkeys(image for call in calls for image in call["images"]))
        if images:
            self.model.image_vectors(images)
        return one_by_one(calls, self.MATCH)


class Similarity(OverModel[ImageEncoder]):
    """SIMILAR and NEAREST_IMAGES over a model's vectors of images."""

    @tool
    def SIMILAR(self, a: Image, b: Image) -> float:
        """How alike two images or crops are; 1 is the same.

        The cosine of their vectors, -1 to 1: to be compared with others of its kind, since any two photos come out at
        0.5 or more with many models.
        """
        first, second = self.model.image_vectors([a, b])
        return float(first @ second)

    @tool
    def NEAREST_IMAGES(self, image: Image, images: list[Image], k: int = 1) -> Scored[list[int]]:
        """Indices of the k images most like it, best first.

        k: how many, at most as many as there are images.

        An image that is itself in the list comes first. Raises ToolError for no images, or a k that is not 1 to their
        number.
        """
        _require_images(images, "NEAREST_IMAGES")
        if not 1 <= k <= len(images):
            raise ToolError(
                f"NEAREST_IMAGES needs a k of 1 to {len(images)}, got {k}.", hint="Use min(k, len(images))."
            )
        vectors = self.model.image_vectors([image, *images])
        given = (vectors[1:] @ vectors[0]).tolist()
        order = _best_first(given)
        return Scored(order[:k], {f"image {index}": given[index] for index in order})


def _share(difference: float) -> float:
    """What the first of two gets in a softmax whose logits differ by so much."""
    return 1 / (1 + math.exp(-max(min(difference, 500.0), -500.0)))


def _best_first(given: Sequence[float]) -> list[int]:
    return sorted(range(len(given)), key=lambda index: -given[index])


def _text(text: str, name: str) -> str:
    """Normalize whitespace. Raises ToolError for an empty text."""
    said = " ".join(text.split())
    if not said:
        raise ToolError(f"{name} got an empty text.", hint="Say what the image would show, such as 'a red car'.")
    return said


def _require_images(images: Sequence[Image], name: str) -> None:
    if not images:
        raise ToolError(f"{name} got no images to choose from.", hint="Check for an empty list first.")
