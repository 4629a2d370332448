"""What tests/test_layout.py limits, for any tree: modules, lines, longest file and function, circular imports.

python tests/bench/layout.py [ROOT]; for an earlier commit: git archive COMMIT | tar -x -C /tmp/ROOT
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_layout import FOLDERS, module_imports


def circles(graph: Mapping[str, set[str]]) -> set[frozenset[str]]:
    """Groups of modules that import each other, directly or through others."""
    reached = {name: _reached(graph, name) for name in graph}
    return {frozenset(b for b in seen if a in reached[b]) for a, seen in reached.items() if a in seen}


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    left = [*graph[start]]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += graph[name]
    return seen


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and name of each function in a file, without its decorators."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or 0) - node.lineno + 1, f"{path.name}:{node.name}"


def main(root: Path) -> None:
    """Print a line for each top folder, then the totals."""
    files = {folder: sorted((root / folder).rglob("*.py")) for folder in FOLDERS}
    lines = {path: len(path.read_text().splitlines()) for paths in files.values() for path in paths}
    for folder, paths in files.items():
        homes = [path.parent for path in paths if path.name != "__init__.py"]
        most = max(homes.count(home) for home in set(homes))
        total = sum(lines[path] for path in paths)
        print(f"{folder}: {len(homes)} modules in {len(set(homes))} folders, at most {most}; {total:,} lines")
    longest = max(lines, key=lambda path: lines[path])
    size, function = max(one for path in lines for one in functions(path))
    print(f"longest file: {lines[longest]} ({longest.relative_to(root)}); longest function: {size} ({function})")
    found = circles(module_imports(root))
    print(f"circles: {len(found)}, of {sum(map(len, found))} modules")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve())
