"""The checker, measured: seconds per program, the share of broken programs that it refuses, and ty beside it.

    python tests/bench/checker.py                 seconds, and mutations of the examples
    python tests/bench/checker.py --ty PATH       also ty (Astral's type checker) on the tests' programs

Seconds are of this process (`time.process_time`): a busy machine does not count, a slow one does.
"""

from __future__ import annotations

import argparse
import ast
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import inputs_of, load_bank
from looksmith.programs.language.program import Program
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image, Mask, Point

sys.path.insert(0, str(Path(__file__).parents[1] / "programs" / "check"))
from test_check import IMAGE, KINDS, RIGHT, TOOLS, rows

LONG = """\
dogs = DETECT(image, "dog")
cats = DETECT(image, "cat")
best = None
for d in dogs:
    if best is None or d.area > best.area:
        best = d
near = []
for c in cats:
    if best is not None and c.left - best.right < 50:
        near.append(c)
def big(b, limit=500):
    if b.area > limit:
        return True
    return False
large = [b for b in dogs if big(b)]
small = [b for b in dogs if not big(b, limit=100)]
left = sorted(dogs, key=lambda b: b.center_x)
total = 0
for i, b in enumerate(left):
    if i > 0:
        total += b.left - left[i - 1].right
colors = [COLOR(image, b) for b in dogs]
red = sum(1 for c in colors if c == "red")
answer = "few"
if red > 2 and len(near) > 0:
    answer = "many"
elif any(LEFT_OF(a, b) for a in dogs for b in cats):
    answer = f"{red} red"
else:
    answer = "few"
"""
"""Thirty lines with a bit of everything."""
ROUNDS = 300


def tools_of_tests() -> Registry:
    """The tools that the tests' programs call."""
    made = Registry()
    made.add(*TOOLS)
    return made


def milliseconds(source: str, registry: Registry, inputs: Mapping[str, Any], rounds: int) -> float:
    """The median of checking a program over and over."""
    found: list[float] = []
    for _ in range(rounds):
        start = process_time()
        check(Program(source), registry, inputs)
        found.append(process_time() - start)
    return 1e3 * median(found)


def _calls(tree: ast.AST, registry: Registry) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [call for call in calls if ast.unparse(call.func) in registry]


def _rename(tree: ast.AST, _: Registry) -> Iterator[Callable[[], object]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield lambda node=node: setattr(node, "id", node.id + "s")


def _swap(tree: ast.AST, registry: Registry) -> Iterator[Callable[[], object]]:
    for call in _calls(tree, registry):
        if len(call.args) > 1 and ast.dump(call.args[0]) != ast.dump(call.args[1]):
            yield lambda call=call: call.args.reverse()


def _drop(tree: ast.AST, registry: Registry) -> Iterator[Callable[[], object]]:
    for call in _calls(tree, registry):
        for i in range(len(call.args)):
            yield lambda call=call, i=i: call.args.pop(i)


def _text(tree: ast.AST, registry: Registry) -> Iterator[Callable[[], object]]:
    for call in _calls(tree, registry):
        for i, argument in enumerate(call.args):
            if not isinstance(argument, ast.Constant):
                wrapped = ast.Call(ast.Name("str", ast.Load()), [argument], [])
                yield lambda call=call, i=i, wrapped=wrapped: call.args.__setitem__(i, wrapped)


def _attribute(tree: ast.AST, _: Registry) -> Iterator[Callable[[], object]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield lambda node=node: setattr(node, "attr", node.attr + "s")


def _uncalled(tree: ast.AST, registry: Registry) -> Iterator[Callable[[], object]]:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if (
                isinstance(value, ast.Call)
                and value in _calls(tree, registry)
                and isinstance(node, ast.stmt | ast.Compare)
            ):
                yield lambda node=node, name=name, value=value: setattr(node, name, value.func)


def _item(tree: ast.AST, registry: Registry) -> Iterator[Callable[[], object]]:
    for call in _calls(tree, registry):
        for i, argument in enumerate(call.args):
            if isinstance(argument, ast.Name):
                listed = ast.List([argument], ast.Load())
                yield lambda call=call, i=i, listed=listed: call.args.__setitem__(i, listed)


def _lose(tree: ast.AST, _: Registry) -> Iterator[Callable[[], object]]:
    body = getattr(tree, "body", [])
    for i, statement in enumerate(body):
        if isinstance(statement, ast.Assign):
            yield lambda i=i: body.pop(i)


MUTATIONS: dict[str, Callable[[ast.AST, Registry], Iterator[Callable[[], object]]]] = {
    "a name misspelt where it is read": _rename,
    "an attribute misspelt": _attribute,
    "a tool's arguments in reverse order": _swap,
    "a tool's argument left out": _drop,
    "a tool's argument inside of str()": _text,
    "a tool's argument inside of [ ]": _item,
    "a tool not called": _uncalled,
    "an assignment lost": _lose,
}


def mutants(source: str, mutation: str, registry: Registry) -> Iterator[str]:
    """The program with each single mistake of a kind."""
    tree = ast.parse(source)
    for i in range(sum(1 for _ in MUTATIONS[mutation](tree, registry))):
        broken = deepcopy(tree)
        list(MUTATIONS[mutation](broken, registry))[i]()
        yield ast.unparse(ast.fix_missing_locations(broken))


def measure_mutations(registry: Registry) -> None:
    """The share of broken examples that are refused, by kind of mistake."""
    examples = load_bank()
    for mutation in MUTATIONS:
        caught = total = 0
        for example in examples:
            for source in mutants(example.program, mutation, registry):
                total += 1
                caught += not isinstance(check(Program(source), registry, inputs_of(example)), Checked)
        print(f"  {mutation:<40} {caught:5} of {total:5}  {caught / total:7.1%}")


def stub(registry: Registry) -> str:
    """The tools and values as a module for a type checker."""
    lines = ["from __future__ import annotations", "from typing import Any, Literal, overload"]
    for kind in (Box, Image, Mask, Point):
        lines += [f"class {kind.__name__}:", *(f"    {n}: {t.__name__}" for n, t in kind.visible.items())]
    return "\n".join([*lines, *(tool.stub for tool in registry), "image: Image"])


def ty_findings(ty: Path, folder: Path, files: list[Path]) -> tuple[dict[str, list[str]], float]:
    """What ty says of each file, by file name, and the seconds that it took."""
    start = perf_counter()
    command = [str(ty), "check", "--output-format", "gitlab", "--error", "possibly-unresolved-reference"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, cwd=folder)
    seconds = perf_counter() - start
    found: dict[str, list[str]] = {file.name: [] for file in files}
    for finding in json.loads(done.stdout or "[]"):
        name = Path(finding["location"]["path"]).name
        if name in found:
            found[name].append(finding["description"])
    return found, seconds


def fails(source: str) -> bool:
    """Does plain Python end the program with a mistake in names or types? No answer after a second is none."""

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        names = {"image": IMAGE, "print": lambda *_, **__: None, **{t.__name__: t for t in TOOLS}}
        exec(compile(source, "plain", "exec"), names)
    except (TypeError, NameError, AttributeError):
        return True
    except Exception:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return False


def compare_with_ty(ty: Path, registry: Registry) -> None:
    """The tests' programs, and right ones broken in one place, under ty with the tools' stubs."""
    wrong = [row["wrong"] for row in rows("wrong.toml") if row["code"] not in KINDS]
    right = [*RIGHT.values(), *(row["right"] for row in rows("wrong.toml"))]
    broken = [m for source in right for kind in MUTATIONS for m in mutants(source, kind, registry) if "10 **" not in m]
    failing = [source for source in dict.fromkeys(broken) if fails(source)]
    names = ", ".join([*(t.name for t in registry), "Box", "Image", "image"])
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "tools_here.py").write_text(stub(registry))
        for kind, sources in (("wrong", wrong), ("right", right), ("failing", failing)):
            files = [folder / f"{kind}{i}.py" for i in range(len(sources))]
            for file, source in zip(files, sources, strict=True):
                file.write_text(f"from tools_here import {names}\n{source}\nprint(answer)\n")
            found, seconds = ty_findings(ty, folder, files)
            start = perf_counter()
            ours = [not isinstance(check(Program(source), registry), Checked) for source in sources]
            own = perf_counter() - start
            theirs = [bool(found[file.name]) for file in files]
            print(f"  {kind}: {len(sources)} programs, refused by ours {sum(ours)}, by ty {sum(theirs)}")
            print(
                f"    {1e3 * own / len(files):.1f} and {1e3 * seconds / len(files):.1f} ms a program (ty: all at once)"
            )
            cold = median(ty_findings(ty, folder, [file])[1] for file in files[:20])
            print(f"    ty, a process each: {1e3 * cold:.0f} ms a program")
            for source, our, their in zip(sources, ours, theirs, strict=True):
                if our != their:
                    print(f"    only {'ours' if our else 'ty'} refuses {source.strip()!r}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ty", type=Path, help="the `ty` command")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    registry = tools_of_tests()
    assert isinstance(check(Program(LONG), registry), Checked)
    print(f"{len(LONG.splitlines())} lines: {milliseconds(LONG, registry, {'image': Image}, given.rounds):.2f} ms")
    whole = Settings(find_home()).registry(declared=True)
    each = [milliseconds(e.program, whole, inputs_of(e), 5) for e in load_bank()]
    print(f"{len(each)} examples: median {median(each):.2f} ms, longest {max(each):.2f} ms")
    measure_mutations(whole)
    if given.ty:
        compare_with_ty(given.ty, registry)


if __name__ == "__main__":
    main()
