"""How well the nearest examples show the program that a question needs: masking, encoder and choice, one by one.

    python tests/bench/retrieval.py          needs the weights of minilm

For each question the four nearest examples are found. Told are the likeness of the nearest's program to the right one
(Dice coefficient of the programs' shapes), that of the best of the four, and how often one of the four has exactly the
right shape. `bank` and `nlvr` leave out the example that is asked, of which there are at most 400, evenly spread;
`asked` are the questions of tests/programs/examples/asked.toml, in other words than the bank's; `rare` the same with
names that no example has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.examples.bank import fitting, load_bank, load_wordings, usable
from looksmith.programs.examples.core import SIZE, likeness, representatives
from looksmith.programs.examples.masking import Masker
from looksmith.programs.examples.retrieval import SAME_ANSWER, pick
from looksmith.programs.question.expected_answer import expected_answer
from looksmith.tools.core.example import Example, load_examples
from looksmith.tools.models.encode.minilm import MiniLM
from looksmith.tools.words.coco_classes import CLASSES

TESTS = Path(__file__).parents[1]
RARE = ("stapler", "goat", "violin", "lantern", "tractor", "ladder", "hammer", "kettle", "tent", "drum", "helmet")
K = 4
MOST = 400

Text = Callable[[str], str]
Compare = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
Choose = Callable[[NDArray[np.float32], NDArray[np.float32], int], list[int]]


@dataclass(frozen=True)
class Way:
    """A way to retrieve: what is done to the questions, how two are compared, how the four are chosen.

    by_kind: examples that ask for the same kind of answer count more.
    """

    name: str
    text: Text
    compare: Compare
    choose: Choose
    by_kind: bool = False

    def measure(self, bank: Sequence[Example], asked: Sequence[Example] | None = None) -> str:
        """The three figures. asked: without them, each example of the bank is left out and asked."""
        questions = bank if asked is None else asked
        known, new = ([self.text(e.question) for e in examples] for examples in (bank, questions))
        relevance, between = self.compare(new, known), self.compare(known, known)
        if self.by_kind:
            kinds = [[expected_answer(e.question).kind for e in examples] for examples in (questions, bank)]
            relevance = relevance + SAME_ANSWER * (np.array(kinds[0])[:, None] == np.array(kinds[1])[None])
        right = likeness([e.program for e in (*questions, *bank)])[: len(questions), len(questions) :]
        nearest: list[float] = []
        best: list[float] = []
        for row in range(0, len(questions), -(-len(questions) // MOST)):
            rest = [i for i in range(len(bank)) if asked is not None or i != row]
            chosen = self.choose(relevance[row, rest], between[np.ix_(rest, rest)], K)
            found = [float(right[row, rest[i]]) for i in chosen]
            nearest.append(found[0])
            best.append(max(found))
        exact = np.mean([like > 0.999 for like in best])
        return f"{np.mean(nearest):.2f} / {np.mean(best):.2f} / {exact:.2f}"


def nearest_only(relevance: NDArray[np.float32], _between: NDArray[np.float32], k: int) -> list[int]:
    """The most relevant, alike or not."""
    return [int(i) for i in np.argsort(-relevance)[:k]]


def shared_words(new: Sequence[str], known: Sequence[str]) -> NDArray[np.float32]:
    """Words and pairs of words that two texts share, as a share of all of both (Jaccard)."""
    sets = [[_grams(text) for text in texts] for texts in (new, known)]
    return np.array([[len(a & b) / len(a | b) for b in sets[1]] for a in sets[0]], np.float32)


def _grams(text: str) -> set[str]:
    words = ["^", *re.findall(r"\w+|[?.]", text.lower())]
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


def renamed(examples: Sequence[Example]) -> tuple[Example, ...]:
    """The questions with other names than the detector's; the programs stay."""
    pattern = re.compile(rf"\b({'|'.join([*CLASSES, 'people', 'knives'])})(e?s)?\b")
    swap = {name: RARE[i % len(RARE)] for i, name in enumerate([*CLASSES, "people", "knives"])}
    return tuple(
        Example(question=pattern.sub(lambda m: swap[m[1]] + ("s" if m[2] else ""), e.question), program=e.program)
        for e in examples
    )


def main() -> None:
    """Print a row for each way."""
    settings = Settings(find_home(), device="cpu")
    bank = fitting(usable((*load_bank(), *load_wordings()), settings.registry()), ["image"])
    nlvr = load_examples(TESTS / "domains" / "nlvr.toml")
    asked = load_examples(TESTS / "programs" / "examples" / "asked.toml")
    encoder = MiniLM(settings.weights, "cpu")
    encoder.load()

    def cosine(new: Sequence[str], known: Sequence[str]) -> NDArray[np.float32]:
        return encoder.encode(new) @ encoder.encode(known).T

    print(f"bank {len(bank)}, asked {len(asked)}, nlvr {len(nlvr)}; nearest / best of {K} / exact among {K}")
    print("| | bank | asked | rare | nlvr |")
    mask, domain = Masker(bank), Masker(nlvr)
    for name, masked, compare, choose, by_kind in (
        ("words", False, shared_words, nearest_only, False),
        ("encoder", False, cosine, nearest_only, False),
        ("masked words", True, shared_words, nearest_only, False),
        ("masked encoder", True, cosine, nearest_only, False),
        ("masked encoder, diverse", True, cosine, pick, False),
        ("masked encoder, diverse, same kind of answer", True, cosine, pick, True),
    ):
        general = Way(name, mask if masked else str, compare, choose, by_kind)
        special = Way(name, domain if masked else str, compare, choose, by_kind)
        figures = (general.measure(bank), general.measure(bank, asked), general.measure(bank, renamed(asked)))
        print("|", " | ".join((name, *figures, special.measure(nlvr))), "|")
    for name, examples in (("bank", bank), ("nlvr", nlvr)):
        core = representatives(examples, SIZE)
        programs = [e.program for e in (*core, *examples)]
        covered = likeness(programs)[len(core) :, : len(core)].max(axis=1).mean()
        print(f"{name}: likeness of each example to the best of the {len(core)} of every prompt {covered:.2f}")


if __name__ == "__main__":
    main()
