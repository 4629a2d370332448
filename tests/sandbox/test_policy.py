"""What a program may say, should the checker be wrong or left out: nothing of the process is reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from looksmith.programs.check.check import Checked
from looksmith.programs.language.program import Program
from looksmith.sandbox.policy import PolicyError, compile_program
from looksmith.sandbox.run import Request, Sandbox
from looksmith.tools.core.values import Box, Image

IMAGE = Image.of(PIL.Image.new("RGB", (8, 8)))
EVIDENCE = "/evidence-of-an-escape"

REFUSED = {
    "import": "import os\nanswer = os.getpid()",
    "from import": "from os import getpid\nanswer = getpid()",
    "dunder": "answer = ().__class__.__bases__[0].__subclasses__()",
    "dunder of a tool": "answer = T.__globals__",
    "dunder of a function": "f = lambda: 1\nanswer = f.__code__",
    "dunder name": "answer = __builtins__",
    "guard by name": "answer = _getattr_(image, 'number')",
    "guard replaced": "_getattr_ = lambda o, n: o\nanswer = image.x",
    "guard as a parameter": "answer = (lambda _getattr_: image.x)(1)",
    "guard as a function": "def _getiter_(x):\n    return x\nanswer = 1",
    "guard in a loop": "for _getattr_ in [len]:\n    answer = image.x",
    "guard in a comprehension": "answer = [1 for _write_ in [1]]",
    "guard as star": "def f(*_getattr_):\n    return 1\nanswer = 1",
    "generator frame": "g = (x for x in [1])\nanswer = g.gi_frame",
    "frame": "answer = image.f_back",
    "traceback": "answer = image.tb_frame",
    "code": "answer = image.co_code",
    "class": "class A:\n    pass\nanswer = A()",
    "while": "while 1:\n    pass",
    "try": "try:\n    answer = T()\nexcept Exception as e:\n    answer = e",
    "bare try": "try:\n    T()\nfinally:\n    answer = 1",
    "with": "with T() as x:\n    answer = x",
    "walrus": "answer = [y := 1]",
    "yield": "def f():\n    yield 1\nanswer = list(f())",
    "async": "async def f():\n    pass\nanswer = 1",
    "await": "async def f():\n    await f()\nanswer = 1",
    "async comprehension": "answer = [x async for x in []]",
    "match": "match T():\n    case object(__class__=c):\n        answer = c",
    "del": "x = 1\ndel x\nanswer = 1",
    "global": "def f():\n    global answer\n    answer = 1\nf()",
    "nonlocal": "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\nanswer = 1",
    "annotated": "answer: int = 1",
    "matrix": "answer = 1 @ 2",
    "raise": "raise ValueError(1)",
    "assert": "assert 0\nanswer = 1",
    "item in place": "x = [1]\nx[0] += 1\nanswer = x",
    "return": "return 3",
    "null": "answer = 1\x00",
}
STOPPED = {
    "exec": "answer = exec('1')",
    "eval": "answer = eval('1')",
    "open": f"answer = open('{EVIDENCE}', 'w')",
    "getattr": "answer = getattr(image, 'number')",
    "type": "answer = type(image)",
    "vars": "answer = vars()",
    "globals": "answer = globals()",
    "format": "answer = '{0.__class__}'.format(image)",
    "format_map": "answer = '{a.__class__}'.format_map({'a': image})",
    "format of the class": "answer = str.format('{0.__class__}', image)",
    "format of join": "answer = sorted(['{0.__class__}'], key=str.format)",
    "class of a class": "answer = str.mro()",
    "fromkeys": "answer = dict.fromkeys([1])",
    "maketrans": "answer = ''.maketrans('a', 'b')",
    "encode": "answer = 'a'.encode()",
    "handle number": "answer = image.number",
    "set handle number": "image.number = 99\nanswer = image",
    "set box": "b = T()\nb.left = -1\nanswer = b",
    "set a tool": "T.name = 1\nanswer = 1",
    "write into text": "x = 'abc'\nx[0] = 'd'\nanswer = x",
    "loop over a tool": "for x in T:\n    pass\nanswer = 1",
    "index of a tool": "answer = T[0]",
    "print to a file": "print(1, file=image)\nanswer = 1",
    "print separator": "print(1, 2, sep=image)\nanswer = 1",
    "printed": "answer = printed",
    "attribute of print": "answer = print.text",
    "send": "answer = (x for x in [1]).send(None)",
    "box method": "answer = T().intersection(T())",
    "box dict": "answer = T().visible",
    "unpack a handle": "a, b = image\nanswer = a",
    "star a handle": "answer = [*image]",
    "tool that is not there": "answer = SHELL('id')",
    "other tool": "answer = U()",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def box(_request: Request) -> Any:
    return Box(1, 2, 3, 4)


@pytest.mark.parametrize("name", REFUSED)
def test_other_python_does_not_compile(name: str) -> None:
    with pytest.raises(PolicyError, match=r"\w"):
        compile_program(REFUSED[name])


@pytest.mark.parametrize("name", ["import", "dunder", "guard replaced", "generator frame", "return"])
def test_a_program_that_does_not_compile_is_a_policy_error(name: str, sandbox: Sandbox) -> None:
    outcome = sandbox.run(Checked(Program(REFUSED[name]), ("T",)), {"image": IMAGE}, box)
    assert (outcome.kind, outcome.answer) == ("policy_error", None)
    assert outcome.message


@pytest.mark.parametrize("name", STOPPED)
def test_what_compiles_does_not_reach_out(name: str, sandbox: Sandbox) -> None:
    outcome = sandbox.run(Checked(Program(STOPPED[name]), ("T",)), {"image": IMAGE}, box)
    assert (outcome.kind, outcome.answer) in [("crashed", None), ("policy_error", None)], outcome
    assert not Path(EVIDENCE).exists()


def test_a_program_cannot_damage_the_next_one(sandbox: Sandbox) -> None:
    first = "def max(*args):\n    return 'spoilt'\nT = len\nimage = 3\nanswer = max(1)"
    assert sandbox.run(Checked(Program(first), ("T",)), {"image": IMAGE}, box).answer == "spoilt"
    second = sandbox.run(Checked(Program("answer = [max(1, 2), image.width, T().left]"), ("T",)), {"image": IMAGE}, box)
    assert second.answer == [2, 8, 1]


def test_text_from_a_tool_is_only_text(sandbox: Sandbox) -> None:
    painted = "'+__import__('os')+'{0.__class__} %s \" \\ \n```"
    source = "t = T()\nanswer = [t, f'{t}', t == 'x', '%s' % t, t + '!']"
    outcome = sandbox.run(Checked(Program(source), ("T",)), {"image": IMAGE}, lambda _request: painted)
    assert outcome.answer == [painted, painted, False, painted, painted + "!"]


ADDRESSES = {
    "str": "str(x for x in [1])",
    "str in a list": "str([(x for x in [1])])",
    "str of a function": "str(lambda: 1)",
    "str of a method": "str([].append)",
    "str of an iterator": "str([enumerate([1]), zip([1]), reversed([1]), str, range, T])",
    "f-string": "f'{(x for x in [1])}'",
    "f-string with a format": "f'{(x for x in [1])!r:.40}'",
    "f-string in a list": "f'{[zip([1])]!s:60}'",
    "f-string as ascii": "f'{zip([1])!a}'",
    "nested f-string": "f'{1:>{len(str(zip([1])))}}' + f'{f'{zip([1])}'}'".replace("f'{zip", 'f"{zip').replace(
        "}'}'", "}\"}'"
    ),
    "percent": "'%s' % zip([1])",
    "percent, cut": "'%.24s' % (zip([1]),)",
    "percent, a list": "'%r' % [zip([1])]",
    "percent, by name": "'%(a).24s' % {'a': zip([1])}",
    "key": "{}[zip([1])]",
    "index": "[].index(zip([1]))",
    "remove": "[].remove(zip([1]))",
    "text by map": "sorted([zip([1])], key=str) and ''.join([str(y) for y in [zip([1])]])",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_text_holds_an_address_of_the_worker(name: str, sandbox: Sandbox) -> None:
    source = f"print(zip([1]))\nprint([zip([1])], end=str(zip([1])))\nanswer = {ADDRESSES[name]}"
    outcome = sandbox.run(Checked(Program(source), ("T",)), {"image": IMAGE}, box)
    assert outcome.printed.count("<zip object") >= 2
    told = f"{outcome.answer} {outcome.message} {outcome.printed}"
    assert "0x" not in told
    assert "at 0" not in told


def test_texts_that_are_no_addresses_stay_as_they_are(sandbox: Sandbox) -> None:
    source = (
        "a = 'meet at 0x10'\nanswer = [str(a), f'{a}', '%s, %5.1f, %r' % (a, 2, [1, 'x']), '%(k)s' % {'k': 1}, str()]"
    )
    outcome = sandbox.run(Checked(Program(source), ()), {}, box)
    a = "meet at 0x10"
    assert outcome.answer == [a, a, f"{a},   2.0, [1, 'x']", "1", ""]
