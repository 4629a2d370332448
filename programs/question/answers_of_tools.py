"""What the answers of tools can tell, and what to write where a program takes them for something else.

The label of a box is the name of a thing: not what is written on it, where it is or what it has. COLOR answers eleven
colors, CLASSIFY one of its labels, READ all that is written.

Small models take `LOC(image, "sign").label` for the text on a sign, test whether a label is "right", and look for
"stem" in the label of an apple.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import TypeGuard

from ...tools.see.color.terms import COLORS
from ...tools.words.english import is_color, singular, word_set
from .compared import Swap, located
from .expected_answer import Expected, asked_sentence
from .wording.terms import AUXILIARY, WH

_COLORS = frozenset((*COLORS, "grey"))
"""The only colors that COLOR answers."""
_SMALL = word_set("the a an his her its their this that these those is are of")
"""Words that name nothing."""
_PART = re.compile(
    r"\b(?:(?:what|which)(?:(?: is|'s| are)? the)?|read(?: me| out)? the) (?P<part>(?:\w+ )?"
    r"(?:number|digits?|brand(?: name)?|word|year|price|website|date|surname|licen[cs]e plate|number plate"
    r"|registration(?: number)?)"
    r"|(?:upper|lower|first|last) of the (?:two|three|four) (?:words|lines|numbers|names))\b"
)
"""The part of a text that is asked for."""
_MADE_OF = re.compile(
    r"^what (?:is|are) (?P<thing>(?:the|this|that|his|her|its|their) (?:\w+ )?\w+) made (?:out )?of\b"
)
_OF_ALL = re.compile(
    r"^(?:is|are|was|were|have|has|do|does|did)(?: (?:they|these|those|we|you))? (?:all|every|each|both)\b(?!.*\bnot\b)"
)
_LIGHT = re.compile(r"\blights?$|\bsignals?$")
_NAMED = re.compile(
    r"^(?P<name>.+?)(?: (?P<which>(?:of|in|on|at|with|under|over|behind|near|next to|by|from|above|below|beside|across"
    r"|around|inside|to|that|which|who|\w+ing) .+))?$"
)
_LONG = 5
"""Words of a text that is the question, and not the name of something in it."""
_THE = "(?:the|this|that|his|her|its|their|my|our|your)"
_SAYS = re.compile(
    rf"\b(?:what (?:does|do|did) (?P<thing>{_THE} .+?) (?:say|read)"
    rf"|(?:written|printed|painted|standing) (?:on|across) (?P<bearer>{_THE} .+))$"
)
_NO_NAMES = frozenset(
    ("left", "right", "top", "bottom", "front", "back", "middle", "center", "above", "below", "behind", "inside")
) | frozenset(("yes", "no", "true", "false", "both", "neither", "same", "different"))
"""Words that people answer with, and that are the name of nothing in a picture."""

_OF_WRITING = re.compile(
    r"\b(?:sa(?:y|ys|id)|reads?|written|writing|writes?|words?|texts?|signs?|letters?|named?|names|numbers?|labell?(?:ed)?"
    r"|labels?|print(?:ed|s)?|brands?|logos?|titles?|plates?|spell\w*|inscri\w*|posters?|called|captions?|digits?)\b|['\"]"
)


def label_for_text(tree: ast.Module, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The label or name that a program answers where a text is asked for, and the READ of that thing to write instead.

    None where there is none, or no READ is offered.
    """
    value = answer_of(tree)
    if expected.kind != "text" or "READ" not in offered:
        return None
    if isinstance(value, ast.Attribute) and value.attr == "label":
        return Swap(value, call("READ", value.value))
    if is_call(value, "NAME"):
        return Swap(value, call("READ", *value.args[1:]))
    return None


def label_for_look(tree: ast.Module, question: str, offered: Collection[str]) -> Swap | None:
    """A test whether a word is in the name of a thing, and the VERIFY of that thing to write instead.

    `"stem" in apple.label` is never so, nor `"stem" in READ(image, apple)` where the question speaks of no writing.
    Names and numbers are written: "Is this the bus to London?".
    None where there is none, or no VERIFY is offered.
    """
    if "VERIFY" not in offered:
        return None
    namers = ("NAME",) if _OF_WRITING.search(question.lower()) else ("NAME", "READ")
    names = {word.lower() for word in re.findall(r"[\w'-]+", question)[1:] if not word.islower()}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
            continue
        is_text = isinstance(node.left, ast.Constant) and not names.isdisjoint(str(node.left.value).lower().split())
        thing = _named_by(node.comparators[0], ("NAME",) if is_text else namers)
        if thing is None or not isinstance(node.left, ast.Constant) or not isinstance(node.left.value, str):
            continue
        look = call("VERIFY", thing, node.left)
        return Swap(node, ast.UnaryOp(ast.Not(), look) if isinstance(node.ops[0], ast.NotIn) else look)
    return None


def _named_by(value: ast.expr, tools: Collection[str]) -> ast.expr | None:
    """The thing of `thing.label` and `NAME(image, thing, "kind")`, by name or as it is looked for."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):  # READ(image, thing).lower()
        value = value.func.value
    if isinstance(value, ast.Attribute) and value.attr == "label":
        is_found = isinstance(value.value, ast.Call) and ast.unparse(value.value.func) == "LOC"
        return value.value if is_found or isinstance(value.value, ast.Name) else None
    if isinstance(value, ast.Call) and ast.unparse(value.func) in tools and len(value.args) > 1:
        return value.args[1] if isinstance(value.args[1], ast.Name | ast.Call) else None
    return None


def labels_that_are_none(tree: ast.Module) -> Iterator[tuple[ast.Compare, str]]:
    """Comparisons of a label with a word that names nothing, such as `cup.label == "right"`, and the word."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        sides = [node.left, node.comparators[0]]
        words = [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
        is_of_label = any(isinstance(side, ast.Attribute) and side.attr == "label" for side in sides)
        if is_of_label and words and words[0].strip().lower() in _NO_NAMES:
            yield node, words[0]


def color_beyond(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A comparison of COLOR with a color that it never answers, such as silver, and the VERIFY that tells it."""
    for test, said, word in _compared(tree, "COLOR"):
        if "VERIFY" in offered and len(said.args) == 2 and word.lower() not in _COLORS:
            return Swap(test, _verified(test, said.args[1], word))
    return None


def one_label(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A CLASSIFY that has only one label to choose from, and the VERIFY that tells whether it fits, or the NAME of that
    kind.
    """
    answer = answer_of(tree)
    if expected.kind == "name" and "NAME" in offered and is_call(answer, "CLASSIFY") and not answer.keywords:
        labels = _texts(answer.args[-1])
        return Swap(answer, call("NAME", *answer.args[1:-1], ast.Constant(labels[0]))) if len(labels) == 1 else None
    for test, said, word in _compared(tree, "CLASSIFY"):
        if "VERIFY" in offered and len(said.args) == 3 and len(_texts(said.args[2])) == 1:
            return Swap(test, _verified(test, said.args[1], word))
    return None


def color_of_few(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A CLASSIFY among some colors, or among names, where the question asks for any color, and COLOR instead.

    Not for colors that COLOR never answers ("blond"), nor for lights, whose housing has a color too.
    """
    answer = answer_of(tree)
    if expected.kind != "color" or "COLOR" not in offered or not is_call(answer, "CLASSIFY"):
        return None
    if len(answer.args) == 3:
        known = all(label.lower() in _COLORS for label in _texts(answer.args[2]))
        is_lit = _LIGHT.search(looked_for(tree, answer.args[1]).lower())
        return Swap(answer, call("COLOR", answer.args[1])) if known and not is_lit else None
    words = _texts(answer.args[-1])
    if not words or any(is_color(word) for word in " ".join(words).lower().split()):
        return None
    return Swap(answer, call("COLOR", call("LOC", ast.Constant(words[0]))))


def there_is_one(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """An EXISTS or the VERIFY of one, where the question asks about all: "Have all the apples turned red?"."""
    answer, asked = answer_of(tree), asked_sentence(question)
    if not _OF_ALL.match(asked) or " and " in asked or not {"VERIFY", "DETECT"} <= {*offered}:
        return None
    if not is_call(answer, "EXISTS", "VERIFY") or len(answer.args) != 3 or answer.keywords:
        return None
    _, one, which = answer.args
    found = found_by(tree, one)
    if not isinstance(which, ast.Constant) or not isinstance(which.value, str):
        return None
    if is_call(answer, "VERIFY") and not is_call(found, "LOC"):
        return None
    kind = found.args[1:] if is_call(found, "LOC") else [one]
    state = ast.Constant(re.sub(r"^(?:that|which|who) (?:is|are|has|have) ", "", which.value))
    verified = call("VERIFY", ast.Name("thing", ast.Load()), state)
    each = ast.comprehension(ast.Name("thing", ast.Store()), call("DETECT", *kind), [], 0)
    return Swap(answer, ast.Call(ast.Name("all", ast.Load()), [ast.GeneratorExp(verified, [each])], []))


def label_for_choice(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The name of a thing where the question offers words for what it is like, and the CLASSIFY that chooses.

    "Is the wall white or orange?" is not answered by `wall.label`. Where the program has looked for an alternative by
    its name, a label may be one.
    """
    answer = answer_of(tree)
    if expected.kind != "choice" or "CLASSIFY" not in offered or " or " not in question.lower():
        return None
    if isinstance(answer, ast.Attribute) and answer.attr == "label":
        thing = answer.value
    elif is_call(answer, "NAME") and len(answer.args) == 3:
        thing = answer.args[1]
    else:
        return None
    said = words_of(" ".join(str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)))
    if any(said & words_of(choice) for choice in expected.choices):
        return None
    return Swap(answer, call("CLASSIFY", thing, list_of(expected.choices)))


def asked_whole(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A READ that is given the whole question, and the READ of what it speaks of."""
    asked = words_of(question)
    if not re.search(rf"\b(?:{WH}|{AUXILIARY})\b", question.lower()):
        return None  # "Expiry date of the milk?" is the name of what to read
    for node in ast.walk(tree):
        part = node.args[-1] if is_call(node, "READ") and node.args else None
        said = part.value if isinstance(part, ast.Constant) else None
        if not is_call(node, "READ") or not isinstance(said, str) or len(said.split()) < _LONG:
            continue
        if "?" not in said and not words_of(said) >= asked:
            continue
        found = _SAYS.search(asked_sentence(question))
        if len(node.args) > 2 or not found:
            return Swap(node, ast.Call(node.func, node.args[:-1], []))
        return Swap(node, call("READ", call("LOC", *name_and_condition(found["thing"] or found["bearer"]))))
    return None


def part_of_text(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A READ of all that is written where the question asks for a part of it, such as the number."""
    answer = answer_of(tree)
    found = _PART.search(asked_sentence(question))
    if expected.kind != "text" or not found or not is_call(answer, "READ"):
        return None
    if answer.keywords or len(answer.args) > 2 or isinstance(answer.args[-1], ast.Constant):
        return None
    if words_of(found["part"]) & words_of(looked_for(tree, answer.args[-1])):
        return None
    return Swap(answer, ast.Call(answer.func, [*answer.args, ast.Constant(found["part"])], []))


def labels_beside(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A CLASSIFY among other words than the question offers, or of the whole picture where one thing was found for it.

    "Is the snow white or purple?" is not answered by `CLASSIFY(image, ["snow", "white", "purple"])`.
    """
    answer = answer_of(tree)
    if expected.kind != "choice" or not is_call(answer, "CLASSIFY") or not 2 <= len(answer.args) <= 3:
        return None
    labels = answer.args[-1]
    words = _texts(labels)
    beside = [word for word in words if not _may_say(word, expected.choices)]
    place = answer.args[1:-1] or _found_for(tree, question, beside)
    if not words or (not beside and len(place) == len(answer.args) - 2):
        return None
    return Swap(answer, call("CLASSIFY", *place, list_of(expected.choices) if beside else labels))


def _texts(labels: ast.expr) -> list[str]:
    """The texts of a list."""
    constants = (
        [one.value for one in labels.elts if isinstance(one, ast.Constant)] if isinstance(labels, ast.List) else []
    )
    return [one for one in constants if isinstance(one, str)]


def _may_say(word: str, choices: Collection[str]) -> bool:
    return any(words_of(word) & words_of(choice) for choice in choices)


def _found_for(tree: ast.Module, question: str, beside: Collection[str]) -> list[ast.expr]:
    """The one thing that was looked for and is not used; else the word beside the labels that the question names."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    found = [name for name in located(tree) if name not in used]
    if len(located(tree)) == 1 and found:
        return [ast.Name(found[0], ast.Load())]
    named = [word for word in beside if f"the {word} " in question.lower()]
    return [call("LOC", ast.Constant(named[0]))] if len(named) == 1 else []


def single_for_plural(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """A "jean" where the question speaks of jeans, which have no singular. Glasses may be several of a glass."""
    asked = question.lower()
    for node in ast.walk(tree):
        if not is_call(node, "LOC", "DETECT", "EXISTS", "COUNT") or len(node.args) < 2:
            continue
        name = node.args[1]
        text = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""
        for plural in (f"{text}s", f"{text}es"):
            if text != "glass" and singular(plural) == plural and re.search(rf"\b{re.escape(plural)}\b", asked):
                return Swap(name, ast.Constant(plural))
    return None


def one_or_other(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """`EXISTS(image, "goat", "or a cow")`, which asks for one thing that is both."""
    for node in ast.walk(tree):
        if not is_call(node, "EXISTS") or len(node.args) != 3:
            continue
        other = node.args[2]
        text = other.value if isinstance(other, ast.Constant) and isinstance(other.value, str) else ""
        if text.startswith("or ") and len(text.split()) <= 4:
            second = re.sub(r"^or (?:an? )?", "", text)
            either: list[ast.expr] = [call("EXISTS", node.args[1]), call("EXISTS", ast.Constant(second))]
            return Swap(node, ast.BoolOp(ast.Or(), either))
    return None


def made_of(tree: ast.Module, question: str, expected: Expected, offered: Collection[str]) -> Swap | None:
    """The name of a thing where the question asks for its material."""
    answer = answer_of(tree)
    found = _MADE_OF.match(asked_sentence(question))
    if not found or expected.kind != "name" or not is_call(answer, "NAME") or "material" in ast.unparse(tree):
        return None
    return Swap(answer, call("NAME", call("LOC", ast.Constant(plain(found["thing"]))), ast.Constant("material")))


def answer_of(tree: ast.Module) -> ast.expr | None:
    """The value of the answer, or of the name that is the answer."""
    last = tree.body[-1] if tree.body else None
    value = last.value if isinstance(last, ast.Assign) else None
    return found_by(tree, value) or value if value is not None else None


def looked_for(tree: ast.Module, thing: ast.expr) -> str:
    """The name in the LOC that found the thing; "" where it was found in another way."""
    found = found_by(tree, thing)
    name = found.args[1] if is_call(found, "LOC") and len(found.args) > 1 else None
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""


def found_by(tree: ast.Module, thing: ast.expr) -> ast.expr | None:
    """The expression itself, or what the name is set to, if it is set once."""
    if not isinstance(thing, ast.Name):
        return thing
    values = [one.value for one in tree.body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == thing.id]
    return values[0] if len(values) == 1 else None


def _compared(tree: ast.Module, tool: str) -> Iterator[tuple[ast.Compare, ast.Call, str]]:
    """Comparisons of what a tool answers with a text, by == or !=."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        said, word = node.left, node.comparators[0]
        text = word.value if isinstance(word, ast.Constant) else None
        if is_call(said, tool) and isinstance(text, str):
            yield node, said, text


def _verified(test: ast.Compare, thing: ast.expr, word: str) -> ast.expr:
    look = call("VERIFY", thing, ast.Constant(word))
    return look if isinstance(test.ops[0], ast.Eq) else ast.UnaryOp(ast.Not(), look)


def words_of(text: str) -> frozenset[str]:
    """The words of a text in the singular, without articles and the like."""
    return frozenset(singular(word) for word in re.findall(r"[\w-]+", text.lower())) - _SMALL


def plain(thing: str) -> str:
    """What a question calls a thing, without articles and the like."""
    return " ".join(word for word in thing.split() if word not in _SMALL)


def list_of(texts: Collection[str]) -> ast.List:
    """A list of texts."""
    return ast.List([ast.Constant(text) for text in texts], ast.Load())


def call(tool: str, *arguments: ast.expr) -> ast.Call:
    """The call of a tool for the image."""
    return ast.Call(ast.Name(tool, ast.Load()), [ast.Name("image", ast.Load()), *arguments], [])


def label_of(box: ast.expr) -> ast.Attribute:
    """The label of a box."""
    return ast.Attribute(box, "label", ast.Load())


def is_call(node: ast.AST | None, *tools: str) -> TypeGuard[ast.Call]:
    """Is it a call of one of the functions?"""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in tools


def name_and_condition(thing: str) -> list[ast.expr]:
    """What LOC is given for a thing: "the sign on the roof" is a sign, and on the roof."""
    found = _NAMED.match(thing)
    assert found is not None  # it matches every text
    return [ast.Constant(plain(found["name"])), *([ast.Constant(found["which"])] if found["which"] else [])]
