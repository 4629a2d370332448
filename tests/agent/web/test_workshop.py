"""What the pages ask with and what they replay with are the same models: they are in memory once."""

from __future__ import annotations

from pathlib import Path

import pytest

from looksmith.agent.session.workshop import Workshop, Workshops
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import InputError

TOOLS = '''
from looksmith import Image, tool

class Model:
    backend = "model"
    loads = 0

    def load(self) -> None:
        Model.loads += 1

    @tool
    def LOADS(self, image: Image) -> int:
        """How often the model was loaded."""
        return Model.loads

def register_tools(register):
    register(Model())
'''


def test_asking_and_replaying_share_models_devices_and_threads(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(TOOLS)
    profile = tmp_path / "none.toml"
    profile.write_text("[models]\n[tools]\n")
    files = (tmp_path / "tools.py",)
    shop = Workshop(Settings(tmp_path, tool_files=files, installed=False, profile=str(profile)))
    bench = shop.bench()
    served = [bench.executor, *(shop._tools(dialect, dry=False)[1] for dialect in ("", "visprog", "vipergpt"))]
    from looksmith.tools.core.stand_in import blank_image

    assert [one.call("LOADS", (blank_image(),), {}).value for one in served] == [1] * 4
    assert "CAPTION" not in bench.registry  # which no backend serves: only programs by hand may name it
    assert "CAPTION" in shop._tools("", dry=False)[0]
    assert "ONE_OF" in shop._tools("visprog", dry=False)[0]
    assert "ONE_OF" not in bench.registry
    shop.close()


def test_another_profile_has_a_workshop_of_its_own_and_only_known_ones_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mine.toml").write_text("[models]\n[tools]\n")
    made: list[str] = []

    def make(profile: str) -> Workshop:
        made.append(profile)
        return Workshop(Settings(tmp_path, profile=profile))

    shops = Workshops(Workshop(Settings(tmp_path)), make)
    assert shops.profiles[0] == "pocket" and {"hub", "mine"} < {*shops.profiles}
    assert shops.of("") is shops.of("pocket") is shops.first
    assert shops.of("mine") is shops.of("mine") and made == ["mine"]
    for name in ("nothing", str(tmp_path / "profiles" / "mine.toml"), "../mine"):
        with pytest.raises(InputError, match="There is no profile"):
            shops.of(name)
    assert Workshops(Workshop(Settings(tmp_path))).profiles == ["pocket"]
