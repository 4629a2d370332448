"""What tests share: the pulled weights, real photos, and a home folder of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from looksmith.agent.ask.loop import Bench
from looksmith.agent.session.one_line import shared
from looksmith.agent.setup import settings as settings_module
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.examples.bank import usable
from looksmith.programs.examples.core import choose_core
from looksmith.tools.core.example import Example
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Image
from looksmith.tools.media.images import load_image
from looksmith.tools.threads.limits import limit_threads
from looksmith.tools.weights.store import Weights
from looksmith.tools.words.wordnet import WordNet
from photos import photo_path

limit_threads()  # before any test imports torch
settings.register_profile("any machine", deadline=None)  # a busy one is no fault of the code
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def bank_checked_once() -> Iterator[None]:
    """Benches with the same tools share the checked examples: half a second of processor time for each of them."""
    checked: dict[Any, tuple[Example, ...]] = {}

    def once(bank: Iterable[Example], registry: Registry) -> tuple[Example, ...]:
        given = (tuple(bank), tuple(tool.stub for tool in registry))
        if given not in checked:
            checked[given] = usable(given[0], registry)
        return checked[given]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings_module, "usable", once)
        patch.setattr(settings_module, "choose_core", cache(choose_core))
        yield


@pytest.fixture(autouse=True)
def shared_sessions_end() -> Iterator[None]:
    """Those of `looksmith.ask` and `looksmith.run` hold models, and would hold them as long as the process."""
    yield
    shared.close()


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Ctrl+C is heeded here and in the processes that a test starts; a shell makes background processes ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def shared_home() -> Path:
    """The home folder that `make` filled with weights: tests only read it."""
    return find_home()


@pytest.fixture(scope="session")
def weights(shared_home: Path) -> Weights:
    """The pulled weights."""
    return Weights(shared_home / "weights")


@pytest.fixture(scope="session")
def wordnet(weights: Weights) -> WordNet:
    """WordNet's nouns."""
    return WordNet(weights)


@pytest.fixture
def photo() -> Callable[[str], Image]:
    """`photo("coffee")` is a real photo."""
    return lambda name: load_image(photo_path(name))


@pytest.fixture(scope="session")
def fill(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Callable[[Path], None]:
    """`fill(home)` makes a home of the weights, and of the examples' vectors, which take 15 s of processor time."""
    base = tmp_path_factory.getbasetemp()
    vectors = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "vectors"
    vectors.mkdir(exist_ok=True)

    def link(home: Path) -> None:
        home.mkdir(exist_ok=True)
        (home / "weights").symlink_to(shared_home / "weights")
        (home / "vectors").symlink_to(vectors)

    return link


@pytest.fixture
def home(tmp_path: Path, fill: Callable[[Path], None]) -> Path:
    """An empty home folder of the test's own, which shares nothing but the weights and the examples' vectors."""
    folder = tmp_path / "home"
    fill(folder)
    return folder


@pytest.fixture
def own_home(home: Path, shared_home: Path) -> Path:
    """A home whose weights are linked one by one, so that what is kept beside them stays here."""
    (home / "weights").unlink()
    (home / "weights").mkdir()
    for one in (shared_home / "weights").iterdir():
        if not one.name.startswith("."):
            (home / "weights" / one.name).symlink_to(one)
    return home


@pytest.fixture(scope="session")
def pocket(shared_home: Path) -> Registry:
    """The built-in tools."""
    return Settings(shared_home, device="cpu").registry()


@pytest.fixture
def bench(home: Path) -> Iterator[Bench]:
    """A bench with the built-in tools and runs of its own."""
    made = Settings(home, device="cpu").bench()
    with made.sandbox:
        yield made
