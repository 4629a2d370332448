"""Every attack, with the policy and without it: nothing gets out, nothing is harmed, nobody is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacking import ATTACKS, MODES, Ground, Mode, attack, name_of, sandbox_for

from looksmith.sandbox.jail import missing
from looksmith.sandbox.run import Sandbox


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    made = Ground()
    yield made
    made.close()


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    return request.param


@pytest.fixture(scope="module")
def sandbox(mode: Mode, ground: Ground) -> Iterator[Sandbox]:
    with sandbox_for(mode) as made:
        yield made


def test_there_are_enough_attacks_of_every_family() -> None:
    families = Counter(path.parent.name for path in ATTACKS)
    assert sum(families.values()) >= 250
    assert len(families) >= 30
    assert min(families.values()) >= 5
    assert all(path.read_text(encoding="utf-8").startswith("# tries: ") for path in ATTACKS)


def test_the_attacks_have_ground_to_stand_on(ground: Ground) -> None:
    """What they are after can be had by anyone who is not held: or else they would show nothing."""
    assert ground.secret_file.read_text() in ground.secrets
    (ground.canaries / "new").touch()
    assert [text for text in ground.damage() if "new files" in text]
    (ground.canaries / "new").unlink()


@pytest.mark.parametrize("path", ATTACKS, ids=name_of)
def test_an_attack_achieves_nothing(path: Path, mode: Mode, sandbox: Sandbox, ground: Ground) -> None:
    verdict = attack(path, mode, sandbox, ground)
    assert verdict.achieved == ()
    assert missing("kernel", verdict.outcome.layers) == ()
