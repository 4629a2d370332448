"""A model that never comes into memory keeps no other model waiting."""

from __future__ import annotations

from threading import Event, Thread

from looksmith.tools.runtime.shelf import Shelf


def test_a_load_that_hangs_holds_up_no_other_model() -> None:
    shelf, gate, reached = Shelf(), Event(), Event()

    def stuck() -> str:
        reached.set()
        gate.wait(60)
        return "late"

    slow, quick, got = shelf.slot(stuck), shelf.slot(lambda: "model"), list[str]()
    first = Thread(target=slow.load, daemon=True)
    first.start()
    assert reached.wait(60)
    second = Thread(target=lambda: got.append(quick.get()), daemon=True)
    second.start()
    second.join(60)
    assert got == ["model"]
    gate.set()
    first.join(60)
    assert slow.get() == "late"
