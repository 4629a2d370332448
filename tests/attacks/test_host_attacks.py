"""Attacks on what the host itself works out, says and stores: with the policy and without it, nothing is achieved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacking import MODES, Mode, name_of
from attacking_host import BY_POLICY, HOST_ATTACKS, Watched, watched


@pytest.fixture(scope="module", params=MODES)
def host(request: pytest.FixtureRequest) -> Iterator[tuple[Mode, Watched]]:
    with watched(request.param) as made:
        yield request.param, made


def test_there_are_enough_attacks_of_every_kind() -> None:
    families = Counter(path.parent.name for path in HOST_ATTACKS)
    assert set(families) == BY_POLICY | {"stored"}
    assert min(families.values()) >= 5
    assert all(path.read_text(encoding="utf-8").startswith("# tries: ") for path in HOST_ATTACKS)


@pytest.mark.parametrize("path", HOST_ATTACKS, ids=name_of)
def test_an_attack_on_the_host_achieves_nothing(path: Path, host: tuple[Mode, Watched]) -> None:
    mode, watching = host
    if mode != MODES[0] and path.parent.name not in BY_POLICY:
        pytest.skip("the policy has no say")
    assert watching.attack(path).achieved == ()
