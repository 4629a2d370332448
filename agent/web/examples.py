"""Example pictures and questions, for a home folder without runs.

Both photos are in the public domain (CC0): coffee by Rachel Michetti, chelsea by Stéfan van der Walt.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files

from ...tools.core.errors import InputError
from ...tools.media.images import load_image
from ..inputs.subject import Subject


@dataclass(frozen=True)
class ExamplePhoto:
    """A photo in `static/examples`, without its suffix; alt: what it shows; questions: about it."""

    name: str
    alt: str
    questions: tuple[str, ...]

    @property
    def href(self) -> str:
        """The URL of the photo."""
        return f"/static/examples/{self.name}.jpg"


EXAMPLES = (
    ExamplePhoto(
        "coffee",
        "A cup of coffee on a saucer with a spoon",
        ("How many cups are there?", "Is the cup on the left or on the right of the spoon?"),
    ),
    ExamplePhoto("chelsea", "The face of a cat", ("Is there a dog?", "Which animal is in the photo, a dog or a cat?")),
)


def example_subject(name: str) -> Subject:
    """The photo of an example, to ask about. Raises InputError for one that does not exist."""
    if name not in {one.name for one in EXAMPLES}:
        raise InputError(f"There is no example {name!r:.100}.")
    with as_file(files("looksmith.agent.web") / "static" / "examples" / f"{name}.jpg") as path:
        return Subject.of(load_image(path), path.name)
