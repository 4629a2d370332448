"""Checks whether a program compares what the question compares.

"Which is further left" is answered by places, not by sizes. A small model writes `IN_FRONT_OF(black, white)` where the
question asks which car is further left, or the right test for the wrong car. The question says what is compared, and of
which thing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ...tools.words.english import singular, word_set
from .expected_answer import expected_answer


@dataclass(frozen=True)
class Order:
    """A comparison: which of two things has more or less of something. measures: what may express it, the usual one
    first.
    """

    measures: tuple[str, ...]
    more: bool


@dataclass(frozen=True)
class Swap:
    """A test that compares something else than the question. test: its node; better: what to write instead."""

    test: ast.expr
    better: ast.expr


_VIEWERS = r"(?: to (?:us|me|you|the (?:camera|viewer|photographer|front))|,| than|\?|$| of| the)"
_ORDERS = tuple(
    (re.compile(rf"\b(?:{words})"), order)
    for words, order in {
        r"(?:furth|farth)er (?:over )?(?:to the |towards? the |on the |at the )?left\b|more to the left\b": Order(
            ("center_x",), False
        ),
        r"(?:furth|farth)er (?:over )?(?:to the |towards? the |on the |at the )?right\b|more to the right\b": Order(
            ("center_x",), True
        ),
        r"higher up\b|(?:furth|farth)er up\b": Order(("center_y",), False),
        r"lower down\b|(?:furth|farth)er down\b": Order(("center_y",), True),
        rf"(?:closer|nearer){_VIEWERS}": Order(("bottom", "area"), True),
        r"(?:furth|farth)er (?:away|back|from (?:us|the (?:camera|viewer)))\b": Order(("bottom", "area"), False),
        r"(?:bigger|larger)\b": Order(("area", "width", "height"), True),
        r"smaller\b": Order(("area", "width", "height"), False),
        r"taller\b": Order(("height",), True),
        r"shorter\b": Order(("height", "width"), False),
        r"(?:wider|broader|fatter)\b": Order(("width", "area"), True),
        r"thicker\b": Order(("width", "area", "height"), True),
        r"(?:narrower|slimmer)\b": Order(("width", "area"), False),
        r"thinner\b": Order(("width", "area", "height"), False),
        r"darker\b": Order(("BRIGHTNESS",), False),
        r"brighter\b": Order(("BRIGHTNESS",), True),
    }.items()
)
_MOST = tuple(
    (re.compile(rf"\b(?:{words})"), order)
    for words, order in {
        r"leftmost|most(?: to the)? left|(?:furth|farth)est (?:over )?(?:to the |on the )?left\b": Order(
            ("center_x",), False
        ),
        r"rightmost|most(?: to the)? right|(?:furth|farth)est (?:over )?(?:to the |on the )?right\b": Order(
            ("center_x",), True
        ),
        r"(?:closest|nearest)(?: to (?:us|me|you|the (?:camera|viewer|photographer|front)))?(?=[:,?]|$)": Order(
            ("bottom",), True
        ),
        r"(?:furth|farth)est (?:away|back|from (?:us|me|you|the (?:camera|viewer)))": Order(("bottom",), False),
        r"(?:biggest|largest)\b": Order(("area",), True),
        r"smallest\b": Order(("area",), False),
        r"tallest\b": Order(("height",), True),
        r"shortest\b": Order(("height",), False),
        r"widest\b": Order(("width",), True),
        r"narrowest\b": Order(("width",), False),
        r"highest\b|topmost\b": Order(("center_y",), False),
        r"lowest\b": Order(("center_y",), True),
    }.items()
)
"""The same of questions with three alternatives and more."""
_EITHER = r"(?:to the |on the )?(?:left|right)(?: side)? or (?:to the |on the )?(?:left|right)(?: side)? of"
_BESIDE = (
    re.compile(rf"\b(?:is|are) (?P<thing>.+?) {_EITHER} (?P<other>.+)"),
    re.compile(rf"{_EITHER} (?P<other>.+?)[,:]? (?:where|is|are)\b(?:'s| is| are)? ?(?P<thing>.+)"),
    re.compile(r"\b(?:which|what) side of (?P<other>.+?) (?:is|are) (?P<thing>.+)"),
)
_ASIDE = re.compile(r"\b(?:further |more )?(?:(?:to|on|at) the )?(?P<side>left|right)(?:-hand)?(?: side)? of\b")
_FACES = re.compile(
    r"\b(?:(?<!the )(?<!his )(?<!her )(?<!its )(?<!my )fac(?:e|es)|facing|head(?:s|ing|ed)"
    r"|look(?:s|ing)|point(?:s|ing)|turned)\b(?! (?:like|more|less|\w+er)\b)"
    r"(?!.*\b(?:left|right) of\b)"
)
SIDES = {
    **{"LEFT_OF": ("center_x", False), "RIGHT_OF": ("center_x", True), "ABOVE": ("center_y", False)},
    **{"BELOW": ("center_y", True), "IN_FRONT_OF": ("bottom", True), "BEHIND": ("bottom", False)},
}
"""Tools that compare two boxes, with what the first has more (True) or less of."""
_ATTRIBUTES = {
    **{"left": "center_x", "right": "center_x", "center_x": "center_x", "top": "center_y", "center_y": "center_y"},
    **{"bottom": "bottom", "area": "area", "width": "width", "height": "height"},
}
_MEASURING = {"AREA": "area", "BRIGHTNESS": "BRIGHTNESS"}
_SMALL = word_set("the a an one of its is are which who what s to in on at it")


def compares_other(tree: ast.Module, question: str) -> Swap | None:
    """The test of a program's answer that does not compare what the question asks; None where there is none to see.

    Read are `answer = "a" if TEST else "b"` for a question that names a and b, and `answer = TEST` for "a is taller
    than b", with one box by name on either side of the test. A test of another form is replaced where the program has
    looked for a and b alone. Of three alternatives and more, an answer is replaced that can never be one of them.
    """
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Assign):
        return None
    choices = expected_answer(question).choices
    if len(choices) > 2:
        return _of_several(tree, last.value, question, choices)
    order, sides = (
        _beside(last.value, question)
        or _aside(tree, last.value, question)
        or (_order(question), _sides(last.value, question))
    )
    if order is None or sides is None:
        return None
    test, first, second = sides
    if _of_other_numbers(test):
        return None
    said = _said(test)
    things = said.things if said else located(tree) if choices else ()
    names = _named(tree, (things[0], things[1]), first, second) if len(things) == 2 else None
    if names is None:
        return None
    if said is None:
        return Swap(test, _written(order, *names))
    more = said.more if said.things[0] == names[0] else not said.more
    if said.measure in order.measures and more == order.more:
        return None
    return Swap(test, _written(order, *names))


def faces_other(tree: ast.Module, question: str, offered: Collection[str]) -> Swap | None:
    """The test of "left" if TEST else "right" that says where something is, where the question asks which way it faces.

    None where there is none, or no VERIFY is offered.
    """
    last = tree.body[-1] if tree.body else None
    answer = last.value if isinstance(last, ast.Assign) else None
    if "VERIFY" not in offered or not isinstance(answer, ast.IfExp) or not isinstance(answer.body, ast.Constant):
        return None
    things, asked = located(tree), question.lower()
    is_place = isinstance(answer.test, ast.Compare) or (
        isinstance(answer.test, ast.Call) and ast.unparse(answer.test.func) in SIDES
    )
    if not is_place or answer.body.value not in ("left", "right") or not _FACES.search(asked):
        return None
    if any({"left", "right"} & _words([name, *_texts(tree, name)]) for name in things):
        return None  # the answer is which of two things, and not a way
    statement = ast.Constant(f"facing {answer.body.value}")
    main = ast.Call(_name("LOC"), [_name("image"), ast.Constant("thing")], [])
    return Swap(
        answer.test, ast.Call(_name("VERIFY"), [_name("image"), _name(things[0]) if things else main, statement], [])
    )


@dataclass(frozen=True)
class _Said:
    """What a test says: the first thing has more (or less) of the measure than the second."""

    measure: str
    more: bool
    things: tuple[str, str]


def _of_several(tree: ast.Module, answer: ast.expr, question: str, choices: Sequence[str]) -> Swap | None:
    """The one of several things that has the most or the least, where a program's answer leaves some of them out."""
    orders = [order for words, order in _MOST if words.search(question.lower())]
    said = {node.value for node in ast.walk(answer) if isinstance(node, ast.Constant)}
    things = [meant(tree, choice) for choice in choices]
    named = [name for name in things if name]
    if len(orders) != 1 or not said or said >= {*choices} or len({*named}) < len(choices):
        return None
    if not said <= {*choices}:
        return None
    texts = [ast.Constant(choice) for choice in choices]
    boxes = ast.Dict([*texts], [_name(name) for name in named])
    box = ast.Subscript(boxes, _name("name"), ast.Load())
    of_name = ast.arguments([], [ast.arg("name")], None, [], [], None, [])
    measured = ast.Lambda(of_name, ast.Attribute(box, orders[0].measures[0], ast.Load()))
    function = _name("max" if orders[0].more else "min")
    return Swap(answer, ast.Call(function, [ast.List([*texts], ast.Load())], [ast.keyword("key", measured)]))


def meant(tree: ast.Module, choice: str) -> str:
    """The name of the one thing that was looked for with the words of the choice; "" where it is none or several."""
    words = _words([choice])
    found = [name for name in located(tree) if words <= _words([name, *_texts(tree, name)])]
    return found[0] if len(found) == 1 else ""


def located(tree: ast.Module) -> tuple[str, ...]:
    """The names that are set to one thing that is looked for."""
    return tuple(
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "LOC"
    )


def _order(question: str) -> Order | None:
    """What the question compares; None for none, for several, and where it says "not"."""
    plain = question.lower()
    found = [order for words, order in _ORDERS if words.search(plain)]
    return found[0] if len(found) == 1 and not re.search(r"\bnot\b|n't\b|\bleast\b|\bless\b", plain) else None


def _beside(answer: ast.expr, question: str) -> tuple[Order, tuple[ast.expr, str, str]] | None:
    """What "left" if TEST else "right" has to compare where a question asks on which side of one thing another is."""
    found = next((found for pattern in _BESIDE if (found := pattern.search(question.lower()))), None)
    side = answer.body.value if isinstance(answer, ast.IfExp) and isinstance(answer.body, ast.Constant) else ""
    if not found or not isinstance(answer, ast.IfExp) or side not in ("left", "right"):
        return None
    return Order(("center_x",), side == "right"), (answer.test, found["thing"], found["other"])


def _aside(tree: ast.Module, answer: ast.expr, question: str) -> tuple[Order, tuple[ast.expr, str, str]] | None:
    """What the test of a statement has to compare that says which of two things is left or right of the other.

    None where the program finds one of them by that place: "Is the girl to the left of the boy closer to the camera?".
    """
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if any(map(_ASIDE.search, texts)):
        return None
    asked = question.lower()
    found = [*_ASIDE.finditer(asked)]
    if len(found) != 1 or expected_answer(question).kind != "yes/no" or re.search(r"\b(?:not?|or|than)\b|n't\b", asked):
        return None
    order = Order(("center_x",), found[0]["side"] == "right")
    return order, (answer, asked[: found[0].start()], asked[found[0].end() :])


def _sides(answer: ast.expr, question: str) -> tuple[ast.expr, str, str] | None:
    """The test, and what the question calls the thing that passes it and the other one."""
    expected = expected_answer(question)
    if isinstance(answer, ast.IfExp) and expected.choices:
        texts = [one.value for one in (answer.body, answer.orelse) if isinstance(one, ast.Constant)]
        first, *rest = [text for text in texts if isinstance(text, str)] or [""]
        return (answer.test, first, rest[0]) if first and rest else None
    parts = re.split(r"\bthan\b", question.lower())
    return (answer, parts[0], parts[1]) if expected.kind == "yes/no" and len(parts) == 2 else None


def _of_other_numbers(test: ast.expr) -> bool:
    """Does it compare numbers that are written somewhere, or how near things are to each other?"""
    if not isinstance(test, ast.Compare) or ast.unparse(test.left) == ast.unparse(test.comparators[0]):
        return False
    tools = {ast.unparse(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
    return bool(tools & {"READ", "DISTANCE"})


def _said(test: ast.expr) -> _Said | None:
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id in SIDES:
        measure, more = SIDES[test.func.id]
        things = [one.id for one in test.args if isinstance(one, ast.Name)]
        return _Said(measure, more, (things[0], things[1])) if len(things) == len(test.args) == 2 else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, right = _measured(test.left), _measured(test.comparators[0])
    if left is None or right is None or left[0] != right[0]:
        return None
    more = isinstance(test.ops[0], ast.Gt | ast.GtE)
    return _Said(left[0], more, (left[1], right[1])) if more or isinstance(test.ops[0], ast.Lt | ast.LtE) else None


def _measured(side: ast.expr) -> tuple[str, str] | None:
    """What is measured of which thing: `cup.height`, `AREA(cup)`, `BRIGHTNESS(image, cup)`."""
    if isinstance(side, ast.Attribute) and isinstance(side.value, ast.Name) and side.attr in _ATTRIBUTES:
        return _ATTRIBUTES[side.attr], side.value.id
    if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id in _MEASURING and side.args:
        thing = side.args[-1]
        return (_MEASURING[side.func.id], thing.id) if isinstance(thing, ast.Name) else None
    return None


def _named(tree: ast.Module, things: tuple[str, str], first: str, second: str) -> tuple[str, str] | None:
    """The name of the thing that the question calls `first`, and that of the other; None where both may be either."""
    one, other = (_words([name, *_texts(tree, name)]) for name in things)
    called, not_called = _words([first]), _words([second])
    straight = len(one & called - other) + len(other & not_called - one)
    crossed = len(other & called - one) + len(one & not_called - other)
    if things[0] == things[1] or straight == crossed:
        return None
    return things if straight > crossed else (things[1], things[0])


def _texts(tree: ast.Module, name: str) -> list[str]:
    """The texts in what the name is set to."""
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    ]
    parts = [part for value in values for part in ast.walk(value) if isinstance(part, ast.Constant)]
    return [part.value for part in parts if isinstance(part.value, str)]


def _words(texts: Iterable[str]) -> frozenset[str]:
    words = re.findall(r"[a-z]+", " ".join(texts).lower().replace("_", " "))
    return frozenset(singular(word) for word in words) - _SMALL


def _written(order: Order, first: str, second: str) -> ast.expr:
    """The test that the first thing has more, or less, than the second."""
    measure = order.measures[0]
    if measure == "BRIGHTNESS":
        sides = [ast.Call(_name(measure), [_name("image"), _name(name)], []) for name in (first, second)]
    else:
        sides = [ast.Attribute(_name(name), measure, ast.Load()) for name in (first, second)]
    return ast.Compare(sides[0], [ast.Gt() if order.more else ast.Lt()], [sides[1]])


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
