"""A host that is attacked: a whole looksmith in a process of its own, which can be watched, and killed when it hangs.

Started as `python tests/attacks/house.py MODE`; reads the path of an attack a line, and answers with a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from attacking import LIMITS, MODES, UNGUARDED, source_of
from click.testing import CliRunner
from fastapi.testclient import TestClient
from odd_server import chat, choice, server
from PIL import Image as Pillow

from looksmith.agent.ask import loop, write
from looksmith.agent.ask.loop import Bench
from looksmith.agent.ask.writing import Writing
from looksmith.agent.cli.main import main
from looksmith.agent.inputs.subject import Subject
from looksmith.agent.llm.chat import ChatClient
from looksmith.agent.session.workshop import Workshop
from looksmith.agent.setup.settings import Settings
from looksmith.agent.traces.damage import plain
from looksmith.agent.traces.runs import Runs
from looksmith.agent.web.app import create_app
from looksmith.programs.check.check import Checked, check
from looksmith.programs.language.program import Program
from looksmith.programs.question.faithful import Faithfulness
from looksmith.sandbox.pool import ZYGOTE
from looksmith.sandbox.run import Sandbox
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from stored import one_step, store

MARK = "<script>looksmith()</script>"
"""What programs and replies put into everything they can: on a page it must be text."""
QUESTIONS = {"answer_of_one_text": "What is it?", "script": "What is written there?"}
"""Of replies whose answer is no number."""


@tool
def GIVE(value: str) -> list[str]:
    """A list of two texts."""
    return [value, value]


@tool
def TAKE(values: list[str]) -> bool:
    """Are there any?"""
    return bool(values)


@tool
def BOXES(image: Image, count: int) -> list[Box]:
    """As many boxes, up to a thousand."""
    return [Box(0, 0, 4, 4, MARK)] * min(count, 1000)


class Ticks:
    """How long the host stood still: the most processor time that it took while no other thread of it had a turn."""

    def __init__(self) -> None:
        self.longest = 0.0
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        while True:
            start = time.process_time()
            time.sleep(0.02)
            self.longest = max(self.longest, time.process_time() - start)


class House:
    """A home folder with a bench, and a viewer over it. The policy is off for the mode `kernel alone`."""

    def __init__(self, mode: str) -> None:
        self.home = Path()
        self.registry, self.guarded = Registry(), mode == MODES[0]
        self.registry.add(GIVE, TAKE, BOXES)
        self.sandbox = Sandbox(LIMITS, spares=0, zygote=ZYGOTE if self.guarded else UNGUARDED)
        if not self.guarded:
            loop.check = write.check = self._let_in  # type: ignore[attr-defined]
        self.subject = Subject.of(Image.of(Pillow.new("RGB", (8, 8), "red")), f"{MARK}.png")
        self.achieved: list[str] = []
        self.ticks = Ticks()

    def attack(self, path: Path) -> dict[str, Any]:
        """Let an attack do what it can, and look at every page and list afterwards."""
        with tempfile.TemporaryDirectory(prefix="looksmith-house-", ignore_cleanup_errors=True) as home:
            self.home = Path(home)
            self.achieved, self.ticks.longest = [], 0.0
            own, kind = time.process_time(), path.parent.name
            outcome = {"replies": self._reply, "stored": self._damage}.get(kind, self._program)(path)
            self._look()
            took = {"own": time.process_time() - own, "still": self.ticks.longest}
            return {"outcome": outcome, "achieved": self.achieved, **took}

    def _bench(self) -> Bench:
        runs, unfaithful = Runs(self.home / "runs"), Faithfulness(self.registry, ())
        executor = Executor(self.registry)
        return Bench(self.registry, executor, self.sandbox, runs, (), unfaithful=unfaithful, ahead=True)

    def _program(self, path: Path) -> str:
        answer = self._bench().run(self.subject, Program(source_of(path)))
        return f"{answer.outcome}: {answer.message[:200]}"

    def _reply(self, path: Path) -> str:
        said = eval(
            path.read_text(encoding="utf-8").partition("\n")[2].removeprefix("# reply: "),
            {"MARK": MARK, "chat": chat, "choice": choice},
        )
        with server(said) as url:
            llm = ChatClient(url, "m", timeout=120)
            answer = self._bench().ask(
                self.subject, QUESTIONS.get(path.stem, "How many cups are there?"), llm, Writing(samples=2)
            )
        return f"{answer.outcome}: {answer.message[:200]}"

    def _damage(self, path: Path) -> str:
        run = store(self.home, one_step())
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"home": self.home, "run": run.folder})
        return "damaged"

    def _look(self) -> None:
        """Every list, page and command about whatever lies in the home folder."""
        workshop = Workshop(Settings(self.home, device="cpu", installed=False))
        here = TestClient(create_app(workshop), base_url="http://127.0.0.1", raise_server_exceptions=False)
        self._page(here, "/", 200)
        names = sorted(os.fsdecode(entry) for entry in os.listdir(os.fsencode(self.home / "runs")))
        if not names:
            return
        last, first = quote(plain(names[-1])), quote(plain(names[0]))
        for path in ("", "/page.html", "/trace.json", "/images/x", "/images/..%2f..%2fsecret"):
            self._page(here, f"/runs/{last}{path}", 200, 404)
        self._page(here, f"/compare?left={last}&right={first}", 200, 404)
        self._command("show", names[-1])
        self._command("bench", names[-1])
        self._command("runs")

    def _page(self, here: TestClient, path: str, *allowed: int) -> None:
        try:
            page = here.get(path)
        except Exception as error:
            self.achieved.append(f"{path} raised {type(error).__name__}: {error}")
            return
        if page.status_code not in allowed:
            self.achieved.append(f"{path} is {page.status_code}: {page.text[-300:]}")
        if "json" not in page.headers.get("content-type", "") and MARK in page.text:
            self.achieved.append(f"{path} holds the script")
        if len(page.content) > 40_000_000:
            self.achieved.append(f"{path} has {len(page.content):,} bytes")

    def _command(self, *command: str) -> None:
        said = CliRunner().invoke(main, [*command, "--home", str(self.home)])
        if said.exception is not None and not isinstance(said.exception, SystemExit):
            self.achieved.append(f"{command[0]} raised {type(said.exception).__name__}: {said.exception!s:.200}")
        if "\x1b]" in said.output or "\x07" in said.output:
            self.achieved.append(f"{command[0]} told the terminal what to do")

    def _let_in(self, program: Program, registry: Registry, *more: Any) -> Any:
        """As `check`, whose work is done; whatever it says, the program may run."""
        checked = check(program, registry, *more)
        return checked if isinstance(checked, Checked) else Checked(program, tuple(tool.name for tool in registry))


def serve(house: House) -> None:
    """An answer for each line."""
    out = sys.stdout
    for line in sys.stdin:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            verdict = _told(lambda line=line: house.attack(Path(line.strip())))
        print(json.dumps(verdict), file=out, flush=True)


def _told(attack: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return attack()
    except Exception as error:
        return {"outcome": "", "achieved": [f"the host raised {type(error).__name__}: {error!s:.300}"]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    serve(House(sys.argv[1]))
