"""What the pages ask with and what they replay with are the same models: they are in memory once."""

from __future__ import annotations

from pathlib import Path

from looksmith.agent.setup.settings import Settings
from looksmith.agent.web.workshop import Workshop

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
