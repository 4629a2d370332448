"""What to write instead of a part of a program that answers another question, or that can only be wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from ...tools.words.english import singular, word_set
from .compared import Swap, compares_other, faces_other, located
from .expected_answer import Expected, asked_sentence
from .labels import label_for_look, label_for_text


class Finder(Protocol):
    """Finds such a part; None where there is none, or where the tools that are offered do not know better."""

    def __call__(self, tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
        """tree: of the program; offered: the names of the tools."""
        ...


BASIC = word_set("black white gray grey red orange yellow green blue purple pink brown")
"""The only colors that COLOR answers."""
_HERE = re.compile(r"^(?:shown |seen |visible |pictured )?(?:in|on|of) (?:the|this|that) (?:photo\w*|picture|image)$")
_SMALL = word_set("the a an his her its their this that these those is are of")
_PLACES = (
    "on|in|at|with|from|into|onto|to|for|by|under|underneath|over|against|through|behind|above|below|beside|near"
    "|next to|in front of|out of|on top of|inside|between|around|up|down"
)
_BE = r"(?:'s| is| are| was| were)"
_DOER = re.compile(
    rf"^(?P<asked>who|what(?: \w+)??|which \w+){_BE} (?P<which>(?:\w+ing(?: \w+)*?|(?:{_PLACES}))"
    r" (?:the|an?|his|her|its|their|this|that|him|it|them) ?.*)$"
)
"""What or who meets a condition: "What is lying on the sofa?"."""
_OTHER = re.compile(
    rf"^(?P<asked>who|what|which \w+){_BE} (?P<thing>(?:the|an?|his|her|its|their|this|that) .+?)"
    rf" (?P<relation>(?!doing)\w+ing(?: (?:{_PLACES}))*)$"
)
"""What is related to a thing: "What is the cat lying on?"."""
_CONDITION = re.compile(rf"^(?:\w+ing (?:{_PLACES})|(?:{_PLACES}) (?:the|an?|his|her|its|their))\b")
_PART = re.compile(
    r"\b(?:(?:what|which)(?:(?: is|'s| are)? the)?|read(?: me| out)? the) (?P<part>(?:\w+ )?"
    r"(?:number|digits?|brand(?: name)?|word|year|price|website|date|surname|licen[cs]e plate|number plate"
    r"|registration(?: number)?)"
    r"|(?:upper|lower|first|last) of the (?:two|three|four) (?:words|lines|numbers|names))\b"
)
"""The part of a text that is asked for."""
_ON_WHAT = re.compile(
    rf"^(?P<place>{_PLACES}) (?P<asked>what|whom|which \w+){_BE} (?P<thing>(?:the|an?|his|her|its|their|this|that) .+?)"
    r" (?P<verb>\w+ing)$"
)


def repeats_question(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The label of what the question itself names, where it asks for what is related to that.

    "What is the cat lying on?" is not answered by `LOC(image, "cat").label`, nor "Who wears the scarf?" by a name for
    the scarf.
    """
    last = tree.body[-1] if tree.body else None
    if expected.kind not in ("name", "any") or not isinstance(last, ast.Assign) or not {"LOC", "PARTNER"} <= {*offered}:
        return None
    asked = asked_sentence(question)
    named = _named_by(tree, last.value)
    if not named:
        return _invented(tree, last.value, asked)
    if found := _OTHER.match(asked) or _ON_WHAT.match(asked):
        if not _words(named) <= _words(found["thing"]):
            return None
        parts = found.groupdict()
        relation = parts.get("relation") or f"{parts['verb']} {parts['place']}"
        thing = " ".join(word for word in found["thing"].split() if word not in _SMALL)
        return Swap(last.value, _label(_call("PARTNER", _call("LOC", ast.Constant(thing)), ast.Constant(relation))))
    found = _DOER.match(asked)
    if not found or not (_words(named) <= _words(found["which"]) or (named == "person" and found["asked"] == "what")):
        return None
    return Swap(last.value, _doer(found))


def _doer(found: re.Match[str]) -> ast.Attribute:
    name = {"who": "person", "what": "thing"}.get(found["asked"]) or found["asked"].split()[-1]
    return _label(_call("LOC", ast.Constant(name), ast.Constant(found["which"])))


def _invented(tree: ast.Module, answer: ast.expr, asked: str) -> Swap | None:
    """What is related to somebody of whom the question does not speak, or a name by a condition alone."""
    if isinstance(answer, ast.Attribute) and answer.attr == "label" and _is_call(answer.value, "PARTNER"):
        assert isinstance(answer.value, ast.Call)
        thing = _looked_for(tree, answer.value.args[1]) if len(answer.value.args) == 3 else ""
        found = _DOER.match(asked)
        return Swap(answer, _doer(found)) if found and thing and not _words(thing) & _words(asked) else None
    if not _is_call(answer, "NAME"):
        return None
    assert isinstance(answer, ast.Call)
    kind = answer.args[1].value if len(answer.args) == 2 and isinstance(answer.args[1], ast.Constant) else ""
    if not isinstance(kind, str) or not _CONDITION.match(kind):
        return None
    return Swap(answer, _label(_call("LOC", ast.Constant("thing"), ast.Constant(kind))))


def other_than_related(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test of places that chooses what a thing leans on: "What is the man leaning on, the wall or the car?"."""
    last = tree.body[-1] if tree.body else None
    answer = last.value if isinstance(last, ast.Assign) else None
    found = _OTHER.match(asked_sentence(question).partition(",")[0])
    if not found or len(expected.choices) != 2 or "VERIFY" not in offered or not isinstance(answer, ast.IfExp):
        return None
    first = answer.body.value if isinstance(answer.body, ast.Constant) else None
    if first not in expected.choices or not isinstance(answer.test, ast.Compare):
        return None
    thing = " ".join(word for word in found["thing"].split() if word not in _SMALL)
    statement = ast.Constant(f"{found['relation']} the {first}")
    return Swap(answer.test, _call("VERIFY", _call("LOC", ast.Constant(thing)), statement))


def one_of_several(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A choice that leaves out one of three alternatives or more, and the CLASSIFY that chooses among all."""
    last = tree.body[-1] if tree.body else None
    answer = last.value if isinstance(last, ast.Assign) else None
    if (
        len(expected.choices) < 3
        or " or " not in question
        or "CLASSIFY" not in offered
        or not isinstance(answer, ast.IfExp)
    ):
        return None
    said = {one.value for one in ast.walk(answer) if isinstance(one, ast.Constant)}
    things = located(tree)
    if not said & {*expected.choices} or said >= {*expected.choices} or len(things) > 1:
        return None
    labels = ast.List([ast.Constant(choice) for choice in expected.choices], ast.Load())
    return Swap(answer, _call("CLASSIFY", *(ast.Name(name, ast.Load()) for name in things), labels))


def color_beyond(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A comparison of COLOR with a color that it never answers, such as silver, and the VERIFY that tells it."""
    for test, call, word in _compared(tree, "COLOR"):
        if "VERIFY" in offered and len(call.args) == 2 and word.lower() not in BASIC:
            return Swap(test, _verified(test, call.args[1], word))
    return None


def one_label(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A CLASSIFY that has only one label to choose from, and the VERIFY that tells whether it fits."""
    for test, call, word in _compared(tree, "CLASSIFY"):
        labels = call.args[-1]
        if "VERIFY" in offered and len(call.args) == 3 and isinstance(labels, ast.List) and len(labels.elts) == 1:
            return Swap(test, _verified(test, call.args[1], word))
    return None


def related_to_picture(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """`PARTNER(image, food, "in the photo")`, which is the food itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "PARTNER" and len(node.args) == 3:
            relation = node.args[2]
            if isinstance(relation, ast.Constant) and _HERE.match(str(relation.value).lower()):
                return Swap(node, node.args[1])
    return None


def label_for_choice(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The name of a thing where the question offers words for what it is like, and the CLASSIFY that chooses.

    "Is the wall white or orange?" is not answered by `wall.label`. Where the program has looked for an alternative by
    its name, a label may be one.
    """
    last = tree.body[-1] if tree.body else None
    answer = last.value if isinstance(last, ast.Assign) else None
    if expected.kind != "choice" or "CLASSIFY" not in offered or " or " not in question.lower():
        return None
    if isinstance(answer, ast.Attribute) and answer.attr == "label":
        thing = answer.value
    elif isinstance(answer, ast.Call) and ast.unparse(answer.func) == "NAME" and len(answer.args) == 3:
        thing = answer.args[1]
    else:
        return None
    said = _words(" ".join(str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)))
    if any(said & _words(choice) for choice in expected.choices):
        return None
    labels = ast.List([ast.Constant(choice) for choice in expected.choices], ast.Load())
    return Swap(answer, _call("CLASSIFY", thing, labels))


def always_found(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A test whether LOC has found a thing, which it always has, or the program had ended; and EXISTS instead."""
    if "EXISTS" not in offered:
        return None
    found = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_call(node.value, "LOC")
    }
    for node, test in _truths(tree):
        if isinstance(test, ast.Name) and test.id in found:
            call = found[test.id]
            assert isinstance(call, ast.Call)
            return Swap(node, ast.Call(ast.Name("EXISTS", ast.Load()), call.args, call.keywords))
    return None


def _truths(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Expressions whose truth is tested: each with what is true if it is; `x is not None` with x."""
    for node in ast.walk(tree):
        tests: list[ast.expr] = []
        if isinstance(node, ast.IfExp | ast.If):
            tests = [node.test]
        elif isinstance(node, ast.BoolOp):
            tests = node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            tests = [node.operand]
        for test in tests:
            yield test, test
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.IsNot):
            yield node, node.left


def color_of_few(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A CLASSIFY among some colors where the question asks for any, and COLOR instead."""
    last = tree.body[-1] if tree.body else None
    answer = last.value if isinstance(last, ast.Assign) else None
    if expected.kind != "color" or "COLOR" not in offered or not _is_call(answer, "CLASSIFY"):
        return None
    assert isinstance(answer, ast.Call)
    return Swap(answer, _call("COLOR", answer.args[1])) if len(answer.args) == 3 else None


def part_of_text(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A READ of all that is written where the question asks for a part of it, such as the number."""
    last = tree.body[-1] if tree.body else None
    answer = last.value if isinstance(last, ast.Assign) else None
    found = _PART.search(asked_sentence(question))
    if expected.kind != "text" or not found or not _is_call(answer, "READ"):
        return None
    assert isinstance(answer, ast.Call)
    if answer.keywords or len(answer.args) > 2 or isinstance(answer.args[-1], ast.Constant):
        return None
    if _words(found["part"]) & _words(_looked_for(tree, answer.args[-1])):
        return None
    return Swap(answer, ast.Call(answer.func, [*answer.args, ast.Constant(found["part"])], []))


_FITTING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"color": ("COLOR",), "text": ("READ",), "number": ("COUNT", "len"), "name": ("NAME", "PARTNER")}
)
"""Tools that answer what is asked for."""


def fitting(tree: ast.Module, expected: Expected) -> Swap | None:
    """What an answer of another type was meant to be.

    Of a test, the color, text, number or name that it compares; of an EXISTS the thing itself, its color or text; of a
    test that names one alternative of an either-or question, the choice between both.
    """
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Assign):
        return None
    answer = last.value
    if expected.kind == "choice" and isinstance(answer, ast.Call | ast.Compare) and len(expected.choices) == 2:
        return _chosen_by(answer, expected.choices)
    tools = _FITTING.get(expected.kind, ())
    if inside := next((node for node in ast.walk(answer) if _is_call(node, *tools) and node is not answer), None):
        assert isinstance(inside, ast.Call)
        return Swap(answer, _label(inside) if _is_call(inside, "PARTNER") else inside)
    if not isinstance(answer, ast.Call) or not _is_call(answer, "EXISTS") or answer.keywords:
        return None
    found = _call("LOC", *answer.args[1:])
    of_kind = {"name": _label(found), "color": _call("COLOR", found), "text": _call("READ", found)}
    of_kind["number"] = _call("COUNT", *answer.args[1:])
    return Swap(answer, of_kind[expected.kind]) if expected.kind in of_kind else None


def _chosen_by(test: ast.expr, choices: Sequence[str]) -> Swap | None:
    said = _words(" ".join(str(one.value) for one in ast.walk(test) if isinstance(one, ast.Constant)))
    named = [choice for choice in choices if _words(choice) <= said]
    if len(named) != 1:
        return None
    other = next(choice for choice in choices if choice != named[0])
    return Swap(test, ast.IfExp(test, ast.Constant(named[0]), ast.Constant(other)))


def _is_call(node: ast.AST | None, *tools: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in tools


FINDERS: Mapping[str, tuple[Finder, str]] = MappingProxyType(
    {
        "other-comparison": (
            lambda tree, question, expected, offered: compares_other(tree, question),
            "The question compares something else than {}.",
        ),
        "faces-other": (
            lambda tree, question, expected, offered: faces_other(tree, question, offered),
            "{} tells where a thing is, and not which way it faces.",
        ),
        "label-for-text": (
            lambda tree, question, expected, offered: label_for_text(tree, expected, offered),
            "The question asks for a text, and {} is the name of a thing.",
        ),
        "label-for-look": (
            lambda tree, question, expected, offered: label_for_look(tree, question, offered),
            "{} looks at the name of a thing, and not at the thing.",
        ),
        "repeats-question": (repeats_question, "The question itself names {}, and asks for something else."),
        "other-than-related": (other_than_related, "{} does not test what the question asks."),
        "one-of-several": (one_of_several, "The question names more alternatives than {} can answer."),
        "color-beyond": (color_beyond, "COLOR never answers that: {}."),
        "label-for-choice": (label_for_choice, "The question offers words to choose from, and {} names a thing."),
        "always-found": (always_found, "{} is always true: LOC finds a thing, or ends the program."),
        "color-of-few": (color_of_few, "The question asks for any color, and {} knows a few."),
        "part-of-text": (part_of_text, "The question asks for a part of what {} reads."),
        "one-label": (one_label, "CLASSIFY needs two labels or more to choose from: {}."),
        "related-to-picture": (related_to_picture, "Everything is in the picture, so {} tells nothing."),
    }
)
"""What finds each kind of such parts, and what is said of it, with {} for the part."""


def _named_by(tree: ast.Module, answer: ast.expr) -> str:
    """What `LOC(image, "cat").label` or `NAME(image, cat, "cat")` can only say; "" for other answers."""
    if isinstance(answer, ast.Attribute) and answer.attr == "label":
        return _looked_for(tree, answer.value)
    if not isinstance(answer, ast.Call) or ast.unparse(answer.func) != "NAME":
        return ""
    kind = answer.args[-1]
    named = kind.value if isinstance(kind, ast.Constant) and isinstance(kind.value, str) else ""
    thing = _looked_for(tree, answer.args[1]) if len(answer.args) > 2 else ""
    return thing if thing and _words(named) <= _words(thing) else named if named == "person" else ""


def _looked_for(tree: ast.Module, thing: ast.expr) -> str:
    """The name in the LOC that found the thing."""
    if isinstance(thing, ast.Name):
        values = [
            node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == thing.id
        ]
        return _looked_for(tree, values[0]) if len(values) == 1 and not isinstance(values[0], ast.Name) else ""
    if isinstance(thing, ast.Call) and ast.unparse(thing.func) == "LOC" and len(thing.args) > 1:
        name = thing.args[1]
        return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""
    return ""


def _compared(tree: ast.Module, tool: str) -> Iterator[tuple[ast.Compare, ast.Call, str]]:
    """Comparisons of what a tool answers with a text, by == or !=."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        call, word = node.left, node.comparators[0]
        text = word.value if isinstance(word, ast.Constant) else None
        if isinstance(call, ast.Call) and ast.unparse(call.func) == tool and isinstance(text, str):
            yield node, call, text


def _verified(test: ast.Compare, thing: ast.expr, word: str) -> ast.expr:
    call = _call("VERIFY", thing, ast.Constant(word))
    return call if isinstance(test.ops[0], ast.Eq) else ast.UnaryOp(ast.Not(), call)


def _words(text: str) -> frozenset[str]:
    return frozenset(singular(word) for word in re.findall(r"[\w-]+", text.lower())) - _SMALL


def _call(tool: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(tool, ast.Load()), [ast.Name("image", ast.Load()), *arguments], [])


def _label(box: ast.expr) -> ast.Attribute:
    return ast.Attribute(box, "label", ast.Load())
