"""Automatic fixes for common mistakes: a missing `image`, a loop over LOC, an undefined name. Needs no model.

A small model may write `CLASSIFY(box, ["open", "closed"])` or `LEFT_OF(cup, image_center)`, where the intention is
clear. Each fix is tried on the syntax tree, and kept only if the checker then reports fewer problems.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from ..tools.words.english import singular
from .language.diagnostics import Diagnostic
from .language.program import parse
from .meaning.instead import FINDERS, fitting
from .meaning.slips import loops_over_one, never_set, thing_for_name
from .question.answers_of_tools import call, list_of
from .question.compared import Swap
from .question.expected_answer import expected_answer
from .question.needed_calls import WRITE_LINE

Judge = Callable[[str], Sequence[Diagnostic]]
"""Returns the problems of a program's text; empty if it is valid."""
_CURES = 4
"""Maximum number of fixes per program."""
_SWAPS = 6
"""Maximum number of parts of one kind that are changed."""
_SIDES = {
    "LEFT_OF": ("center_x", ast.Lt),
    "RIGHT_OF": ("center_x", ast.Gt),
    "ABOVE": ("center_y", ast.Lt),
    "BELOW": ("center_y", ast.Gt),
}
"""Tools that compare sides: the part of a box that they compare, and the operator."""
_OFFERED = ("VERIFY", "READ", "LOC", "PARTNER", "CLASSIFY", "EXISTS", "COLOR", "DETECT", "NAME", "COUNT")
_PLACE = re.compile(
    r"\b(?:left|right|top|bottom|upper|lower|middle|cent(?:er|re)|corner|side|edge|half|front|back|behind|above|below"
    r"|under|over|on|in|inside|outside|near\w*|far\w*|clos\w+ to|foreground|background|first|last|one)\b"
)
"""Words for places, and for one among several."""
_WORDS = {"LEFT_OF": "left", "RIGHT_OF": "right", "ABOVE": "top", "BELOW": "bottom"}


def mend(source: str, question: str, judge: Judge, earlier: str = "") -> str | None:
    """The fixed program; None if some problems cannot be fixed.

    earlier: the program that this one repairs, since models tend to leave out unchanged lines.
    """
    problems = judge(source)
    for _ in range(_CURES):
        if not problems:
            return source
        better = _better(source, question, judge, earlier, problems)
        if better is None:
            return None
        source, problems = better
    return None if problems else source


def without_additions(source: str, question: str, strangeness: Callable[[str], int]) -> str | None:
    """The program without the conditions that have no word in the question; None if there are none.

    strangeness: how many words of a program are not in its question (`Faithfulness`). A small model copies conditions
        from the examples: "on the table" for any bottle.
    """
    tree, least = _tree(source), strangeness(source)
    if tree is None:
        return None
    said = _stems(question)
    for looking, condition in _with_conditions(tree):
        if _stems(condition) & said:
            continue
        plain = ast.Call(looking.func, looking.args[:2], [one for one in looking.keywords if one.arg != "which"])
        text = ast.unparse(ast.fix_missing_locations(_changed(tree, looking, plain)))
        if strangeness(text) < least:
            return without_additions(text, question, strangeness) or text
    return None


def _with_conditions(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls such as LOC(image, "bottle", "on the table"), with their conditions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > 1 and _is_text(node.args[1]):
            which = [*node.args[2:3], *(one.value for one in node.keywords if one.arg == "which")]
            if which and isinstance(which[0], ast.Constant) and isinstance(which[0].value, str):
                yield node, which[0].value


def _stems(text: str) -> set[str]:
    """The stems of the content words."""
    return {word[:4] for word in re.findall(r"[^\W\d_]{4,}", text.lower())}


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _tree(source: str) -> ast.Module | None:
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _better(
    source: str, question: str, judge: Judge, earlier: str, problems: Sequence[Diagnostic]
) -> tuple[str, Sequence[Diagnostic]] | None:
    """The program after the first fix that reduces the problems."""
    tree, code = _tree(source), problems[0].code
    for tried in _cures(tree, problems[0], question, earlier) if tree else ():
        text = ast.unparse(ast.fix_missing_locations(tried))
        left = judge(text)
        # What answers another question is told alone, and last: it may have been behind this problem.
        is_next = len(left) == 1 and left[0].code in FINDERS and left[0].code != code
        if len(left) < len(problems) or is_next:
            return text, left
    return None


def _cures(tree: ast.Module, problem: Diagnostic, question: str, earlier: str) -> Iterator[ast.Module]:
    """Candidate programs that may be what was meant."""
    there = [node for node in ast.walk(tree) if _at(node, problem)]
    calls = [node for node in there if isinstance(node, ast.Call)]
    names = [node.id for node in there if isinstance(node, ast.Name)]
    if problem.code in ("argument-type", "argument-count"):
        for call in calls:
            if len(call.args) > 1 and ast.dump(call.args[0]) == ast.dump(call.args[1]):
                yield _changed(tree, call, ast.Call(call.func, [_name("image"), *call.args[1:]], call.keywords))
            yield _changed(tree, call, ast.Call(call.func, [_name("image"), *call.args], call.keywords))
            if call.args and not isinstance(call.args[0], ast.Constant):
                part = ast.Call(_name("CROP"), [_name("image"), call.args[0]], [])
                yield _changed(tree, call, ast.Call(call.func, [part, *call.args[1:]], call.keywords))
            names += [one.id for one in call.args if isinstance(one, ast.Name)]
    if problem.code in ("not-iterable", "not-indexable", "argument-type", "argument-count"):
        names += [n.value.id for n in there if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name)]
        for name in names:
            yield _by(tree, name, "LOC", "DETECT")
            yield _by(tree, name, "DETECT", "LOC")
    if problem.code in ("attribute", "argument-type", "argument-count") and (
        all_of_them := loops_over_one(tree, question)
    ):
        yield _without_unused(all_of_them)
    if problem.code == "argument-type" and (named := thing_for_name(tree)):
        yield _without_unused(named)
    if (swapped := _swapped(tree, problem.code, question)) is not tree:
        yield swapped
    if problem.code == "wrong-tool" and problem.hint.startswith(WRITE_LINE):
        yield parse(problem.hint.removeprefix(WRITE_LINE))
    if problem.code == "undefined":
        for name in names:
            yield from _for_undefined(tree, name, question, earlier)
            yield from never_set(tree, name)


def _swapped(tree: ast.Module, code: str, question: str) -> ast.Module:
    """The program with all parts of the kind changed; the same tree where there are none."""
    for _ in range(_SWAPS):
        swap = _swap(tree, code, question)
        if swap is None:
            break
        tree = parse(ast.unparse(_without_unused(_changed(tree, swap.test, swap.better))))
    return tree


def _swap(tree: ast.Module, code: str, question: str) -> Swap | None:
    """What to write in place of a part that answers another question. The checker knew that the tools are offered."""
    if code == "unfit-answer":
        return fitting(tree, expected_answer(question))
    if code not in FINDERS:
        return None
    find, _ = FINDERS[code]
    return find(tree, question, expected_answer(question), _OFFERED)


def _for_undefined(tree: ast.Module, name: str, question: str, earlier: str) -> Iterator[ast.Module]:
    states = _states(question) if _is_center(name) else ()
    for node in ast.walk(tree):
        if states and isinstance(node, ast.IfExp) and (thing := _placed_by(node, name)):
            yield _changed(tree, node, _classified(thing, states))
        if _is_center(name) and isinstance(node, ast.Call) and _is_beside(node, name):
            yield _changed(tree, node, _beside_center(node))
        if _is_center(name) and isinstance(node, ast.IfExp) and (test := _by_side(node, name)):
            yield _changed(tree, node.test, test)
    if lines := _lines_before(earlier, name):
        yield ast.Module([*lines, *deepcopy(tree).body], [])
    known = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    for other in dict.fromkeys(known):
        if singular(name) == other:  # "woman = LOC(...)", and then "for woman in women"
            yield _by(_renamed(tree, name, other), other, "LOC", "DETECT")
    if whole := next((other for other in known if name.startswith(other)), ""):
        yield _by(_over(tree, name, whole), whole, "LOC", "DETECT")
    words = name.replace("_", " ").lower()
    if re.search(rf"\b{re.escape(words)}\b", question.lower()):
        thing = " ".join((*words.split()[:-1], singular(words.split()[-1])))
        for tool in ("LOC", "DETECT"):
            found = ast.Call(_name(tool), [_name("image"), ast.Constant(thing)], [])
            yield ast.Module([ast.Assign([ast.Name(name, ast.Store())], found), *deepcopy(tree).body], [])


def _over(tree: ast.Module, name: str, whole: str) -> ast.Module:
    """Comprehensions over `name`, which goes on where `whole` should have ended, over that alone.

    A small model that means to loop over one box finds no token that the grammar lets follow its name.
    """
    made = deepcopy(tree)
    for node in ast.walk(made):
        if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp):
            looped = {part.id for part in ast.walk(node.generators[0].iter) if isinstance(part, ast.Name)}
            if name in looped:
                node.generators = [ast.comprehension(node.generators[0].target, _name(whole), [], 0)]
    return made


def _at(node: ast.AST, problem: Diagnostic) -> bool:
    return getattr(node, "lineno", 0) == problem.line and getattr(node, "col_offset", -1) == problem.column


def _is_center(name: str) -> bool:
    return any(word in name.casefold() for word in ("center", "centre", "middle"))


def _is_beside(call: ast.Call, name: str) -> bool:
    """Whether the call compares the side of its first argument relative to `name`."""
    others = [one.id for one in call.args[1:] if isinstance(one, ast.Name)]
    return isinstance(call.func, ast.Name) and call.func.id in _SIDES and others == [name]


def _by_side(choice: ast.IfExp, name: str) -> ast.Compare | None:
    """The correct test for "left" if IN_FRONT_OF(cup, image_center) else "right"; None for other choices."""
    side = choice.body.value if isinstance(choice.body, ast.Constant) else ""
    tool = next((tool for tool, word in _WORDS.items() if isinstance(side, str) and word in side.split()), None)
    call = choice.test
    if tool is None or not isinstance(call, ast.Call) or not call.args:
        return None
    others = [one.id for one in call.args[1:] if isinstance(one, ast.Name)]
    return _beside_center(ast.Call(_name(tool), [call.args[0]], [])) if others == [name] else None


def _states(question: str) -> tuple[str, ...]:
    """The options in the question, if they are not places: "open", "closed"."""
    choices = expected_answer(question).choices
    return () if any(_PLACE.search(choice) for choice in choices) else choices


def _placed_by(choice: ast.IfExp, name: str) -> ast.expr | None:
    """The thing compared with `name` in the test of a choice."""
    call = choice.test
    if not isinstance(call, ast.Call) or len(call.args) != 2:
        return None
    thing, other = call.args
    return thing if isinstance(other, ast.Name) and other.id == name else None


def _classified(thing: ast.expr, states: Sequence[str]) -> ast.Call:
    """A CLASSIFY call for the state of a thing, which cannot be judged from positions."""
    return call("CLASSIFY", thing, list_of(states))


def _beside_center(call: ast.Call) -> ast.Compare:
    """LEFT_OF(cup, image_center) as a comparison with the centre of the image."""
    assert isinstance(call.func, ast.Name)
    part, order = _SIDES[call.func.id]
    middle = ast.Attribute(_name("image"), part, ast.Load())
    return ast.Compare(ast.Attribute(call.args[0], part, ast.Load()), [order()], [middle])


def _lines_before(earlier: str, name: str) -> list[ast.stmt]:
    """The statements of an earlier program before its answer, if they assign the name."""
    try:
        body = parse(earlier).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    end = next((n for n, one in enumerate(body) if "answer" in _set_by(one)), len(body))
    return body[:end] if any(name in _set_by(one) for one in body[:end]) else []


def _set_by(statement: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _by(tree: ast.Module, name: str, tool: str, instead: str) -> ast.Module:
    """The program with another tool in the assignment of the name."""
    other = deepcopy(tree)
    for node in ast.walk(other):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            targets = [one.id for one in node.targets if isinstance(one, ast.Name)]
            if targets == [name] and node.value.func.id == tool:
                node.value.func.id = instead
    return other


def _renamed(tree: ast.Module, name: str, other: str) -> ast.Module:
    made = deepcopy(tree)
    for node in ast.walk(made):
        if isinstance(node, ast.Name) and node.id == name:
            node.id = other
    return made


def _changed(tree: ast.Module, node: ast.expr, other: ast.expr) -> ast.Module:
    """A copy of the tree with the node replaced."""
    place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, type(node))

    class Change(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, ast.expr):
                here = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, type(node))
                if here == place:
                    return deepcopy(other)
            return super().generic_visit(node)

    return Change().visit(deepcopy(tree))


def _without_unused(tree: ast.Module) -> ast.Module:
    """The program without things that are looked for and not needed: there may be none."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    kept = [one for one in tree.body if not isinstance(one, ast.Assign) or _set_by(one) & {*used, "answer"}]
    return tree if len(kept) == len(tree.body) else _without_unused(ast.Module(kept, []))


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
