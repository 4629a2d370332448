"""The choice among programs for one question: each runs, and the answers of those that ran are voted on.

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
"""How many votes a program's answer gets."""

TieBreak = Literal["", "frequency", "logprob", "order"]
"""What decided between answers with as many votes; empty when nothing had to."""

_EQUAL = 1e-9


def weight(candidate: Candidate) -> float:
    """A vote for each sample that wrote the program, halved for each sign that it does not mean the question."""
    return len(candidate.samples) * 0.5 ** len(candidate.findings)


@dataclass(frozen=True)
class Voter:
    """A program that ran to an answer. votes: its weight."""

    candidate: Candidate
    ran: Ran
    votes: float


@dataclass(frozen=True)
class Party:
    """The programs with one answer, the best first."""

    voters: tuple[Voter, ...]

    @property
    def votes(self) -> float:
        """All votes for the answer."""
        return sum(voter.votes for voter in self.voters)

    @property
    def first(self) -> int:
        """Of the programs that gave the answer, the one that was written first: no other has this number."""
        return min(voter.candidate.check for voter in self.voters)


@dataclass(frozen=True)
class Poll:
    """What the programs of one attempt came to. unrun: how many could not change the result and did not run."""

    voters: tuple[Voter, ...]
    failed: tuple[tuple[Candidate, Ran], ...]
    unrun: int

    @property
    def parties(self) -> list[Party]:
        """The answers, most votes first; of those with as many, the one that was written first."""
        return parties(self.voters)

    @property
    def tied(self) -> list[Party]:
        """The answers with the most votes, when there are several."""
        every = self.parties
        most = [party for party in every if party.votes > every[0].votes - _EQUAL]
        return most if len(most) > 1 else []


def hold(candidates: Sequence[Candidate], run: Callable[[Candidate], Ran], weigh: Weigh = weight) -> Poll:
    """Run the programs, the weightiest first, until those that are left cannot change which answer wins."""
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
    """Programs with the same answer together, most votes first."""
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
            continue  # a server that did not say how likely a program is says nothing against it
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
    """The same text for answers that people take for the same: `yes` and True, 3 and 3.0, a box found twice.

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
    """Would the first answer still win if all that is left voted for the second?"""
    votes = [party.votes for party in parties(voters)]
    return bool(votes) and votes[0] > sum(votes[1:2]) + left + _EQUAL


def _standing(voter: Voter) -> tuple[float, float, int]:
    return voter.votes, _logprob(voter), -voter.candidate.check


def _logprob(voter: Voter) -> float:
    return float("-inf") if voter.candidate.logprob is None else voter.candidate.logprob
