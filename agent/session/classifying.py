"""`classify`: shows how a contrastive model scores labels for images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...tools.core.errors import InputError
from ...tools.name.cupl import Describer
from ..pages.classified import Classified
from ..pages.classified import classify as look
from ..setup.settings import Settings
from .given import settings_for, subject_given

if TYPE_CHECKING:
    from pathlib import Path

    from .given import Picture


def classify(
    image: Picture | Sequence[Picture],
    labels: Sequence[str],
    *,
    texts: Sequence[str] = (),
    model: str = "",
    profile: str | Path | None = None,
    settings: Settings | None = None,
) -> Classified:
    """Show how a model scores labels for one image or several; as a page in a notebook.

    labels: two or more; if there are as many as images, the n-th is taken as the label of the n-th image.
    texts: also compared with the images. Descriptions of labels are those stored by `looksmith describe`.
    model: of the profile; by default the one behind CLASSIFY.
    Raises InputError (image, model, a text instead of a list of labels or texts), ToolError (labels that leave no
    choice), WeightsError.
    """
    for name, given in (("labels", labels), ("texts", texts)):
        if isinstance(given, str):
            raise InputError(
                f"The {name} are a list, got the text {given!r:.100}.", hint=f"Write {name}=[{given!r:.100}]."
            )
    chosen = settings_for(settings, profile)
    describer = Describer(chosen.descriptors)
    subject = subject_given(image)
    named = list(zip(subject.images, subject.names, strict=True))
    return look(chosen.contrastive(model), named, labels, lambda label: describer.describe(label).sentences, texts)
