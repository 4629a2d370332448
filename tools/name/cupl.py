"""CuPL: a language model describes the appearance of labels, and a contrastive model compares images with that.

Pratt, Covert, Liu and Farhadi, "What does a platypus look like? Generating customized prompts for zero-shot image
classification", ICCV 2023. The questions and the filter are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.errors import InputError, LooksmithError, ToolError
from ..words.labels import plain_label
from .cupl_filter import select
from .descriptors import DescriptionRequest, Descriptors, DescriptorStore
from .templates import with_article

QUESTIONS = (
    "Which visible features tell {thing} apart from things that are easily mistaken for it?",
    "What shape, colors and surface does {thing} have in a photo?",
    "Which parts of {thing} can be seen in a picture, and how do they look?",
    "Somebody has never seen {thing}. What would catch their eye first?",
    "What is a plain caption for a photo in which {thing} fills the frame?",
)
RULES = ' Answer in one sentence of at most 25 words that names "{label}" and says only what can be seen.'

TEMPLATE_VERSION = "1"
"""Increased with every change of the questions or the filter, to distinguish older sentences."""


class DescriptionWriter(Protocol):
    """A language model that answers questions."""

    @property
    def model(self) -> str:
        """Its name."""
        ...

    def write(self, prompts: Sequence[str], n: int, temperature: float, seed: int | None) -> list[list[str]]:
        """`n` replies to each prompt, or fewer where it wrote fewer."""
        ...


class Describer:
    """Descriptions of labels, from the store or else from the writer.

    samples: replies per question; several need a temperature above 0.
    seed: makes replies repeatable, if the server supports seeds.

    Raises InputError for invalid settings.
    """

    def __init__(
        self,
        store: DescriptorStore,
        writer: DescriptionWriter | None = None,
        *,
        samples: int = 4,
        temperature: float = 0.9,
        seed: int | None = None,
    ) -> None:
        if samples < 1 or temperature < 0:
            raise InputError("Descriptions need a sample or more, and a temperature of 0 or more.")
        if samples > 1 and temperature == 0:
            raise InputError("Several samples at temperature 0 are all the same.", hint="Ask for one sample.")
        self._store = store
        self._writer = writer
        self._samples = samples
        self._temperature = temperature
        self._seed = seed

    def describe(self, label: str, domain: str = "") -> Descriptors:
        """The latest sentences about the label, from any settings; new ones if there are none.

        So `looksmith describe` determines what a label means from then on.
        Raises ToolError if there are none and no writer, InputError for a damaged file.
        """
        found = self._store.latest(label, domain)
        if found:
            return found
        if self._writer is None:
            about = f' --domain "{domain}"' if domain else ""
            raise ToolError(
                f"Nothing says what {label!r} looks like.", hint=f'Run: looksmith describe "{label}"{about}'
            )
        try:
            return self.write(label, domain)
        except ToolError:
            raise
        except LooksmithError as error:
            raise ToolError(f"{label!r} could not be described: {error.message}", hint=error.hint) from error

    def write(self, label: str, domain: str = "") -> Descriptors:
        """The sentences for exactly these settings, kept in the store.

        Raises InputError for an empty label, ToolError when there is no writer or no sentence can be used, and what
        the writer raises.
        """
        if not plain_label(label):
            raise InputError("A label to describe cannot be empty.")
        if self._writer is None:
            raise ToolError(f"Nobody is there to describe {label!r}.", hint=f'Run: looksmith describe "{label}"')
        request = DescriptionRequest(
            label=" ".join(label.split()),
            domain=" ".join(domain.split()),
            model=self._writer.model,
            template_version=TEMPLATE_VERSION,
            samples=self._samples,
            temperature=self._temperature,
            seed=self._seed,
        )
        return self._store.get(request) or self._ask(request, self._writer)

    def _ask(self, request: DescriptionRequest, writer: DescriptionWriter) -> Descriptors:
        prompts = questions(request.label, request.domain)
        replies = writer.write(prompts, request.samples, request.temperature, request.seed)
        kept, dropped = select((text for texts in replies for text in texts), request.label)
        if not kept:
            reasons = ", ".join(sorted({one.reason for one in dropped})) or "the model wrote nothing"
            raise ToolError(
                f"No sentence about {request.label!r} can be used ({reasons}).",
                hint='Ask again with more --samples, or say what it is: --domain "a kind of ...".',
            )
        made = Descriptors(**request.model_dump(), sentences=kept, dropped=dropped)
        self._store.put(made)
        return made


def questions(label: str, domain: str = "") -> list[str]:
    """The prompts about a label."""
    thing = with_article(label) + (f" ({domain})" if domain else "")
    return [question.format(thing=thing) + RULES.format(label=label) for question in QUESTIONS]
