"""ViperGPT's programs that cannot be read: where they are wrong and what to do, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from viper_programs import PROGRAMS, problems

from looksmith.programs.dialects.front import translate
from looksmith.programs.language.program import Program

REFUSED = {
    "try": (
        "def execute_command(image):\n    try:\n        return 1\n    except Exception:\n        return 2",
        "not-allowed",
        2,
        4,
    ),
    "class": ("class A:\n    pass\ndef execute_command(image):\n    return 1", "not-allowed", 1, 0),
    "with": ("def execute_command(image):\n    with image as x:\n        return x", "not-allowed", 2, 4),
    "raise": ("def execute_command(image):\n    raise ValueError('x')", "not-allowed", 2, 4),
    "eval": ("def execute_command(image):\n    return eval('1')", "not-allowed", 2, 11),
    "exec": ("def execute_command(image):\n    exec('1')\n    return 1", "not-allowed", 2, 4),
    "open": ("def execute_command(image):\n    return open('x').read()", "not-allowed", 2, 11),
    "getattr": ("def execute_command(image):\n    return getattr(image, 'x')", "not-allowed", 2, 11),
    "import function": ("def execute_command(image):\n    return __import__('os')", "not-allowed", 2, 11),
    "dunder": ("def execute_command(image):\n    return image.__class__", "underscore", 2, 11),
    "dunder method": ("def execute_command(image):\n    return image.__getattribute__('x')", "underscore", 2, 11),
    "dunder name": ("def execute_command(image):\n    return __builtins__", "underscore", 2, 11),
    "private": ("def execute_command(image):\n    return ImagePatch(image)._pixels", "underscore", 2, 11),
    "module": ("import os\ndef execute_command(image):\n    return os.getcwd()", "unknown-function", 3, 11),
    "module function": (
        "from os import system\ndef execute_command(image):\n    return system('x')",
        "undefined",
        3,
        11,
    ),
    "unknown function": ("def execute_command(image):\n    return find_all(image)", "undefined", 2, 11),
    "unknown method": ("def execute_command(image):\n    return ImagePatch(image).fnd('x')", "unknown-method", 2, 11),
    "unknown attribute": ("def execute_command(image):\n    return ImagePatch(image).middle", "attribute", 2, 11),
    "attribute set": ("def execute_command(image):\n    image.name = 1\n    return 1", "attribute-set", 2, 4),
    "too few arguments": (
        "def execute_command(image):\n    return ImagePatch(image).crop(1, 2, 3)",
        "argument-count",
        2,
        11,
    ),
    "too many arguments": (
        "def execute_command(image):\n    return ImagePatch(image).find('a', x=1)",
        "unknown-keyword",
        2,
        11,
    ),
    "starred": ("def execute_command(image):\n    return distance(*image)", "argument-count", 2, 11),
    "half a patch": ("def execute_command(image):\n    return ImagePatch(image, 1, 2)", "argument", 2, 11),
    "undefined": ("def execute_command(image):\n    return imag", "undefined", 2, 11),
    "walrus": (
        "def execute_command(image):\n    if (n := 3) > 2:\n        return n\n    return 1",
        "not-allowed",
        2,
        8,
    ),
    "format of an unknown text": (
        "def execute_command(image, query):\n    return query.format(1)",
        "unknown-method",
        2,
        11,
    ),
    "format without a value": ("def execute_command(image):\n    return '{} {}'.format(1)", "argument", 2, 11),
    "unknown input": ("def execute_command(image, depth_map):\n    return depth_map", "unknown-input", 1, 27),
    "broken line above": ("LIMIT = (\ndef execute_command(image):\n    return 1", "syntax", 1, 8),
    "broken line below": ("def execute_command(image):\n    return f(1)\ndef f(x:\n    return x", "syntax", 3, 5),
    "broken line in between": ("def f(x):\n    return x\ndef execute_com):\n    return f(1)", "syntax", 3, 15),
    "return outside": ("def execute_command(image):\n    x = 1\nreturn x", "syntax", 3, 0),
    "decorator": ("@cache\ndef execute_command(image):\n    return 1", "not-allowed", 2, 0),
    "no answer": ("if image:\n    x = 1", "no-answer", 1, 0),
    "syntax": ("def execute_command(image):\n    return (1", "syntax", 2, 11),
    "truncated": ('def execute_command(image):\n    x = ImagePatch(image).find("cup', "syntax", 2, 31),
    "two functions": ("def a(image):\n    return 1\ndef b(image):\n    return 2", "no-entry", 3, 0),
    "original of a frame": (
        "def execute_command(video):\n    return VideoSegment(video).frame_from_index(0).original_image",
        "attribute",
        2,
        11,
    ),
    "while else": (
        "def execute_command(image):\n    while image:\n        pass\n    else:\n        return 1",
        "not-allowed",
        2,
        4,
    ),
    "global": ("def execute_command(image):\n    global x\n    x = 1\n    return x", "not-allowed", 2, 4),
    "bytes": ("def execute_command(image):\n    return b'x'", "not-allowed", 2, 11),
    "random": (
        "import random\ndef execute_command(image):\n    return random.choice([1, 2])",
        "unknown-function",
        3,
        11,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_where_it_stands(name: str) -> None:
    source, code, line, column = REFUSED[name]
    assert problems(source)[0] == (code, line, column)


def test_places_are_those_of_the_text_as_it_was_given() -> None:
    fenced = "Here:\n\n```python\ndef execute_command(image):\n    return foo(image)\n```\n"
    assert problems(fenced) == [("undefined", 5, 11)]
    body = "\n        x = 1\n        return foo(image)\n"
    assert problems(body) == [("undefined", 3, 15)]
    session = ">>> def execute_command(image):\n>>>     return foo(image)\n"
    assert problems(session) == [("undefined", 2, 15)]
    assert problems("def execute_command(image):\r\n\r\n    return foo(image)") == [("undefined", 3, 11)]


def test_every_problem_is_told_with_a_hint() -> None:
    for source, *_ in REFUSED.values():
        found = translate("vipergpt", source)
        assert isinstance(found, tuple)
        assert all(d.message for d in found)
    misspelled = translate("vipergpt", "def execute_command(image):\n    return ImagePatch(image).exist('cup')")
    assert isinstance(misspelled, tuple)
    assert "exists" in misspelled[0].hint


HOSTILE = [
    "",
    "\0",
    "x = 1\0",
    "```",
    "```\n```",
    ">>>",
    "# only a comment",
    "(" * 5_000,
    "-" * 20_000 + "1",
    "x = " + "[" * 300 + "]" * 300,
    "x = " + "+".join(["1"] * 5_000),
    "def execute_command(image):\n"
    + "".join("    " * (i + 1) + "if 1:\n" for i in range(120))
    + "    " * 121
    + "return 1",
    "a" * 40_000,
    "\ud800",
    "def execute_command(image):\n    return '\ud800'",
    "return",
    "def execute_command(image): pass",
    "def execute_command(): return 1",
    "def execute_command(*args, **kwargs): return args",
    "async def execute_command(image):\n    await image",
    "def execute_command(image):\n    yield 1",
    "def execute_command(image, image): return 1",
    "x: int",
    "f'{x!r:{y}}'",
    "'{0.__class__}'.format(1)",
    "'{:{}}'.format(1, 2)",
    "'{a[0]}'.format(a=1)",
    "'{'.format()",
    "'{!:}'.format(1)",
    "'{!rx}'.format(1)",
    "'{0!z}'.format(1)",
    "'{9999999999999999999999}'.format(1)",
    "isinstance()",
    "next()",
    "lambda: 0",
    "x = x = x",
    "del x",
    "match x:\n    case 1: pass",
    "for x in y: pass\nelse: pass",
    "[*x] = y",
    "find()",
    "ImagePatch",
    "ImagePatch.find",
    "distance",
    "print()",
    "x.find().find().find()",
    "\x0c\x0bimage.find('a')",
    "\tx = 1\n    return x",
    "from __future__ import annotations\nimport a.b.c as d\nd.e()",
    "math.sqrt",
    "while 1: pass",
    "def f(x=f): return f\ndef execute_command(image): return f(f)",
    "a.b.c.d.e[1:2, ::3].f(*g, **h)",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_too_strange(source: str) -> None:
    found = translate("vipergpt", source)
    assert isinstance(found, Program) or found


WORDS = [
    *(
        "def execute_command(image):",
        "return",
        "if",
        "else:",
        "for x in",
        "while",
        "lambda x:",
        "not",
        "and",
        "is None",
    ),
    *(
        "image",
        "ImagePatch(image)",
        ".find(",
        ".lower",
        ".lower()",
        ".crop(",
        "'cup'",
        '"',
        ")",
        "(",
        "[",
        "]",
        "{",
        "}",
    ),
    *(
        "f'{",
        "}'",
        ".format(",
        "distance(",
        "best_image_match(",
        "x",
        "=",
        "+=",
        ",",
        ":",
        "1",
        "\n",
        "\n    ",
        "\n        ",
    ),
    *(
        "```",
        ">>> ",
        "#",
        "math.",
        "sqrt(",
        "__class__",
        "VideoSegment(video)",
        ".trim(",
        "import math",
        "try:",
        "map(",
    ),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
@example("def execute_command(image):\n    return f'{image.find('")
def test_pieces_of_programs_never_raise(source: str) -> None:
    found = translate("vipergpt", source)
    assert isinstance(found, Program) or found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_texts_never_raise(source: str) -> None:
    found = translate("vipergpt", source)
    assert isinstance(found, Program) or found


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([case["source"] for case in PROGRAMS]), st.data())
def test_damaged_programs_never_raise(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(start + 30, len(source))))
    put = data.draw(st.sampled_from(["", " ", "(", ")", ":", "\n", "'", ".x", "__y__", "None", "\0"]))
    found = translate("vipergpt", source[:start] + put + source[end:])
    assert isinstance(found, Program) or found
