"""Tools, and programs of them that are right by construction."""

from __future__ import annotations

import re

from hypothesis import strategies as st

COLORS = ("red", "green", "blue")


NAME = st.sampled_from(["'dog'", "'cat'", "'bird'"])
LEAVES: dict[str, list[str]] = {
    "int": ["0", "1", "7", "image.width"],
    "float": ["0.5", "2.0"],
    "bool": ["True", "False"],
    "str": ["'dog'", "'a b'", "''"],
    "color": [repr(color) for color in COLORS],
    "box": ["LOC(image, 'dog')", "LOC(image, 'cat')"],
    "boxes": ["DETECT(image, 'dog')", "DETECT(image, 'bird')", "ITEMS(image, color='red')"],
    "ints": ["[1, 2]", "[0]", "list(range(3))"],
    "maybe": ["FIND(image, 'dog')", "FIND(image, 'bird')"],
    "count": ["{'dog': 1, 'cat': 2}"],
}
"""Expressions of each type."""
FORMS: dict[str, list[str]] = {
    "int": [
        "(<int> + <int>)",
        "(<int> * <int> - 1)",
        "(<int> // 2)",
        "(<int> % 3)",
        "len(<boxes>)",
        "COUNT(<boxes>)",
        "COUNT(items=<boxes>)",
        "abs(-<int>)",
        "round(<float>)",
        "int(<float>)",
        "len(<str>)",
        "sum(<ints>)",
        "sum(1 for b in <boxes> if b.left > <float>)",
        "max(<ints> + [1])",
        "min(<int>, <int>)",
        "(<int> if <bool> else <int>)",
        "(<ints> + [5])[0]",
        "<count>.get(<name>, <int>)",
        "sum(<count>.values())",
        "(lambda n, m=2: n + m)(<int>)",
        "max([(1, 'a'), (2, 'b')])[0]",
        "<str>.count('a')",
    ],
    "float": [
        "(<float> + <int>)",
        "(<int> / 4)",
        "<box>.left",
        "<box>.area",
        "sum(b.area for b in <boxes>)",
        "max([b.left for b in <boxes>], default=0.0)",
        "abs(<float> - <float>)",
        "float(<int>)",
        "max(<float>, <int> + 0.5)",
        "min((<box>.top, <box>.left))",
        "round(<float>, 1)",
        "(lambda b: b.right)(<box>)",
    ],
    "bool": [
        "(<int> > <int>)",
        "(<int> <= <float> < 9)",
        "(not <bool>)",
        "(<bool> and <bool>)",
        "(<bool> or <bool>)",
        "(<bool> ^ <bool>)",
        "(<color> == <color>)",
        "(COLOR(image, <box>) == <color>)",
        "(COLOR(image) in ('red', 'blue'))",
        "(<str> in <str>)",
        "(<int> in <ints>)",
        "(<box> in <boxes>)",
        "(<box> == <box>)",
        "any(b.left > <float> for b in <boxes>)",
        "all(LEFT_OF(b, <box>) for b in <boxes>)",
        "LEFT_OF(<box>, <box>)",
        "(<maybe> is None)",
        "bool(<boxes>)",
        "<str>.startswith('a')",
        "(<name> in <count>)",
    ],
    "str": [
        "(<str> + <str>)",
        "str(<int>)",
        "<str>.upper()",
        "<box>.label",
        "', '.join([b.label for b in <boxes>])",
        "', '.join(<str>.split())",
        "(<str> if <bool> else <color>)",
        "(<str> * 2)",
        "sorted([<str>, <str>])[0]",
        "<str>[:2]",
        "('%d of %s' % (<int>, <str>))",
    ],
    "color": ["COLOR(image, <box>)", "COLOR(image, where=<maybe>)", "(<color> if <bool> else <color>)"],
    "box": [
        "max([<box>, <box>], key=lambda b: b.area)",
        "sorted(<boxes> + [<box>], key=lambda b: (b.left, b.top))[0]",
        "(<box> if <bool> else <box>)",
        "(<maybe> or <box>)",
        "([<box>] + <boxes>)[0]",
        "min((<box>, <box>), key=lambda b: -b.left)",
    ],
    "boxes": [
        "[b for b in <boxes> if b.left > <float>]",
        "[b for b in <boxes> if COLOR(image, b) == <color>]",
        "(<boxes> + <boxes>)",
        "<boxes>[1:]",
        "sorted(<boxes>, key=lambda b: -b.area)",
        "DETECT(CROP(image, <box>), <name>)",
        "ITEMS(image, color=<color>)",
        "[b for n in ['dog', 'cat'] for b in DETECT(image, n)]",
        "[b for c in ('red', 'green') for b in ITEMS(image, color=c)]",
        "[x for x in [FIND(image, n) for n in ['dog', 'bird']] if x is not None]",
        "[b for i, b in enumerate(<boxes>) if i < <int>]",
        "[a for a, b in zip(<boxes>, <boxes>[1:]) if LEFT_OF(a, b)]",
        "list(reversed(<boxes>))",
    ],
    "ints": [
        "[<int>, <int>]",
        "[<int> for b in <boxes>]",
        "sorted(<ints>)",
        "(<ints> + <ints>)",
        "[n * 2 for n in <ints>]",
    ],
    "maybe": ["(<box> if <bool> else None)", "max(<boxes>, key=lambda b: b.area, default=None)"],
    "count": ["{n: len(DETECT(image, n)) for n in ['dog', 'cat']}", "dict(zip(['dog', 'cat'], <ints>))"],
}
"""Expressions of each type, from parts in angle brackets."""


class Writer:
    """Writes a program of which every expression has a known type."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._names: dict[str, str] = {}
        self._count = 0

    def program(self) -> str:
        """A few statements, and an answer."""
        lines = [line for _ in range(self._number(1, 5)) for line in self._statement(0)]
        return "\n".join(
            [*lines, f"answer = {self._expression(self._pick(['int', 'bool', 'str', 'box', 'boxes']), 2)}"]
        )

    def _pick(self, options: list[str]) -> str:
        return self._draw(st.sampled_from(options))

    def _number(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, most))

    def _new(self, kind: str) -> str:
        self._count += 1
        self._names[name := f"x{self._count}"] = kind
        return name

    def _expression(self, kind: str, depth: int) -> str:
        if kind == "name":
            return self._draw(NAME)
        known = [name for name, t in self._names.items() if t == kind]
        if known and self._number(0, 2):
            return self._pick(known)
        if depth == 0 or not self._number(0, 2):
            return self._pick(LEAVES[kind])
        form = self._pick(FORMS[kind])
        return re.sub(r"<(\w+)>", lambda part: self._expression(part[1], depth - 1), form)

    def _kind(self) -> str:
        return self._pick(list(LEAVES))

    def _statement(self, depth: int) -> list[str]:
        makers = [self._assign, self._assign, self._reassign, self._grow, self._tested, self._helper, self._text]
        if depth < 2:
            makers += [self._branch, self._loop, self._search]
        return makers[self._number(0, len(makers) - 1)](depth)

    def _assign(self, _: int) -> list[str]:
        kind = self._kind()
        value = self._expression(kind, 2)
        return [f"{self._new(kind)} = {value}"]

    def _reassign(self, depth: int) -> list[str]:
        # What doubles in each round of a loop would never end.
        known = [name for name, t in self._names.items() if not depth or t in ("bool", "color", "box", "maybe")]
        if not known:
            return self._assign(depth)
        name = self._pick(known)
        kind = self._names[name] if depth else self._kind()
        value = self._expression(kind, 2)
        self._names[name] = kind
        return [f"{name} = {value}"]

    def _grow(self, depth: int) -> list[str]:
        known = [name for name, t in self._names.items() if t in ("boxes", "ints", "count", "int")]
        if not known:
            return self._assign(0)
        name = self._pick(known)
        match self._names[name]:
            case "boxes":
                return [f"{name} = list({name})", f"{name}.append({self._more('box', depth)})"]
            case "ints":
                return [f"{name} += {self._more('ints', depth)}"]
            case "count":
                return [f"{name}[{self._draw(NAME)}] = {self._more('int', depth)}"]
            case _:
                return [f"{name} += {self._more('int', depth)}"]

    def _more(self, kind: str, depth: int) -> str:
        return self._pick(LEAVES[kind]) if depth else self._expression(kind, 1)

    def _text(self, _: int) -> list[str]:
        values = self._expression("int", 1), self._expression("float", 1)
        n, x = self._new("int"), self._new("float")
        return [f"{n}, {x} = {values[0]}, {values[1]}", f"{self._new('str')} = f'{{{n}}} {{{x}:.1f}} {{{x}!r:>4}}'"]

    def _tested(self, _: int) -> list[str]:
        value = self._expression("maybe", 1)
        name = self._new("maybe")
        test = self._pick(
            ["{0} is not None and {0}.left > 3", "{0} is None or {0}.area > 1", "bool({0}) and {0}.top > 0"]
        )
        return [f"{name} = {value}", f"{self._new('bool')} = {test.format(name)}"]

    def _inside(self, depth: int) -> list[str]:
        """Statements that may run or not: what they set is not there behind them."""
        known = dict(self._names)
        lines = [line for _ in range(self._number(1, 2)) for line in self._statement(depth + 1)]
        self._names = known
        return [f"    {line}" for line in lines]

    def _branch(self, depth: int) -> list[str]:
        kind = self._kind()
        test = f"if {self._expression('bool', 2)}:"
        then, other = self._inside(depth), self._inside(depth)
        values = [self._expression(kind, 1) for _ in range(2)]
        name = self._new(kind)
        return [test, *then, f"    {name} = {values[0]}", "else:", *other, f"    {name} = {values[1]}"]

    def _loop(self, depth: int) -> list[str]:
        source = self._expression("boxes", 2)
        kept = self._new("boxes")
        total = self._new("float")
        each = self._new("box")
        body = self._inside(depth)
        del self._names[each]
        return [
            f"{kept}, {total} = [], 0.0",
            f"for {each} in {source}:",
            *body,
            f"    {total} += {each}.area",
            f"    if {each}.left > 20:",
            f"        {kept}.append({each})",
        ]

    def _search(self, _: int) -> list[str]:
        source = self._expression("boxes", 1)
        found = self._new("maybe")
        shown = self._new("float")
        return [
            f"{found} = None",
            f"for b in {source}:",
            f"    if {found} is None or b.area > {found}.area:",
            f"        {found} = b",
            f"{shown} = {found}.left if {found} is not None else 0.0",
        ]

    def _helper(self, depth: int) -> list[str]:
        self._count += 1
        name, kind = f"f{self._count}", self._pick(["int", "float", "bool", "boxes"])
        form = {
            "int": "len({0}) + k",
            "float": "sum(b.area for b in {0}) / k",
            "bool": "len({0}) > k",
            "boxes": "{0}[:k]",
        }
        test = ["    if not boxes:", f"        return {self._pick(LEAVES[kind])}"] if self._number(0, 1) else []
        lines = [f"def {name}(boxes, k=2):", *test, f"    return {form[kind].format('boxes')}"]
        call = f"{name}({self._expression('boxes', 1)}{self._pick(['', ', 3', ', k=1'])})"
        return [*lines, f"{self._new(kind)} = {call}"]


@st.composite
def typed_programs(draw: st.DrawFn) -> str:
    return Writer(draw).program()
