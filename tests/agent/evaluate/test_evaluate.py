"""Evaluations from end to end: real tools, sandbox and processes; only the language model is played."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw
from played import Server

from looksmith.agent.cli.main import main
from looksmith.agent.evaluate.intervals import clustered, wilson
from looksmith.agent.llm.llm import GREEDY, LLMError, LLMTimeout, NoServer, Reply, Sample, Sampling, TruncatedReply
from looksmith.agent.llm.remember import Remembering
from looksmith.programs.prompt import Message

ASK = [Message(role="user", content="Question: a?")]
SHAPE, COLOR = "answer = SHAPE(image)", "answer = SHAPE_COLOR(image)"


class Model:
    """A model that counts what it is asked. say: gives the reply's text, or raises."""

    model = "played"

    def __init__(self, say: Callable[[str], str]) -> None:
        self.asked: list[str] = []
        self._say = say

    def complete(self, messages: Sequence[Message], sampling: Sampling = GREEDY) -> Reply:
        """The reply, as often as there are samples."""
        self.asked.append(messages[-1]["content"])
        text = self._say(messages[-1]["content"])
        return Reply((Sample(text),) * sampling.n, self.model, 10, 5, 1.0)


# --- Remembering -------------------------------------------------------------------------------------------------


def test_the_same_request_is_made_once_and_costs_once(tmp_path: Path) -> None:
    model = Model(lambda question: "answer = 1")
    remembering = Remembering(model, tmp_path / "replies.jsonl")
    first, second = (remembering.complete(ASK) for _ in range(2))
    assert (len(model.asked), first.text, second.text) == (1, "answer = 1", "answer = 1")
    assert (first.prompt_tokens, first.completion_tokens) == (10, 5)
    assert (second.prompt_tokens, second.completion_tokens, second.seconds) == (0, 0, 0)
    remembering.complete(ASK, Sampling(n=3, temperature=0.5))
    remembering.complete([*ASK, *ASK])
    assert len(model.asked) == 3


def test_whoever_asks_what_is_under_way_waits_for_it(tmp_path: Path) -> None:
    waiting = threading.Barrier(9)

    def say(question: str) -> str:
        waiting.wait(10)
        return "answer = 1"

    model = Model(say)
    remembering = Remembering(model, tmp_path / "replies.jsonl")

    def ask(index: int) -> str:
        if index:
            waiting.wait(10)
        return remembering.complete(ASK).text

    with ThreadPoolExecutor(9) as pool:
        assert set(pool.map(ask, range(9))) == {"answer = 1"}
    assert len(model.asked) == 1


def test_replies_outlive_the_process_even_with_a_torn_last_line(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    many = Sampling(n=2, temperature=0.5)
    before = Remembering(Model(lambda question: "first"), path)
    before.complete(ASK, many)
    with path.open("a") as file:
        file.write('{"key": "abc", "val')
    model = Model(lambda question: "second")
    after = Remembering(model, path)
    assert [sample.text for sample in after.complete(ASK, many).samples] == ["first", "first"]
    assert after.complete(ASK).text == "second"
    assert len(model.asked) == 1
    assert Remembering(model, path).complete(ASK).text == "second"


def test_a_late_reply_may_be_asked_for_again_a_cut_one_is_cut_again(tmp_path: Path) -> None:
    for error, times in ((LLMTimeout("late"), 2), (TruncatedReply("cut"), 1)):

        def say(question: str, error: LLMError = error) -> str:
            raise error

        model = Model(say)
        remembering = Remembering(model, tmp_path / "replies.jsonl")
        for _ in range(2):
            with pytest.raises(type(error)):
                remembering.complete(ASK)
        assert (len(model.asked), remembering.lost) == (times, None)


def test_a_server_that_is_gone_is_not_asked_again(tmp_path: Path) -> None:
    def say(question: str) -> str:
        raise NoServer("gone")

    model = Model(say)
    remembering = Remembering(model, tmp_path / "replies.jsonl")
    for _ in range(2):
        with pytest.raises(NoServer):
            remembering.complete(ASK)
    assert len(model.asked) == 1
    assert isinstance(remembering.lost, NoServer)


# --- Intervals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_newcombe_1998(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_the_share(case: tuple[int, int]) -> None:
    right, n = case
    interval = wilson(right, n)
    assert interval is not None
    assert 0 <= interval[0] <= right / n + 1e-12
    assert right / n - 1e-12 <= interval[1] <= 1


def test_answers_that_depend_on_each_other_say_less() -> None:
    alone = clustered([1, 0] * 50, [1] * 100)
    together = clustered([5, 0] * 10, [5] * 20)
    assert alone is not None
    assert together is not None
    assert wilson(50, 100) == pytest.approx(alone, abs=0.02)
    assert together[1] - together[0] > 1.8 * (alone[1] - alone[0])
    assert clustered([2, 1], [2, 1]) == (1, 1)
    assert (clustered([], []), wilson(0, 0)) == (None, None)


# --- The command -------------------------------------------------------------------------------------------------


def draw(path: Path, shape: str, color: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Pillow.new("RGB", (64, 64), "#eef4f8")
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "circle" else draw.rectangle)((10, 10, 40, 40), fill=color)
    image.save(path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three images with three questions each, as easy-VQA has them: two questions are asked of every image."""
    folder = tmp_path / "data"
    rows: list[Any] = []
    for number, (shape, color) in enumerate((("circle", "red"), ("rectangle", "blue"), ("circle", "black"))):
        draw(folder / "test" / "images" / f"{number}.png", shape, color)
        rows.append(["what shape?", shape, number])
        rows.append(["what color?", color, number])
        rows.append([f"is number {number} a circle?", "yes" if shape == "circle" else "no", number])
    (folder / "test" / "questions.json").write_text(json.dumps(rows))
    return folder


def right(asked: str) -> str:
    """The right program for each question of `data`."""
    if "is number" in asked.rpartition("Question: ")[2]:
        return f'{SHAPE} == "circle"'
    return COLOR if "what color?" in asked.rpartition("Question: ")[2] else SHAPE


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(right)
    yield made
    made.stop()


Look = Callable[..., Result]
PLAIN = ("--samples", "1", "--nearest", "0", "--no-grammar")


@pytest.fixture
def look(home: Path, data: Path, server: Server, tmp_path: Path) -> Look:
    """Run `looksmith eval easy-vqa` on `data`, or with other words."""

    def run(*words: str | Path) -> Result:
        words = words or ("easy-vqa", "--data", data)
        command = ["eval", *map(str, words), "--home", str(home), *PLAIN]
        command += ["--base-url", server.url, "--json", str(tmp_path / "out.json")]
        return CliRunner().invoke(main, command, catch_exceptions=False)

    return run


@pytest.fixture
def numbers(tmp_path: Path) -> Callable[[], Any]:
    """What was written with --json."""
    return lambda: json.loads((tmp_path / "out.json").read_text())


Numbers = Callable[[], Any]


def results(home: Path) -> list[Any]:
    """The rows of the only evaluation."""
    (path,) = home.glob("evals/*/results.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_question_is_asked_and_scored(look: Look, numbers: Numbers, server: Server, home: Path) -> None:
    done = look()
    assert (done.exit_code, "9 of 9 questions, 5 different" in done.output) == (0, True), done.output
    found = numbers()
    assert (found["n"], found["accuracy"], found["consistency"], found["valid_first_try"]) == (9, 1, 1, 1)
    assert (found["complete"], found["outcomes"], found["split"]) == (True, {"ok": 9}, "test")
    assert found["accuracy_interval"] == pytest.approx(wilson(9, 9))
    assert sorted(server.asked) == sorted(
        ["what shape?", "what color?", *(f"is number {i} a circle?" for i in range(3))]
    )
    assert found["tokens"] == {"prompt": 500, "completion": 50}
    assert found["baseline"] == {"answer": "circle", "accuracy": pytest.approx(2 / 9)}
    assert found["command"].startswith("looksmith")
    assert found["versions"]["python"]
    assert found["plan"]["model"] == "played"
    rows = results(home)
    assert len({row["id"] for row in rows}) == 9
    for row in rows:
        (run,) = home.glob(f"evals/*/runs/{row['run']}/run.json")
        assert json.loads(run.read_text())["question"] == row["question"]


def test_failures_are_wrong_and_counted_by_kind(look: Look, numbers: Numbers, server: Server, data: Path) -> None:
    (data / "test" / "images" / "2.png").write_bytes(b"no image")
    server.say = lambda asked: "answer = NO_SUCH_TOOL(image)" if "what color?" in asked else right(asked)
    done = look("easy-vqa", "--data", data, "--repairs", "1")
    found = numbers()
    assert done.exit_code == 0
    assert found["outcomes"]["input_error"] == 3
    assert found["outcomes"]["ok"] == 4
    assert sum(found["outcomes"].values()) == found["n"] == 9
    assert found["accuracy"] == pytest.approx(4 / 9)
    assert found["consistency"] == pytest.approx(2 / 5)
    assert found["valid_first_try"] == pytest.approx(4 / 9)
    assert found["repairs"] == {"total": 2, "questions": 2, "answered": 0}
    assert "looksmith show" in done.output


def test_a_repaired_program_was_not_valid_at_first(look: Look, numbers: Numbers, server: Server) -> None:
    def say(asked: str) -> str:
        first = asked.startswith("Question:") and "what color?" in asked
        return "answer = COLOUR(image)" if first else right(asked)

    server.say = say
    assert look().exit_code == 0
    found = numbers()
    assert (found["accuracy"], found["valid_first_try"]) == (1, pytest.approx(6 / 9))
    assert found["repairs"] == {"total": 3, "questions": 3, "answered": 3}
    assert len(server.asked) == 6


def test_a_limit_takes_the_first_questions(look: Look, numbers: Numbers, home: Path, data: Path) -> None:
    look("easy-vqa", "--data", data, "--limit", "4")
    assert (numbers()["n"], numbers()["total"]) == (4, 4)
    assert {row["id"] for row in results(home)} == {f"test-{i}" for i in range(4)}


def test_a_finished_evaluation_is_done_anew_unless_resumed(
    look: Look, numbers: Numbers, server: Server, data: Path
) -> None:
    look()
    look()
    assert (len(server.asked), numbers()["resumed"]) == (10, 0)
    look("easy-vqa", "--data", data, "--resume")
    assert (len(server.asked), numbers()["resumed"], numbers()["accuracy"]) == (10, 9, 1)


def test_evaluations_that_share_their_replies_ask_once(
    look: Look, numbers: Numbers, server: Server, data: Path, tmp_path: Path
) -> None:
    for out in ("one", "two"):
        look("easy-vqa", "--data", data, "--out", tmp_path / out, "--replies", tmp_path / "kept" / "replies.jsonl")
        assert (len(server.asked), numbers()["n"], numbers()["accuracy"]) == (5, 9, 1)


def test_another_folder_other_options_and_a_fresh_start(
    look: Look, numbers: Numbers, data: Path, tmp_path: Path
) -> None:
    words = ("easy-vqa", "--data", data, "--out", tmp_path / "mine")
    assert look(*words, "--resume").exit_code == 2
    assert look(*words).exit_code == 0
    other = look(*words, "--repairs", "0", "--limit", "5")
    assert (other.exit_code, "was started with other n and options" in other.output) == (2, True)
    assert (tmp_path / "mine" / "results.jsonl").read_text().count("\n") == 9
    draw(data / "test" / "images" / "0.png", "circle", "yellow")
    changed = look(*words, "--resume")
    assert (changed.exit_code, "other data" in changed.output) == (2, True)
    assert look(*words, "--fresh").exit_code == 0
    assert numbers()["accuracy"] == pytest.approx(8 / 9)
    assert (tmp_path / "mine" / "results.jsonl").read_text().count("\n") == 9


def test_a_folder_that_is_none_of_ours_is_left_alone(look: Look, data: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    for mode in ("--fresh", "--resume"):
        done = look("easy-vqa", "--data", data, "--out", tmp_path / "photos", mode)
        assert (done.exit_code, "is not an evaluation" in done.output) == (2, True)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]


class Started:
    """`looksmith eval` in a process of its own."""

    def __init__(self, home: Path, data: Path, server: Server, out: Path) -> None:
        words = ["eval", "easy-vqa", "--data", data, "--home", home, "--base-url", server.url, "--json", out]
        command = [sys.executable, "-m", "looksmith.agent.cli.main", *map(str, words), *PLAIN, "--concurrency", "2"]
        self._home = home
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait_for_rows(self, count: int) -> None:
        """Until so many questions are done."""
        end = time.monotonic() + 300
        while time.monotonic() < end and self.process.poll() is None:
            found = list(self._home.glob("evals/*/results.jsonl"))
            if found and found[0].read_bytes().count(b"\n") >= count:
                return
            time.sleep(0.02)
        raise AssertionError(self.process.communicate()[0] if self.process.poll() is not None else "it takes too long")

    def finish(self) -> tuple[int, str]:
        """Exit status and output."""
        output = self.process.communicate(timeout=300)[0]
        return self.process.returncode, output


@pytest.fixture
def held(server: Server) -> Iterator[threading.Event]:
    """Until it is set, the server does not answer questions about color."""
    free = threading.Event()

    def say(asked: str) -> str:
        if "what color?" in asked:
            free.wait(300)  # longer than a busy machine needs to start
        return right(asked)

    server.say = say
    yield free
    free.set()


def test_a_killed_evaluation_goes_on_where_it_stopped(
    home: Path, data: Path, server: Server, held: threading.Event, numbers: Numbers, tmp_path: Path
) -> None:
    started = Started(home, data, server, tmp_path / "out.json")
    started.wait_for_rows(6)
    os.kill(started.process.pid, signal.SIGKILL)
    started.finish()
    held.set()
    (path,) = home.glob("evals/*/results.jsonl")
    before = path.read_text()
    with path.open("a") as file:
        file.write('{"id": "test-1", "questi')
    server.asked.clear()
    status, output = Started(home, data, server, tmp_path / "out.json").finish()
    assert (status, "6 of 9 questions are already done" in output) == (0, True), output
    assert server.asked == ["what color?"]
    assert path.read_text().startswith(before)
    assert sorted(row["id"] for row in results(home)) == [f"test-{i}" for i in range(9)]
    assert (numbers()["n"], numbers()["resumed"], numbers()["accuracy"], numbers()["complete"]) == (9, 6, 1, True)


def test_an_interrupted_evaluation_tells_what_it_has_and_how_to_go_on(
    home: Path, data: Path, server: Server, held: threading.Event, look: Look, numbers: Numbers, tmp_path: Path
) -> None:
    started = Started(home, data, server, tmp_path / "out.json")
    started.wait_for_rows(6)
    started.process.send_signal(signal.SIGINT)
    threading.Timer(3, held.set).start()  # not at once: on a busy machine the replies would overtake the signal
    status, output = started.finish()
    assert status == 130
    assert "Traceback" not in output
    assert "6 of 9 questions are done. Rerun the command without --fresh to resume." in output
    assert (numbers()["n"], numbers()["total"], numbers()["complete"]) == (6, 9, False)
    other = look("easy-vqa", "--data", data, "--limit", "1")
    assert (other.exit_code, "was started with other n and options and data" in other.output) == (0, True)
    refused = look("easy-vqa", "--data", data, "--limit", "2", "--resume")
    assert (refused.exit_code, "no evaluation to resume" in refused.output) == (2, True)
    status, output = Started(home, data, server, tmp_path / "out.json").finish()
    assert (status, numbers()["n"], numbers()["complete"]) == (0, 9, True)


def test_two_evaluations_do_not_write_to_one_folder(
    home: Path, data: Path, server: Server, held: threading.Event, look: Look, tmp_path: Path
) -> None:
    started = Started(home, data, server, tmp_path / "first.json")
    started.wait_for_rows(6)
    second = look()
    held.set()
    assert (second.exit_code, "Another evaluation is writing to" in second.output) == (2, True)
    assert started.finish()[0] == 0


def test_a_server_that_goes_away_stops_the_evaluation(look: Look, numbers: Numbers, server: Server, data: Path) -> None:
    def say(asked: str) -> str:
        if "what color?" in asked:
            raise RuntimeError
        if "is number" in asked:
            raise ConnectionResetError
        return right(asked)

    server.say = say
    stopped = look("easy-vqa", "--data", data, "--concurrency", "1")
    assert (stopped.exit_code, "No LLM server answers" in stopped.output) == (3, True)
    assert (numbers()["n"], numbers()["outcomes"]) == (6, {"ok": 3, "llm_error": 3})
    assert numbers()["accuracy"] == 0.5
    server.say = right
    assert look("easy-vqa", "--data", data).exit_code == 0
    assert (numbers()["n"], numbers()["resumed"], numbers()["accuracy"], numbers()["outcomes"]) == (9, 3, 1, {"ok": 9})


def test_questions_of_your_own_with_tools_of_your_own(
    look: Look, numbers: Numbers, server: Server, tmp_path: Path
) -> None:
    draw(tmp_path / "a.png", "circle", "red")
    rows = [
        {"image": "a.png", "question": "Is it wide?", "answer": "yes"},
        {"image": "a.png", "question": "How wide is it?", "answer": 60, "margin": 5},
        {"image": "a.png", "question": "Where is it?", "answer": [0, 0, 64, 64]},
    ]
    (tmp_path / "mine.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "tools.py").write_text(
        "from looksmith import Box, Image, tool\n\n@tool\ndef ALL(image: Image) -> Box:\n"
        '    """The whole image."""\n    return image.frame\n'
    )
    programs = {"Is it wide?": "answer = ALL(image).width > 50", "How wide is it?": "answer = image.width"}

    def say(asked: str) -> str:
        return programs.get(asked.rpartition("Question: ")[2].splitlines()[0], "answer = ALL(image)")

    server.say = say
    done = look(tmp_path / "mine.jsonl", "--tools", tmp_path / "tools.py", "--only-tools")
    assert (done.exit_code, numbers()["accuracy"], numbers()["split"]) == (0, 1, "mine"), done.output


ORACLE = '''
from looksmith import Image, tool
from looksmith.tools.profiles.plugins import Register


def declared(look):
    @tool
    def THINGS(image: Image) -> int:
        """How many things there are."""
        return look(image)

    return THINGS


def register_tools(register):
    register(declared(lambda image: 0))


def register_oracle(register, truths):
    register(declared(lambda image: sum(map(len, truths[image.source]))))
'''


@pytest.fixture
def statements(tmp_path: Path) -> Path:
    """Two statements in NLVR's form, both true of what their structure says."""
    folder = tmp_path / "nlvr"
    for number in (1, 2):
        draw(folder / "images" / f"dev-{number}-0-0.png", "circle", ("red", "blue")[number - 1])
    rows = [
        {"identifier": f"{n}-0", "sentence": f"Things: {n}", "label": "true", "structured_rep": [[{}] * n, [], []]}
        for n in (1, 2)
    ]
    (folder / "dev.json").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_an_oracle_looks_up_what_the_tools_would_have_to_see(
    look: Look, numbers: Numbers, server: Server, statements: Path, tmp_path: Path
) -> None:
    (tmp_path / "tools.py").write_text(ORACLE)
    server.say = lambda asked: f"answer = THINGS(image) == {asked.strip().splitlines()[0][-1]}"
    words = ("nlvr", "--data", statements, "--tools", tmp_path / "tools.py")
    assert look(*words).exit_code == 0
    assert (numbers()["accuracy"], numbers()["always_true"], numbers()["plan"]["oracle"]) == (0, 1, False)
    assert look(*words, "--oracle").exit_code == 0
    assert (numbers()["accuracy"], numbers()["consistency"], numbers()["plan"]["oracle"]) == (1, 1, True)


def test_an_oracle_needs_truth_and_tools_that_can_use_it(
    look: Look, data: Path, statements: Path, tmp_path: Path
) -> None:
    no_truth = look("easy-vqa", "--data", data, "--oracle")
    assert (no_truth.exit_code, "has no ground truth" in no_truth.output) == (2, True)
    (tmp_path / "tools.py").write_text(ORACLE.partition("def register_oracle")[0])
    no_oracle = look("nlvr", "--data", statements, "--tools", tmp_path / "tools.py", "--oracle")
    assert (no_oracle.exit_code, "has no oracle" in no_oracle.output) == (2, True)


def test_what_cannot_be_evaluated_is_told_in_one_sentence(look: Look, data: Path, tmp_path: Path) -> None:
    for words, part in [
        (("vqa2", "--data", data), "Unknown data set: 'vqa2'. Choose one of nlvr, easy-vqa, jsonl"),
        (("nlvr",), "--data DIR"),
        (("nlvr", "--data", data), "has no files of this data set"),
        (("easy-vqa", "--data", data, "--split", "dev"), "--split"),
        (("easy-vqa", "--data", data, "--tools", tmp_path / "none.py"), "There is no tools file"),
        (("easy-vqa", "--data", data, "--resume"), "no evaluation to resume"),
    ]:
        done = look(*words)
        assert (done.exit_code, part in done.output) == (2, True), done.output
    assert look("easy-vqa", "--data", data, "--limit", "0").exit_code == 2


def test_the_file_for_the_numbers_is_tried_before_the_work(
    look: Look, data: Path, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "out.json").mkdir()
    done = look()
    assert (done.exit_code, "Cannot write to" in done.output and "out.json" in done.output, server.asked) == (
        2,
        True,
        [],
    )
