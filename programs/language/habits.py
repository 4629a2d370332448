"""Constructs of other languages and libraries that models tend to use, with replacements."""

from __future__ import annotations

import re

WORDS: dict[str, str] = {"true": "True", "false": "False", "null": "None", "none": "None", "nil": "None"}
"""Constants by the names that other languages have for them."""
PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("x", "x0", "x1", "xmin", "x_min"), ("left",)),
    **dict.fromkeys(("y", "y0", "y1", "ymin", "y_min"), ("top",)),
    **dict.fromkeys(("x2", "xmax", "x_max"), ("right",)),
    **dict.fromkeys(("y2", "ymax", "y_max"), ("bottom",)),
    **dict.fromkeys(("center", "centre", "middle", "position", "location"), ("center_x", "center_y")),
    **dict.fromkeys(("size", "shape", "dimensions"), ("width", "height")),
    **dict.fromkeys(("name", "category", "class_name", "type", "text"), ("label",)),
    **dict.fromkeys(("confidence", "conf", "probability"), ("score",)),
    "add": ("append",),
    "append": ("add",),
    "w": ("width",),
    "h": ("height",),
}
"""Attributes by the names that other libraries have for them."""
METHODS: dict[str, str] = {
    **dict.fromkeys(("length", "size", "len"), "Write len({owner})."),
    **dict.fromkeys(("isEmpty", "is_empty", "empty"), "Write len({owner}) == 0."),
    **dict.fromkeys(("contains", "includes", "has"), "Write x in {owner}."),
    **dict.fromkeys(("forEach", "map"), "Write [f(x) for x in {owner}]."),
    "clear": "Assign an empty one.",
    "copy": "Write list(xs), set(xs) or dict(d).",
    "discard": "Write {owner} - {{x}}.",
    "filter": "Write [x for x in {owner} if ...].",
    "first": "Write {owner}[0].",
    "format": "Use an f-string.",
    "isnumeric": "Write {owner}.isdigit().",
    "last": "Write {owner}[-1].",
    "push": "Write {owner}.append(x).",
    "setdefault": "Write d[k] = d.get(k, 0), with what it begins with.",
    "update": "Write d[k] = x for each, or s | t for sets.",
    **{name: f"Write {name}({{owner}})." for name in ("max", "min", "reversed", "sorted", "sum")},
}
"""Methods of lists, texts and the like that are none."""
_SYNTAX: tuple[tuple[str, str], ...] = (
    (r"```", "Write the program alone, without ```."),
    (r"&&", "Write `and` instead of &&."),
    (r"\|\|", "Write `or` instead of ||."),
    (r"\+\+|--\s*$", "Write n += 1."),
    (r"=>", "Write a function with lambda or def."),
    ("[\u201c\u201d\u2018\u2019]", 'Write plain quotes: ".'),
    (r"^\s*(let|var|const|int|float)\s+\w+\s*=", "Assign without a word in front of the name: x = 3."),
    (r"^\s*(switch|case)\b", "Write `if` and `elif`."),
    (r"!(?!=)", "Write `not` instead of !."),
    (r"\?", "Write `a if test else b`."),
    (r"^\s*(if|for|else|while|def|function)\b.*\{\s*$|^\s*\}\s*$", "Write blocks with a colon and four spaces."),
)
"""What to look for in a line that is not Python."""


def syntax_hint(line: str) -> str:
    """What to write instead of a line that is not Python. The contents of its strings are ignored."""
    line = re.sub(r"""("[^"]*"|'[^']*')""", '""', line)
    return next((hint for pattern, hint in _SYNTAX if re.search(pattern, line)), "Write plain Python.")
