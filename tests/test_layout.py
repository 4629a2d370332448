"""The rules of the layout: which folder may import which, and what no file may contain."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("tools", "programs", "sandbox", "agent")
FOLDERS = (*ORDER, "looksmith")
HEAVY = ("torch", "transformers", "cv2", "onnxruntime", "rapidocr", "openai", "numpy", "PIL", "av", "vllm", "ray")
SOURCES = [path for folder in ORDER for path in sorted((ROOT / folder).rglob("*.py"))]
ROOMS = {
    "tools": """
        core, threads <- weights <- runtime, words <- media, models, phrases <- engine, pictures, see <- clips, name,
        remote <- albums, compare, served <- profiles <- ray, scenes""",
    "tools/models": "detect, encode, pixels <- language, people <- grounding",
    "tools/see": "boxes <- color, people <- text <- finders <- find, pixels",
    "programs": """
        language <- question <- meaning <- check, grammar, mend, wanted <- call_plan, dialects, examples <- prompt""",
    "programs/question": """
        answer_type, self_comparison, wording <- expected_answer, faithful
        <- compared, fitting, needed_calls, needed_tools <- answers_of_tools, of_media""",
    "programs/dialects": "vipergpt, visprog <- front",
    "agent": """
        ahead, inputs <- traces <- datasets, llm, reading, timing <- doubt, pages <- answers <- ask <- debug, setup
        <- doors, evaluate <- console, export, session <- compare, measure, teach <- baselines, web <- mcp, service
        <- endpoint <- cli""",
    "agent/datasets": """
        folder, forms, scorers <- records <- agree, data_set, image_files, tables <- own_file
        <- choices, questions, statements <- catalog""",
    "agent/web": """
        acts, decoder, examples, listing <- live, messages <- beside, guard, uploads <- showing <- asking, changing
        <- app""",
    "agent/llm": "llm, server <- chat_reply, describer, remember <- chat <- connect",
}
"""Rooms, and modules beside them: each imports only what stands to the left of an arrow before it."""
MODULES, LINES, FUNCTION_LINES = 12, 400, 40
"""The most that a folder, a file and a function have. A function is counted from its `def`: decorators of a command
declare its options."""
EXCEPTIONS: Mapping[str, str] = {
    "agent/cli": "a file for each command",
    "tools/core": "values about videos and albums have files of their own, which the worker of the sandbox loads",
}
"""What may be larger (a folder, a file, or file:function), and why."""
SAME_NAME: Mapping[str, str] = {
    "Engine": "what answers: of evaluations, and behind every door",
    "Finder": "the tools that find things, and the interface by which others use them",
    "Looks": "the estimate of a model, and the interface by which tools read it",
    "Meant": "what a phrase asks for: in repairs, and of text in an image",
    "Order": "a rank in a phrase, and a comparison in a question",
    "Step": "a public view of a step, and its event in the trace",
    "Verdict": "a person's of a run, and the detector's of a condition",
    "Written": "the programs of an attempt, and the public event that says so",
}
"""Names of several classes, and what they stand for."""


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


@cache
def module_imports(root: Path = ROOT) -> dict[str, set[str]]:
    """Modules of a tree, as "tools.core.values", with those that they import anywhere in their text."""
    paths = {_module(path.relative_to(root)): path for f in FOLDERS for path in (root / f).rglob("*.py")}
    return {name: _imported(name, path, paths.keys()) - {name} for name, path in paths.items()}


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imported(module: str, path: Path, known: Collection[str]) -> set[str]:
    found: set[str] = set()
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in imports(path):
        if isinstance(node, ast.Import):
            continue
        base = package[: len(package) + 1 - node.level] if node.level else []
        name = ".".join([*base, *(node.module or "").split(".")]).removeprefix("looksmith.").strip(".")
        inside = {f"{name}.{one.name}" for one in node.names}
        found |= inside.intersection(known) or {name}.intersection(known)
    return found


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(module_imports()) == []


def test_a_circle_through_an_import_inside_a_function_is_found(tmp_path: Path) -> None:
    room = tmp_path / "tools" / "room"
    room.mkdir(parents=True)
    (room / "one.py").write_text("from ..room import two\n")
    (room / "two.py").write_text("def late():\n    from .three import X\n")
    (room / "three.py").write_text("X = 1\n")
    assert circle(module_imports(tmp_path)) == []
    (room / "three.py").write_text("def later():\n    if True:\n        from .one import X\n")
    module_imports.cache_clear()
    assert set(circle(module_imports(tmp_path))) == {"tools.room.one", "tools.room.two", "tools.room.three"}


@pytest.mark.parametrize("folder", ROOMS)
def test_rooms_import_only_what_stands_to_their_left(folder: str) -> None:
    columns = [column.replace(",", " ").split() for column in ROOMS[folder].split("<-")]
    left = {room: {room, *chain(*columns[:place])} for place, column in enumerate(columns) for room in column}
    wrong: list[str] = []
    for module, imported in module_imports().items():
        if room := _room(module, folder):
            assert room in left, f"{folder}/{room} is not in ROOMS: say what it may import, and what may import it."
            others = {other: _room(other, folder) for other in imported}
            wrong += [f"{module} imports {other}" for other, its in others.items() if its and its not in left[room]]
    assert wrong == []


def _room(module: str, folder: str) -> str:
    """The room of a module in a folder; "" where it is elsewhere."""
    start = folder.replace("/", ".") + "."
    return module.removeprefix(start).split(".")[0] if module.startswith(start) else ""


def test_every_folder_with_folders_in_it_says_how_they_import_each_other() -> None:
    parents = {path.parent.parent.relative_to(ROOT) for path in SOURCES if path.name == "__init__.py"}
    # Templates are no code.
    assert {str(path) for path in parents} - {".", "agent/pages"} == set(ROOMS)


def sizes() -> Iterator[tuple[str, int, int]]:
    """Every folder, file and function with its size, and the most that it may have."""
    for path in SOURCES:
        name, text = str(path.relative_to(ROOT)), path.read_text()
        if path.name == "__init__.py":
            yield str(path.parent.relative_to(ROOT)), len(list(path.parent.glob("*.py"))) - 1, MODULES
        yield name, len(text.splitlines()), LINES
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1, FUNCTION_LINES


def test_folders_files_and_functions_can_be_taken_in_at_a_glance() -> None:
    large = {name: f"{size}, at most {most}" for name, size, most in sizes() if size > most}
    assert {name: told for name, told in large.items() if name not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() <= large.keys(), "These are small enough by now."


def test_files_of_tests_can_be_taken_in_at_a_glance_too() -> None:
    files = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py") if _is_ours(path)}
    assert {str(path): lines for path, lines in files.items() if lines > LINES} == {}


def _is_ours(path: Path) -> bool:
    """Attacks are programs, some of them long on purpose."""
    return path.parent == ROOT / "tests" / "attacks" or "attacks" not in path.parts


def test_a_class_has_a_name_of_its_own() -> None:
    found: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1 and name not in SAME_NAME} == {}
    assert {name for name in SAME_NAME if len(found.get(name, ())) < 2} == set(), "These have one class by now."


def test_the_sandbox_takes_only_values_and_errors_from_tools() -> None:
    for path in (ROOT / "sandbox").glob("*.py"):
        for node in imports(path):
            if isinstance(node, ast.ImportFrom) and node.level == 2 and (node.module or "").startswith("tools"):
                assert node.module in tuple(f"tools.core.{name}" for name in ("albums", "errors", "times", "values"))


def test_docstrings_comments_and_pages_name_files_that_exist() -> None:
    named = re.compile(r"(?<![\w./])(?:agent|tools|programs|sandbox|tests|docs)/[a-z0-9_./-]+\.(?:py|md|toml)\b")
    gone = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (*SOURCES, *(ROOT / "docs" / "pages").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
        for name in named.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / name).exists() and not (ROOT / "tests" / name).exists()  # one page is about tests alone
    }
    assert gone == set()


def loaded_after(statement: str) -> set[str]:
    """Modules that are loaded in a fresh process after a statement."""
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    return set(subprocess.check_output([sys.executable, "-c", code], text=True).split())


def test_importing_looksmith_loads_nothing_heavy() -> None:
    assert loaded_after("import looksmith").isdisjoint(HEAVY)


def test_the_command_line_loads_no_model_library_before_a_tool_is_called() -> None:
    heavy = {"torch", "transformers", "cv2", "onnxruntime", "rapidocr", "av", "vllm", "ray"}
    assert loaded_after("import looksmith.agent.cli.main, looksmith.tools.profiles.builtin_tools").isdisjoint(heavy)


def test_the_client_of_the_warm_service_loads_next_to_nothing() -> None:
    assert loaded_after("import looksmith.agent.cli.main, looksmith.agent.cli.ask").isdisjoint(
        {*HEAVY, "pydantic", "rich", "asyncio", "psutil", "importlib.metadata"}
    )


def test_the_worker_of_the_sandbox_loads_no_model_library_and_no_client() -> None:
    assert loaded_after("import looksmith.sandbox.worker").isdisjoint({*HEAVY, "pydantic"})


def test_every_folder_is_in_the_package_map() -> None:
    import tomllib

    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {str(p.parent.relative_to(ROOT)) for f in ORDER for p in (ROOT / f).rglob("__init__.py")}
    assert folders | {"looksmith", "tests/domains"} == set(tables["package-dir"].values())
    assert set(tables["packages"]) == set(tables["package-dir"])
