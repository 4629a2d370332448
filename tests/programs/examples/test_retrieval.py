"""Which examples stand next to a question: those that are built like it, whatever they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from surface import surface

from looksmith.programs.check.check import Checked, check
from looksmith.programs.examples.bank import fitting, load_bank, load_wordings, usable
from looksmith.programs.examples.core import likeness
from looksmith.programs.examples.masking import Masker
from looksmith.programs.examples.retrieval import NearestExamples, pick
from looksmith.programs.examples.vectors import VectorStore
from looksmith.programs.language.diagnostics import render
from looksmith.programs.language.program import Program
from looksmith.tools.core.errors import WeightsError
from looksmith.tools.core.example import Example, load_examples
from looksmith.tools.models.encode.minilm import MiniLM
from looksmith.tools.weights.store import Weights

ASKED = load_examples(Path(__file__).with_name("asked.toml"))
BANK = (*load_bank(), *load_wordings())
TOOLS = surface(declared=True)


@pytest.fixture(scope="module")
def retriever(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> NearestExamples:
    store = VectorStore(tmp_path_factory.mktemp("vectors"), "minilm")
    return NearestExamples(usable(BANK, TOOLS), MiniLM(weights, "cpu"), store)


def program_of(retriever: NearestExamples, question: str) -> str:
    """The program of the nearest example."""
    return retriever.nearest(question, 4)[-1].program.strip()


NEIGHBOURS = {
    "Is there a spoon?": r'answer = EXISTS\(image, "\w+"\)',
    "Do you see any spoons?": r'answer = EXISTS\(image, "[\w ]+"\)',
    "Is there a spoon on the oven?": r'answer = EXISTS\(image, "[\w ]+", "[\w ]+"\)',
    "Are there two spoons?": r'answer = COUNT\(image, "\w+"\) == \d',
    "How many spoons are there?": r'answer = COUNT\(image, "\w+"\)',
    "How many black spoons are on the plate?": r'answer = COUNT\(image, "[\w ]+", "[\w ]+"\)',
    "Is it a goat or a deer?": r"answer = CLASSIFY\(image, \[.*\]\)",
    "Is the sheep black or brown?": r"(\w+) = LOC\(.*\)\nanswer = CLASSIFY\(image, \1, \[.*\]\)",
    "Is the spoon clean or dirty?": r"(\w+) = LOC\(.*\)\nanswer = CLASSIFY\(image, \1, \[.*\]\)",
    "What color is the toaster?": r"(\w+) = LOC\(.*\)\nanswer = COLOR\(image, \1\)",
    "Is the toaster white?": r'(\w+) = LOC\(.*\)\nanswer = COLOR\(image, \1\) == "\w+"',
    "Are all the toasters white?": r"(\w+) = DETECT\(.*\)\nanswer = all\(COLOR\(image, \w+\) == .* for \w+ in \1\)",
    "What color is the largest toaster?": r'(\w+) = LOC\(image, "\w+", "largest"\)\nanswer = COLOR\(image, \1\)',
    "Is the toaster to the left of the oven?": r'(?s).*answer = VERIFY\(image, \w+, "to the left of the \w+"\)',
    "Are there more toasters than ovens?": r"(?s).*answer = (\w+) > \w+",
    "What is written on the cup?": r"(\w+) = LOC\(.*\)\nanswer = READ\(image, \1\)",
    "What is the waitress holding?": r'(\w+) = LOC\(.*\)\nanswer = PARTNER\(image, \1, "holding"\).label',
    "What is behind the toaster?": r'answer = LOC\(image, "thing", "behind the \w+"\).label',
    "Who is taller, the waitress or the cook?": r'(?s).*answer = "\w+" if (\w+).height > \w+.height else "\w+"',
    "Are both toasters open?": r"(\w+) = DETECT\(.*\)\nanswer = all\(VERIFY\(image, \w+, .*\) for \w+ in \1\)",
}


@pytest.mark.parametrize("question", NEIGHBOURS)
def test_neighbours_that_differ_in_a_word_are_told_apart(question: str, retriever: NearestExamples) -> None:
    assert re.fullmatch(NEIGHBOURS[question], program_of(retriever, question))


def test_other_words_find_programs_of_the_same_shape(retriever: NearestExamples) -> None:
    best = [
        max(likeness([asked.program, *(near.program for near in retriever.nearest(asked.question, 4))])[0][1:])
        for asked in ASKED
    ]
    assert np.mean(best) > 0.9
    assert np.mean([like > 0.999 for like in best]) > 0.6


@pytest.mark.parametrize("asked", ASKED, ids=lambda e: e.question)
def test_the_questions_of_the_measurement_are_right_and_not_in_the_bank(asked: Example) -> None:
    found = check(Program(asked.program, asked.question), TOOLS)
    assert isinstance(found, Checked), render(found, asked.program)
    assert asked.question not in {example.question for example in BANK}


def test_the_example_itself_is_the_nearest(retriever: NearestExamples) -> None:
    one = fitting(usable(BANK, TOOLS), ["image"])
    near = [retriever.nearest(example.question, 1)[0].program for example in one[::5]]
    like = [likeness([a.program, b])[0][1] for a, b in zip(one[::5], near, strict=True)]
    assert np.mean([same > 0.999 for same in like]) > 0.9


@pytest.mark.parametrize("k", [0, 1, 4, 9])
def test_as_many_as_asked_for_and_none_twice(k: int, retriever: NearestExamples) -> None:
    found = retriever.nearest("Is there a spoon?", k)
    assert len(found) == len(set(found)) == k


def test_examples_about_several_images_are_found_for_several_images_only(retriever: NearestExamples) -> None:
    question = "How many of the images show a cat?"
    assert all("images" in example.program for example in retriever.nearest(question, 4, ["images"]))
    assert not any("images" in example.program for example in retriever.nearest(question, 4, ["image"]))
    assert retriever.nearest(question, 1, ["images"])[0].question == "How many of the images show a tractor?"


class Letters:
    """An encoder without weights: counts of letters. encoded: how many texts it was given."""

    def __init__(self) -> None:
        self.loaded = 0
        self.encoded = 0

    def load(self) -> None:
        """Nothing but the fact that it was called."""
        self.loaded += 1

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How often each text has each letter."""
        self.encoded += len(texts)
        counts = np.array([[text.count(chr(ord("a") + i)) for i in range(26)] for text in texts], np.float32) + 0.01
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


EXAMPLES = tuple(
    Example(question=question, program=f"answer = {i}")
    for i, question in enumerate(["aaa", "bbb", "ccc", "aab", "abb"])
)


def test_the_nearest_comes_last_and_nothing_is_loaded_before_it_is_asked_for(tmp_path: Path) -> None:
    encoder = Letters()
    retriever = NearestExamples(EXAMPLES, encoder, VectorStore(tmp_path, "letters"))
    assert retriever.nearest("bbb", 0) == ()
    assert encoder.loaded == encoder.encoded == 0
    assert [e.question for e in retriever.nearest("bbb", 5)][-1] == "bbb"
    assert [e.question for e in retriever.nearest("aaa", 1)] == ["aaa"]
    assert encoder.loaded == 1
    assert NearestExamples((), encoder, VectorStore(tmp_path, "letters")).nearest("aaa", 3) == ()


def encodings(folder: Path, model: str, examples: Sequence[Example] = EXAMPLES) -> int:
    """How many texts a new process has to encode for one question."""
    encoder = Letters()
    NearestExamples(examples, encoder, VectorStore(folder, model)).nearest("aaa", 1)
    return encoder.encoded


def test_the_examples_are_encoded_once_for_all_processes(tmp_path: Path) -> None:
    assert encodings(tmp_path, "letters") == 6
    assert encodings(tmp_path, "letters") == 1


def test_with_other_weights_all_is_encoded_anew_and_of_more_examples_only_what_is_new(tmp_path: Path) -> None:
    encodings(tmp_path, "letters")
    assert encodings(tmp_path, "other letters") == 6
    assert encodings(tmp_path, "letters", EXAMPLES[:-1]) == 1
    assert encodings(tmp_path, "letters", (*EXAMPLES, Example(question="abc", program="answer = 5"))) == 2
    assert encodings(tmp_path, "letters") == 1


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nothing", b"PK\x03\x04 half a zip"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    encodings(tmp_path, "letters")
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(damage)
    assert encodings(tmp_path, "letters") == 6
    assert encodings(tmp_path, "letters") == 1


def test_old_files_are_removed(tmp_path: Path) -> None:
    for number in range(12):
        encodings(tmp_path, f"model {number}")
    assert len(list(tmp_path.iterdir())) == 8
    assert encodings(tmp_path, "model 11") == 1


def test_threads_share_a_retriever(tmp_path: Path) -> None:
    encoder = Letters()
    retriever = NearestExamples(EXAMPLES, encoder, VectorStore(tmp_path, "letters"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: retriever.nearest("ccc", 1), range(40)))
    assert {examples[0].question for examples in found} == {"ccc"}
    assert encoder.loaded == 1


def test_each_of_many_threads_gets_what_is_nearest_to_its_own_question(tmp_path: Path) -> None:
    retriever = NearestExamples(EXAMPLES, Letters(), VectorStore(tmp_path, "letters"))
    asked = [example.question for example in EXAMPLES] * 20
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda question: retriever.nearest(question, 1)[0].question, asked))
    assert found == asked


def test_weights_that_were_not_pulled_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    encoder = MiniLM(Weights(tmp_path), "cpu")
    retriever = NearestExamples(EXAMPLES, encoder, VectorStore(tmp_path, "minilm"))
    with pytest.raises(WeightsError, match="models pull minilm"):
        retriever.nearest("How many?", 1)


MASK = Masker(BANK)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many dogs are there?", "How many traffic lights are there?"),
        ("Is the red cup left of the bowl?", "is the gray knife left of the wine glass?"),
        ("Are there three mice?", "Are there 12 people?"),
        ("Is a plant on the table?", "Is a clock on the potted plant?"),
    ],
)
def test_what_a_question_is_about_is_masked(one: str, other: str) -> None:
    assert MASK(one) == MASK(other)


@pytest.mark.parametrize(
    "words",
    [
        "left of",
        "in the background",
        "facing left",
        "right of",
        "above",
        "how many",
        "more than",
        "largest",
        "all the",
        "none of",
        "the first",
    ],
)
def test_words_that_make_the_structure_are_kept(words: str) -> None:
    assert MASK(words) == words


def test_a_plug_ins_own_names_are_masked() -> None:
    own = Example(question="Is the rotor hot?", program='answer = TEMPERATURE(image, part="rotor") > 80')
    assert Masker((own,))("Are two rotors and one stator hot?") == "are two things and one stator hot?"
    assert Masker((own,))("Is a rotor hotter than the stator?") == "is a thing hotter than the thing?"
    assert Masker(())("Is it red?") == "is it red?"


@st.composite
def vectors(draw: st.DrawFn) -> NDArray[np.float32]:
    count = draw(st.integers(1, 12))
    seed = draw(st.integers(0, 2**32 - 1))
    drawn = np.random.default_rng(seed).normal(size=(count + 1, 4)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@given(vectors(), st.integers(1, 6))
def test_the_first_that_is_picked_is_the_most_relevant(rows: NDArray[np.float32], k: int) -> None:
    question, examples = rows[0], rows[1:]
    relevance = examples @ question
    chosen = pick(relevance, examples @ examples.T, k)
    assert len(chosen) == len(set(chosen)) == min(k, len(examples))
    assert relevance[chosen[0]] == relevance.max()


def test_of_two_that_are_alike_one_is_picked_first() -> None:
    rows = np.array([[1, 0], [1, 0], [0.9, 0.436]], np.float32)
    question = np.array([0.97, 0.243], np.float32)
    assert sorted(pick(rows @ question, rows @ rows.T, 2)) == [0, 2]
