"""A model of your own behind the built-in tools: red things, found by their colour."""

# --8<-- [start:model]
import numpy as np


class RedThings:
    """Finds regions that are clearly red."""

    names = ("red thing",)

    def __init__(self, spec, min_area: float = 0.01):
        self.min_area = min_area

    def load(self):
        """Called once, before the first question: import heavy libraries here."""
        import cv2

        self.cv2 = cv2

    def detect(self, picture):
        """Left, top, right, bottom, label and score of each region, in pixels."""
        pixels = np.asarray(picture.convert("RGB"), dtype=int)
        red, green, blue = np.moveaxis(pixels, 2, 0)
        mask = ((red - np.maximum(green, blue)) > 60).astype(np.uint8)
        _, _, regions, _ = self.cv2.connectedComponentsWithStats(mask)
        for left, top, width, height, area in regions[1:]:
            if area >= self.min_area * mask.size:
                score = area / (width * height)
                yield left, top, left + width, top + height, "red thing", score


# --8<-- [end:model]
