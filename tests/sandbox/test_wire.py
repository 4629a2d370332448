"""The wire carries a closed set of values, and takes any bytes without harm."""

from __future__ import annotations

import random
import socket
import struct
import threading
from itertools import islice
from typing import Any

import msgpack
import pytest
from frames import BOX, POINT, SET, TUPLE, VIDEO, damaged, ext, frame
from hypothesis import given
from hypothesis import strategies as st

from looksmith.sandbox.wire import (
    IMAGE,
    MASK,
    MAX_DEPTH,
    MAX_FRAME,
    MAX_HASHED,
    MAX_VALUES,
    Wire,
    WireClosed,
    WireError,
)
from looksmith.tools.core.values import Box, Point

packb: Any = msgpack.packb


class Handle:
    """Something that stays on its side."""


HANDLE = Handle()


def pack(value: Any) -> tuple[int, list[Any]]:
    if value is HANDLE:
        return IMAGE, [7]
    raise WireError(f"no {type(value).__name__}")


def unpack(code: int, payload: list[Any]) -> Any:
    if (code, payload) != (IMAGE, [7]):
        raise WireError("a handle that was never given out")
    return HANDLE


def pair() -> tuple[Wire, Wire, socket.socket]:
    ours, theirs = socket.socketpair()
    return Wire(ours, pack, unpack), Wire(theirs, pack, unpack), ours


def through(message: list[Any]) -> list[Any]:
    sender, receiver, _ = pair()
    sender.send(message)
    return receiver.receive(10)


class Said:
    """A connection on which these bytes came, before the other side closed it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def recv(self, most: int, _flags: int = 0) -> bytes:
        """The next of them."""
        part, self._data = self._data[:most], self._data[most:]
        return part


def receive(data: bytes) -> list[Any]:
    """What a wire makes of these bytes."""
    connection: Any = Said(data)
    return Wire(connection, pack, unpack).receive()


FLOATS = st.floats(allow_nan=False, width=64)
SIDES = st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4, unique=True).map(sorted)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLACED = st.one_of(
    st.tuples(SIDES, TEXT, st.floats(0, 1)).map(lambda p: Box(p[0][0], p[0][1], p[0][2], p[0][3], p[1], p[2])),
    st.tuples(st.floats(-1e6, 1e6), st.integers(-9, 9), TEXT).map(lambda p: Point(*p)),
)
ATOMS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), FLOATS, TEXT, PLACED, st.just(HANDLE))
KEYS = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=4)
    return st.one_of(lists, lists.map(tuple), st.sets(KEYS, max_size=4), st.dictionaries(KEYS, inner, max_size=4))


VALUES = st.recursive(ATOMS, containers, max_leaves=12)


def same(a: Any, b: Any) -> bool:
    """Equal, and of equal types all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return set(map(typed, a)) == set(map(typed, b)) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, set):
        return set(map(typed, a)) == set(map(typed, b))
    return bool(a == b)


def typed(value: Any) -> Any:
    return (type(value), tuple(map(typed, value)) if isinstance(value, tuple) else value)


@given(VALUES)
def test_every_value_arrives_as_it_was(value: Any) -> None:
    name, arrived = through(["name", value])
    assert name == "name"
    assert same(arrived, value)


def test_infinities_and_nan_arrive() -> None:
    nan, *rest = through(["x", [float("nan"), float("inf"), float("-inf")]])[1]
    assert nan != nan
    assert rest == [float("inf"), float("-inf")]


def nested(depth: int, kind: str) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"list": [value], "tuple": (value,), "dict": {"k": value}}[kind]
    return value


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_depth_is_limited(kind: str) -> None:
    assert through(["x", nested(MAX_DEPTH - 2, kind)])[1] == nested(MAX_DEPTH - 2, kind)
    with pytest.raises(WireError, match="nested"):
        through(["x", nested(MAX_DEPTH + 5, kind)])


@pytest.mark.parametrize(
    "value",
    [
        *(2**64, -(2**63) - 1, 10**400, 1j, b"bytes", "\ud800", lambda: 1, object(), range(3), print),
        *(
            type("L", (list,), {})(),
            type("S", (str,), {})("x"),
            type("I", (int,), {})(3),
            type("B", (Box,), {})(0, 0, 1, 1),
        ),
        {"k": object()},
        "x" * MAX_FRAME,
        [0] * MAX_FRAME,
    ],
    ids=lambda v: f"{type(v).__name__} {v!r:.12}",
)
def test_other_values_are_refused(value: Any) -> None:
    sender, _, ours = pair()
    ours.settimeout(5)
    assert sender.size(value, MAX_FRAME) is None
    if type(value) is not bytes:
        with pytest.raises(WireError):
            sender.send(["x", value])


def test_a_list_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    sender, _, _ = pair()
    assert sender.size(endless, MAX_FRAME) is None
    with pytest.raises(WireError):
        sender.send(["x", endless])


def test_size_is_what_a_value_takes() -> None:
    sender, _, _ = pair()
    assert sender.size("abc", 100) == 4
    assert sender.size("abc", 3) is None


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "half a header": b"\x01\x00",
    "truncated": struct.pack("<I", 100) + b"\x91",
    "huge length": b"\xff\xff\xff\xff",
    "just too long": struct.pack("<I", MAX_FRAME + 1),
    "empty": frame(b""),
    "no list": frame(packb({"a": 1})),
    "no name": frame(packb([1, 2])),
    "empty list": frame(packb([])),
    "trailing bytes": frame(packb(["x"]) + b"\x01"),
    "reserved byte": frame(b"\x92\xa1x\xc1"),
    "bad utf-8": frame(b"\x91\xa2\xff\xff"),
    "raw bytes": frame(packb(["x", b"raw"])),
    "timestamp": frame(packb(["x", msgpack.Timestamp(1, 2)])),
    "broken timestamp": frame(b"\x92\xa1x\xc7\x03\xffabc"),
    "unhashable key": frame(b"\x92\xa1x\x81\x90\x01"),
    "unhashable member": frame(packb(["x", ext(SET, [[1]])])),
    "array of four billion": frame(b"\x92\xa1x\xdd\xff\xff\xff\xff"),
    "map of four billion": frame(b"\x92\xa1x\xdf\xff\xff\xff\xff"),
    "string of four billion": frame(b"\x92\xa1x\xdb\xff\xff\xff\xff"),
    "deep lists": frame(b"\x92\xa1x" + b"\x91" * 600 + b"\x90"),
    "very deep lists": frame(b"\x92\xa1x" + b"\x91" * 100_000 + b"\x90"),
    "unknown code": frame(packb(["x", ext(99, [1])])),
    "coded no list": frame(packb(["x", ext(TUPLE, 5)])),
    "coded garbage": frame(packb(["x", ext(TUPLE, b"\xc1")])),
    "box too short": frame(packb(["x", ext(BOX, [1, 2, 3])])),
    "box of text": frame(packb(["x", ext(BOX, ["1", 2, 3, 4, "", 1.0])])),
    "box of lists": frame(packb(["x", ext(BOX, [[], 2, 3, 4, "", 1.0])])),
    "box without area": frame(packb(["x", ext(BOX, [5, 5, 5, 5, "", 1.0])])),
    "box of nan": frame(packb(["x", ext(BOX, [float("nan"), 2, 3, 4, "", 1.0])])),
    "box with a bool": frame(packb(["x", ext(BOX, [True, 2, 3, 4, "", 1.0])])),
    "box label": frame(packb(["x", ext(BOX, [1, 2, 3, 4, 5, 1.0])])),
    "point at infinity": frame(packb(["x", ext(POINT, [float("inf"), 1, "", 1.0])])),
    "forged image": frame(packb(["x", ext(IMAGE, [8])])),
    "forged video": frame(packb(["x", ext(VIDEO, [7])])),
    "forged mask": frame(packb(["x", ext(MASK, [7])])),
}


def deep_ext(depth: int) -> bytes:
    value: Any = 1
    for _ in range(depth):
        value = ext(TUPLE, [value])
    return frame(packb(["x", value]))


@pytest.mark.parametrize("data", [*MALFORMED.values(), deep_ext(40), deep_ext(400)], ids=[*MALFORMED, "deep", "deeper"])
def test_malformed_frames_are_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        receive(data)


@pytest.mark.parametrize("data", [b"", b"\x01\x00", struct.pack("<I", 5) + b"\x91"])
def test_an_end_in_the_middle_is_a_closed_wire(data: bytes) -> None:
    with pytest.raises(WireClosed):
        receive(data)


def test_sending_to_nobody_is_a_closed_wire() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises(WireClosed):
        Wire(ours, pack, unpack).send(["x"])


def test_the_time_is_for_the_whole_message() -> None:
    """A worker that sends a byte now and then does not hold the host up."""
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall(struct.pack("<I", 1_000))
        while not stop.wait(0.05):
            theirs.sendall(b"\x90")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(TimeoutError):
            Wire(ours, pack, unpack).receive(0.3)
    finally:
        stop.set()
        thread.join()


def test_a_hundred_thousand_damaged_frames() -> None:
    """A message, or a WireError. `python tests/bench/fuzz.py` sends millions."""
    passed = refused = 0
    for data in islice(damaged(random.Random(20261127)), 100_000):
        try:
            message = receive(data)
        except WireError:
            refused += 1
        else:
            assert type(message[0]) is str
            passed += 1
    assert passed > 5_000
    assert refused > 50_000


def colliding(count: int) -> list[tuple[int, int]]:
    """Different pairs of numbers with one hash, whoever computes it: the pair's hash is linear in its second part."""
    wanted, modulus = 12345, 2**64
    prime_1, prime_2, prime_5 = 11400714785074694791, 14029467366897019727, 2870177450012600261

    def rotated(value: int, by: int) -> int:
        return ((value << by) | (value >> (64 - by))) % modulus

    pairs: list[tuple[int, int]] = []
    first = 0
    unrotated = rotated(wanted * pow(prime_1, -1, modulus) % modulus, 33)
    while len(pairs) < count:
        first += 1
        one = rotated((prime_5 + first * prime_2) % modulus, 31) * prime_1 % modulus
        second = (unrotated - one) * pow(prime_2, -1, modulus) % modulus
        if second < 2**61 - 1:
            pairs.append((first, second))
    return pairs


@pytest.mark.parametrize("kind", ["set", "keys"])
def test_members_that_collide_are_few(kind: str) -> None:
    """Or else a megabyte of them keeps the host busy for minutes."""
    pairs = colliding(MAX_HASHED + 1)
    assert len({hash(pair) for pair in pairs}) == 1
    members = [ext(TUPLE, list(pair)) for pair in pairs]
    packer: Any = msgpack.Packer()
    value = ext(SET, members) if kind == "set" else None
    body = packb(["x", value])
    if kind == "keys":
        body = packb(["x"])[:0] + b"\x92\xa1x" + packer.pack_map_header(len(members))
        body += b"".join(packb(member) + b"\xc0" for member in members)
    with pytest.raises(WireError, match=r"1,?000"):
        receive(frame(body))


def test_more_values_than_a_message_may_have_are_refused() -> None:
    with pytest.raises(WireError):
        receive(frame(packb(["x", [[] for _ in range(MAX_VALUES)]])))
    with pytest.raises(WireError, match="200,000"):
        receive(frame(packb(["x", *[[[]] * 1000 for _ in range(150)], *[[[]] * 1000 for _ in range(100)]])))


def test_bytes_that_trickle_in_are_read_until_the_time_is_over() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = frame(packb(["x", "y" * 1000]))
        thread = threading.Thread(target=lambda: [theirs.sendall(data[i : i + 1]) for i in range(len(data))])
        thread.start()
        assert Wire(ours, pack, unpack).receive(30) == ["x", "y" * 1000]
        thread.join()
