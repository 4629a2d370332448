"""The table of what was tried names a test for each row, and each of these tests exists."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "pages" / "security-tests.md"


def rows() -> list[list[str]]:
    """The cells of each row, without the heads of the tables."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines if not line.startswith("| what |")]


def exists(reference: str) -> bool:
    """Is there such a file, with such a test where one is named? `*` stands for any ending."""
    file, _, wanted = reference.partition("::")
    if not (TESTS / file).is_file():
        return False
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return any(fnmatch(name, wanted or "test_*") for name in names if name.startswith("test_"))


def test_each_row_names_tests_that_exist() -> None:
    named = {what: re.findall(r"`([^`]+)`", tests) for what, tests, _ in rows()}
    assert len(named) > 60
    assert [what for what, references in named.items() if not references] == []
    assert [one for references in named.values() for one in references if not exists(one)] == []


def test_each_numbered_point_has_a_row() -> None:
    numbered = set(re.findall(r"D\d\d", " ".join(what for what, *_ in rows())))
    assert numbered == {f"D{number:02}" for number in range(1, 22) if number not in (19, 20)}
