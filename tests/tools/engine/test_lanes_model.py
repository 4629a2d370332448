"""Lanes serve all that waits, whatever waits: a model of them with random calls."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from looksmith.tools.engine.lanes import Batch, Lanes, QueueKey

DEVICES = ("cpu", "cuda:0", "http://far/v1")


class Waiting(RuleBasedStateMachine):
    """The lanes alone, without threads: what waits is served, in turn, where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes[int] = Lanes()
        self.now = 0.0
        self.waiting: set[int] = set()
        self.running: list[Batch[int]] = []
        self.passed: dict[QueueKey, int] = {}
        self.next = 0

    @rule(
        devices=st.lists(st.sampled_from(DEVICES), min_size=1, max_size=2, unique=True).map(tuple),
        wide=st.integers(1, 3),
        line=st.sampled_from("ab"),
        most=st.sampled_from([1, 3]),
        program=st.integers(0, 2),
        goes_on=st.booleans(),
    )
    def add(self, devices: Any, wide: int, line: str, most: int, program: int, goes_on: bool) -> None:
        """One more waits."""
        self.next += 1
        self.waiting.add(self.next)
        added = self.lanes.add(QueueKey(devices, wide, line, most), program, self.next)
        if goes_on:
            added.issuing = self.now

    @rule(thinking=st.booleans())
    def begin(self, thinking: bool) -> None:
        """What can begin does."""
        while isinstance(batch := self.lanes.begin(self.now, thinking), Batch):
            batch.jobs = [job for _, job in batch.line.take(batch.count)]
            self.lanes.taken(batch)
            assert 1 <= len(batch.jobs) <= batch.line.place.most
            assert self.waiting.issuperset(batch.jobs)
            self.waiting.difference_update(batch.jobs)
            self.running.append(batch)
        if self.waiting and not self.running and not thinking:
            assert self.now < batch < self.now + 0.01  # only to see what else is issued

    @rule(which=st.integers(0, 99))
    def end(self, which: int) -> None:
        """One is done."""
        if self.running:
            batch = self.running.pop(which % len(self.running))
            batch.line.costs.learn(len(batch.jobs), 0.01)
            self.lanes.end(batch)

    @rule(seconds=st.sampled_from([0.001, 0.1, 10.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    @invariant()
    def room(self) -> None:
        """No device has more batches than the narrowest of them allows."""
        for device in DEVICES:
            wides = [one.line.place.wide for one in self.running if device in one.line.place.devices]
            assert not wides or len(wides) <= min(wides)

    def teardown(self) -> None:
        """All of it is served some time, each line after at most all the others."""
        turns = 0
        while self.waiting or self.running:
            for batch in self.running:
                self.lanes.end(batch)
            self.running.clear()
            self.now += 1.0
            self.begin(thinking=False)
            turns += 1
            assert turns <= self.next + 1
        assert not self.lanes.busy


def test_lanes_serve_all_that_waits() -> None:
    run_state_machine_as_test(Waiting, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))
