"""Chooses among several programs for one question: each runs, and their answers are voted on.

Self-consistency: Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models" (ICLR 2023).
Programs vote by what they answer: Shi et al., "Natural Language to Code Translation with Execution" (EMNLP 2022).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..traces.trace import Ballot
from .execute import Ran
from .write import Candidate

Weigh = Callable[[Candidate], float]
"""Computes the votes for a program's answer."""

TieBreak = Literal["", "frequency", "logprob", "order"]
"""What decided between answers with as many votes; empty when nothing had to."""

_EQUAL = 1e-9


def weight(candidate: Candidate) -> float:
    """One vote per sample that wrote the program, halved for each mismatch with the question."""
    return len(candidate.samples) * 0.5 ** len(candidate.findings)


@dataclass(frozen=True)
class Voter:
    """A program that produced an answer. votes: its weight."""

    candidate: Candidate
    ran: Ran
    votes: float


@dataclass(frozen=True)
class Party:
    """The programs with the same answer, best first."""

    voters: tuple[Voter, ...]

    @property
    def votes(self) -> float:
        """The sum of votes for this answer."""
        return sum(voter.votes for voter in self.voters)

    @property
    def first(self) -> int:
        """The number of the first sample that gave this answer, which is unique."""
        return min(voter.candidate.check for voter in self.voters)


@dataclass(frozen=True)
class Poll:
    """The result of one attempt. unrun: programs that were skipped because they could not change the result."""

    voters: tuple[Voter, ...]
    failed: tuple[tuple[Candidate, Ran], ...]
    unrun: int

    @property
    def parties(self) -> list[Party]:
        """The answers by descending votes; ties in the order of writing."""
        return parties(self.voters)

    @property
    def tied(self) -> list[Party]:
        """The answers with the most votes, if several are tied."""
        every = self.parties
        most = [party for party in every if party.votes > every[0].votes - _EQUAL]
        return most if len(most) > 1 else []


def hold(candidates: Sequence[Candidate], run: Callable[[Candidate], Ran], weigh: Weigh = weight) -> Poll:
    """Run the programs by descending weight until the rest cannot change which answer wins."""
    waiting = sorted(candidates, key=lambda candidate: -weigh(candidate))
    voters: list[Voter] = []
    failed: list[tuple[Candidate, Ran]] = []
    while waiting and not _decided(voters, sum(map(weigh, waiting))):
        candidate = waiting.pop(0)
        ran = run(candidate)
        if ran.outcome.kind == "ok":
            voters.append(Voter(candidate, ran, weigh(candidate)))
        else:
            failed.append((candidate, ran))
    return Poll(tuple(voters), tuple(failed), len(waiting))


def parties(voters: Sequence[Voter]) -> list[Party]:
    """Group programs by answer, most votes first."""
    groups: dict[str, list[Voter]] = {}
    for voter in voters:
        groups.setdefault(answer_key(voter.ran.answer), []).append(voter)
    found = [Party(tuple(sorted(group, key=_standing, reverse=True))) for group in groups.values()]
    return sorted(found, key=lambda party: (-party.votes, party.first))


def break_tie(tied: Sequence[Party]) -> tuple[Party, TieBreak]:
    """One of several answers with as many votes, and what was in its favour.

    The program that most samples wrote counts, then the likeliest sample, then the first.
    """
    left = list(tied)
    criteria: list[tuple[TieBreak, Callable[[Voter], float]]] = [
        ("frequency", lambda voter: len(voter.candidate.samples)),
        ("logprob", _logprob),
        ("order", lambda voter: -voter.candidate.check),
    ]
    for name, criterion in criteria:
        if name == "logprob" and not all(any(v.candidate.logprob is not None for v in one.voters) for one in left):
            continue  # a missing log-probability does not count against a program
        best = [max(map(criterion, party.voters)) for party in left]
        left = [party for party, value in zip(left, best, strict=True) if value >= max(best)]
        if len(left) == 1:
            return left[0], name
    return min(left, key=lambda party: party.first), "order"


def ballot(party: Party) -> Ballot:
    """An answer as it is written down."""
    executions = tuple(voter.ran.execution for voter in party.voters)
    answer = party.voters[0].ran.answer
    return Ballot(answer=answer, votes=party.votes, executions=executions)


def answer_key(answer: Any) -> str:
    """A key that is equal for equivalent answers, such as `yes` and True, 3 and 3.0, or the same box found twice.

    answer: as JSON (agent/traces/encode.py).
    """
    return json.dumps(_plain(answer), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) and not value.is_integer() else int(value)
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    part = cast("dict[str, Any]", value)
    kept = {name: _plain(item) for name, item in part.items() if name != "score"}
    if part.get("type") == "set":
        kept["items"] = sorted(kept["items"], key=str)
    return kept


def _decided(voters: Sequence[Voter], left: float) -> bool:
    """Whether the first answer still wins if all remaining programs vote for the second."""
    votes = [party.votes for party in parties(voters)]
    return bool(votes) and votes[0] > sum(votes[1:2]) + left + _EQUAL


def _standing(voter: Voter) -> tuple[float, float, int]:
    return voter.votes, _logprob(voter), -voter.candidate.check


def _logprob(voter: Voter) -> float:
    return float("-inf") if voter.candidate.logprob is None else voter.candidate.logprob
