"""Attacks on what the host itself works out, says and stores: with the policy and without it, nothing is achieved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from attacking import MODES, Mode, name_of
from attacking_host import BY_POLICY, HOST_ATTACKS, Watched, watched

CASES = [(mode, path) for mode in MODES for path in HOST_ATTACKS if mode == MODES[0] or path.parent.name in BY_POLICY]
"""Without the policy only those that it has a say in."""


@pytest.fixture(scope="module")
def host() -> Iterator[Callable[[Mode], Watched]]:
    """The host of a mode, made once; tests come mode by mode, and one host is there at a time."""
    with ExitStack() as stack:
        made: dict[Mode, Watched] = {}

        def of(mode: Mode) -> Watched:
            if mode not in made:
                stack.close()
                made.clear()
                made[mode] = stack.enter_context(watched(mode))
            return made[mode]

        yield of


def test_there_are_enough_attacks_of_every_kind() -> None:
    families = Counter(path.parent.name for path in HOST_ATTACKS)
    assert set(families) == BY_POLICY | {"stored"}
    assert min(families.values()) >= 5
    assert all(path.read_text(encoding="utf-8").startswith("# tries: ") for path in HOST_ATTACKS)


@pytest.mark.parametrize(("mode", "path"), CASES, ids=[f"{mode}-{name_of(path)}" for mode, path in CASES])
def test_an_attack_on_the_host_achieves_nothing(mode: Mode, path: Path, host: Callable[[Mode], Watched]) -> None:
    assert host(mode).attack(path).achieved == ()
