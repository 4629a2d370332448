"""Two tools that share a model: it is loaded once, when one of them is first called."""

import numpy as np

# --8<-- [start:tools]
from looksmith import Box, Image, Scored, tool


class Sharpness:
    """Tools that judge how sharp a picture is."""

    backend = "laplace"

    def load(self) -> None:
        """Load what the tools need, once. Heavy imports belong here."""
        import cv2

        self.measure = lambda pixels: float(cv2.Laplacian(pixels, cv2.CV_64F).var())

    @tool
    def SHARPNESS(self, image: Image) -> float:
        """How sharp the image is; below 100 it is blurred."""
        return self.measure(np.asarray(image.array()))

    @tool
    def SHARPEST(self, image: Image, boxes: list[Box]) -> Box:
        """The box with the sharpest content.

        boxes: at least one.
        """
        scores = {f"{i} {box.label}": self.measure(image.crop(box).array()) for i, box in enumerate(boxes, 1)}
        best = max(range(len(boxes)), key=list(scores.values()).__getitem__)
        return Scored(boxes[best], scores)  # the program gets the box, the trace keeps the scores


def register_tools(register):
    """Called once by looksmith when the file is named with --tools."""
    register(Sharpness())


# --8<-- [end:tools]
