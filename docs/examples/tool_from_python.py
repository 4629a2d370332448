"""Offer a tool of your own to a program, without a language model."""

# --8<-- [start:run]
from looksmith import Image, run, tool


@tool
def WIDTH_TO_HEIGHT(image: Image) -> float:
    """How many times as wide as high the image is."""
    return image.width / image.height


answer = run('answer = WIDTH_TO_HEIGHT(CROP(image, LOC(image, "cup")))', "photo.jpg", tools=(WIDTH_TO_HEIGHT,))
print(answer.value)
# --8<-- [end:run]
