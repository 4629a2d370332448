"""A tool of your own: how bright an image, or a part of it, is."""

# --8<-- [start:tool]
from looksmith import Image, tool


@tool
def LUMINANCE(image: Image) -> float:
    """How bright the image is, 0 to 255."""
    return float(image.array().mean())


# --8<-- [end:tool]
