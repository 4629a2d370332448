"""The rules of the layout: which folder may import which, and what no file may contain."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("tools", "programs", "sandbox", "agent")
HEAVY = ("torch", "transformers", "cv2", "onnxruntime", "rapidocr", "openai", "numpy", "PIL", "av", "vllm", "ray")
SOURCES = [path for folder in ORDER for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> list[ast.ImportFrom | ast.Import]:
    return [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom | ast.Import)]


def imported_folder(path: Path, node: ast.ImportFrom) -> str | None:
    """The folder of ours that a relative import reaches into."""
    here = list(path.relative_to(ROOT).parent.parts)
    if not node.level:
        return None
    base = here[: len(here) - (node.level - 1)]
    parts = [*base, *(node.module or "").split(".")]
    return parts[0] or None


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_folder_imports_only_what_stands_to_its_left(path: Path) -> None:
    here = ORDER.index(path.relative_to(ROOT).parts[0])
    for node in imports(path):
        if isinstance(node, ast.Import):
            assert not any(name.name.split(".")[0] in (*ORDER, "looksmith") for name in node.names)
        else:
            assert (node.module or "").split(".")[0] not in (*ORDER, "looksmith") or node.level
            folder = imported_folder(path, node)
            assert folder is None or folder not in ORDER or ORDER.index(folder) <= here, ast.unparse(node)


def test_the_sandbox_takes_only_values_and_errors_from_tools() -> None:
    for path in (ROOT / "sandbox").glob("*.py"):
        for node in imports(path):
            if isinstance(node, ast.ImportFrom) and node.level == 2 and (node.module or "").startswith("tools"):
                assert node.module in ("tools.core.values", "tools.core.errors")


def loaded_after(statement: str) -> set[str]:
    """Modules that are loaded in a fresh process after a statement."""
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    return set(subprocess.check_output([sys.executable, "-c", code], text=True).split())


def test_importing_looksmith_loads_nothing_heavy() -> None:
    assert loaded_after("import looksmith").isdisjoint(HEAVY)


def test_the_command_line_loads_no_model_library_before_a_tool_is_called() -> None:
    heavy = {"torch", "transformers", "cv2", "onnxruntime", "rapidocr", "av", "vllm", "ray"}
    assert loaded_after("import looksmith.agent.cli.main, looksmith.tools.profiles.builtin_tools").isdisjoint(heavy)


def test_the_worker_of_the_sandbox_loads_no_model_library_and_no_client() -> None:
    assert loaded_after("import looksmith.sandbox.worker").isdisjoint({*HEAVY, "pydantic"})


def test_every_folder_is_in_the_package_map() -> None:
    import tomllib

    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {str(p.parent.relative_to(ROOT)) for f in ORDER for p in (ROOT / f).rglob("__init__.py")}
    assert folders | {"looksmith"} == set(tables["package-dir"].values())
    assert set(tables["packages"]) == set(tables["package-dir"])
