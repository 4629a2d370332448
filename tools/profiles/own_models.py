"""Users' own models for the built-in tools: a profile refers to a class in a file or an installed package.

    [models.mine]
    backend = "./my_models.py:Forklifts"      # or "my_package.models:Forklifts"

The class has one of these methods, which determine the tools it can serve:

    names, detect(picture)        LOC DETECT EXISTS COUNT THINGS PARTNER VERIFY, for its `names`
    find(picture, name)           the same, for any phrase
    classify(picture, labels)     CLASSIFY
    methods declared with @tool   the tools with those names

`picture` is a Pillow image. The class is instantiated as `Class(spec, **options)`: spec.path() is the path of the
profile's `weights`, spec.device the device to run on; options are the other keys of the profile's table. An optional
method `load()` is called once before the first use.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import create_model

from ..core.errors import InputError, LooksmithError
from ..core.frozen import Frozen
from ..core.tool import is_tool
from ..runtime.spec import Spec
from ..see.color.color import ColorNamer
from ..see.find.find import Finder
from ..see.find.open_finder import OpenFinder
from ..see.finders.detector_eye import DetectorEye
from ..see.finders.phrase_eye import PhraseEye
from ..see.finders.sights import Eyes
from ..words.wordnet import WordNet
from .backends import FIND, Backend, Parts, ToolSet
from .own_tools import OwnClassifier, OwnDetector, OwnPhrases
from .plugins import load_module

_PRECISION = 0.7
"""The assumed precision of a user's detector, which is unknown."""


def is_own(backend: str) -> bool:
    """Whether a profile's backend is a user's class."""
    return ":" in backend


def own_backend(backend: str, folder: Path) -> Backend:
    """The backend for a user's class. folder: the base of relative paths. Raises InputError."""
    made = _class(backend, folder)
    sets = tuple(_sets(made))
    if not sets:
        raise InputError(
            f"{backend} cannot serve any tool.",
            hint="Define names and detect(picture), find(picture, name), classify(picture, labels) or @tool methods.",
        )
    # The user's code may change at any time, so results are not cached across questions.
    return Backend(lambda spec, options: _made(made, spec, options), sets, (), "", _options(made), settled=_never)


def _made(kind: Any, spec: Spec, options: Frozen) -> Any:
    """Instantiate the user's model. Raises InputError if its constructor fails."""
    try:
        model = kind(spec, **dict(options))
        if not hasattr(model, "backend"):
            model.backend = kind.__name__
    except LooksmithError:
        raise
    except Exception as error:
        raise InputError(f"{kind.__name__} could not be created: {type(error).__name__}: {error}") from error
    return model


def _never(_options: Any) -> bool:
    return False


def _class(backend: str, folder: Path) -> Any:
    place, _, name = backend.rpartition(":")
    if place.startswith(("/", "./", "../", "~")) or place.endswith(".py"):
        path = (folder / Path(place).expanduser()).resolve()
        module = _loaded(path, path.stat().st_mtime_ns if path.is_file() else 0)
    else:
        try:
            module = import_module(place)
        except Exception as error:  # a user's module may raise anything
            raise InputError(f"{place} cannot be imported: {type(error).__name__}: {error}") from error
    made = getattr(module, name, None)
    if not inspect.isclass(made):
        raise InputError(f"{place} has no class {name}.", hint='Write the backend as in "./my_models.py:MyDetector".')
    return made


@cache
def _loaded(path: Path, _changed: int) -> Any:
    """Import a module from a file, again if the file has changed."""
    return load_module(path)


def _options(made: Any) -> type[Frozen]:
    """The options in a profile: the constructor's parameters after the first one."""
    try:
        _, *parameters = inspect.signature(made).parameters.values()
        kinds = typing.get_type_hints(made.__init__)
    except (TypeError, ValueError, NameError):
        raise InputError(
            f"{made.__name__} cannot be created: the first parameter of __init__ must be the spec."
        ) from None
    fields = {
        one.name: (kinds.get(one.name, Any), ... if one.default is one.empty else one.default)
        for one in parameters
        if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    }
    return create_model(f"Options of {made.__name__}", __base__=Frozen, **typing.cast("dict[str, Any]", fields))


def _sets(made: Any) -> Iterable[ToolSet]:
    own = tuple(name for name in dir(made) if is_tool(getattr(made, name, None)))
    if own:
        yield ToolSet(own, lambda model, _: model)
    if hasattr(made, "detect"):
        yield ToolSet(FIND, _named_finder)
    elif hasattr(made, "find"):
        yield ToolSet(FIND, _open_finder)
    if hasattr(made, "classify"):
        yield ToolSet(("CLASSIFY",), lambda model, _: OwnClassifier(model))


def _named_finder(model: Any, parts: Parts) -> Finder:
    detector = OwnDetector(model, WordNet(parts.weights))
    return Finder(Eyes([DetectorEye(detector, _PRECISION)]), ColorNamer(), detector.backend, detector)


def _open_finder(model: Any, parts: Parts) -> OpenFinder:
    eye = PhraseEye(OwnPhrases(model), WordNet(parts.weights))
    verifier = parts.serving("VERIFY") or parts.serving("MATCH")
    return OpenFinder(eye, ColorNamer(), verifier, parts.serving("POINT"), parts.serving("VQA"))
