"""The tool that finds faces."""

from __future__ import annotations

from ...core.tool import Scored, tool
from ...core.values import Box, Image
from ...models.people.face_detector import THRESHOLD, FaceDetector


class Faces:
    """The tool FACES on a face detector.

    threshold: minimum score of a face; candidates below are recorded in the trace as rejected.
    """

    def __init__(self, detector: FaceDetector, threshold: float = THRESHOLD) -> None:
        self._detector = detector
        self._threshold = threshold

    @property
    def backend(self) -> str:
        """The model's name in traces."""
        return self._detector.backend

    def load(self) -> None:
        """Load the model. Raises WeightsError if its weights are missing."""
        self._detector.load()

    @tool
    def FACES(self, image: Image) -> Scored[list[Box]]:
        """The box of each face, best first; [] if none.

        Found are faces that look roughly at the camera, of about 20 pixels and more.
        """
        candidates = self._detector.faces(image)
        found = [box for box in candidates if box.score >= self._threshold]
        scores = {f"face {number}": box.score for number, box in enumerate(candidates, start=1)}
        return Scored(found, scores, tuple(candidates[len(found) :]))
