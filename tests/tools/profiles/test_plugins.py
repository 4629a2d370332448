"""Tools of other people: a file, or an installed package. One that fails says why and harms no other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.tools.core.errors import InputError, ToolDeclarationError
from looksmith.tools.core.registry import Registry
from looksmith.tools.engine.executor import Executor
from looksmith.tools.profiles.plugins import Register, load_file, load_installed
from looksmith.tools.weights.store import Weights

Install = Callable[..., None]
FIVE_LINES = '''\
from looksmith.tools.core.tool import tool
@tool
def TWICE(number: int) -> int:
    """Twice the number."""
    return 2 * number
'''
HOOK = '''\
from looksmith.tools.core.tool import tool

class Meter:
    def __init__(self, device):
        self.device = device

    @tool
    def DEVICE(self) -> str:
        """Where the model runs."""
        return self.device

def register_tools(register):
    register(Meter(register.device))
    register.refuse("WEIGH", "needs scales")
'''


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(Registry(), Weights(tmp_path / "weights", offline=True), "cpu")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package of one module, with entry points, as pip lays it out."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(package: str, source: str, **points: str) -> None:
        (site / f"{package}.py").write_text(source)
        info = site / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[looksmith.tools]", *lines, ""]))

    yield install
    for path in site.glob("*.py"):
        sys.modules.pop(path.stem, None)


def write(folder: Path, source: str) -> Path:
    path = folder / "mine.py"
    path.write_text(source)
    return path


def names(register: Register) -> list[str]:
    return [tool.name for tool in register.registry]


def test_a_file_of_five_lines_reaches_checker_and_executor(tmp_path: Path, register: Register) -> None:
    load_file(write(tmp_path, FIVE_LINES), register)
    assert isinstance(check(Program("answer = TWICE(21)"), register.registry), Checked)
    assert not isinstance(check(Program("answer = TWICE('a')"), register.registry), Checked)
    assert Executor(register.registry).call("TWICE", (21,), {}).value == 42
    assert "Twice the number." in register.registry.describe()


def test_the_hook_of_a_file_is_handed_the_register(tmp_path: Path, register: Register) -> None:
    load_file(write(tmp_path, HOOK), register)
    assert Executor(register.registry).call("DEVICE", (), {}).value == "cpu"
    assert register.registry.missing == {"WEIGH": "needs scales"}


def test_a_tool_that_a_file_only_imports_is_not_its_own(install: Install, tmp_path: Path, register: Register) -> None:
    install("first_tools", FIVE_LINES)
    with pytest.raises(ToolDeclarationError, match="has no tools"):
        load_file(write(tmp_path, "from first_tools import TWICE"), register)
    load_file(write(tmp_path, FIVE_LINES.replace("TWICE", "HALF") + "from first_tools import TWICE"), register)
    assert names(register) == ["HALF"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def TWICE(", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def register_tools(register):\n    register.weigths", "AttributeError"),
    ],
)
def test_a_file_that_fails_says_how(tmp_path: Path, register: Register, source: str, told: str) -> None:
    path = write(tmp_path, source)
    with pytest.raises(InputError) as failed:
        load_file(path, register)
    assert told in failed.value.message
    assert str(path) in failed.value.message
    path.write_text(FIVE_LINES + "# corrected, and of another size\n")
    load_file(path, register)
    assert names(register) == ["TWICE"]


def test_a_file_that_is_not_there_or_not_python_is_refused(tmp_path: Path, register: Register) -> None:
    text = tmp_path / "tools.txt"
    text.write_text(FIVE_LINES)
    for path in (tmp_path / "gone.py", tmp_path, text):
        with pytest.raises(InputError, match=path.name):
            load_file(path, register)


def test_a_file_without_tools_says_what_is_missing(tmp_path: Path, register: Register) -> None:
    with pytest.raises(ToolDeclarationError, match=r"no tools.*@tool"):
        load_file(write(tmp_path, "def TWICE(number: int) -> int:\n    return 2 * number\n"), register)


def test_installed_tools_come_after_the_built_in_ones(install: Install, register: Register) -> None:
    install("a_meter", HOOK, hook="a_meter:register_tools")
    install("a_twice", FIVE_LINES, a_module="a_twice")
    install("a_half", FIVE_LINES.replace("TWICE", "HALF"), a_function="a_half:HALF")
    load_installed(register)
    assert names(register)[0] == "LOC"
    assert set(names(register)[-3:]) == {"DEVICE", "TWICE", "HALF"}
    assert register.registry.missing == {"WEIGH": "needs scales"}


def test_a_plug_in_that_fails_is_noted_and_stops_no_other(install: Install, register: Register) -> None:
    install("bad_import", "import no_such_module", broken="bad_import")
    install("bad_exit", "raise SystemExit(3)", leaves="bad_exit")
    install("bad_name", FIVE_LINES.replace("TWICE", "LOC"), taken="bad_name")
    install("bad_empty", "", empty="bad_empty:nothing")
    install("good_twice", FIVE_LINES, good="good_twice")
    load_installed(register)
    missing = register.registry.missing
    assert set(missing) == {"broken", "leaves", "taken", "empty"}
    assert "bad_import failed: ModuleNotFoundError: No module named 'no_such_module'" in missing["broken"]
    assert "SystemExit: 3" in missing["leaves"]
    assert "LOC already" in missing["taken"]
    assert "AttributeError" in missing["empty"]
    assert names(register)[-1] == "TWICE"
    assert names(register).count("LOC") == 1
