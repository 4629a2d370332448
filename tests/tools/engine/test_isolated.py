"""Tools in a process of their own: it may die, hang or eat; the next call starts it again, and nobody else notices."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.setup.settings import Settings
from looksmith.agent.web.acts import Acts
from looksmith.tools.core.errors import ToolDeclarationError, ToolTimeout
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.runtime.isolated import Environment, Isolated
from looksmith.tools.runtime.isolated_wire import send

TOOLS = Path(__file__).parents[2] / "support" / "hostile_tools.py"
PICTURE = Image.of(Pillow.new("RGB", (4, 4), "red"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    profile = home / "small.toml"
    # A process with 400 MB may take them: the machine that tests run on has other things to do.
    profile.write_text("[models]\n[tools]\n[limits.hostile_tools]\nmemory_gb = 0.4\n")
    return Settings(home, tool_files=(TOOLS,), installed=False, profile=str(profile))


@pytest.fixture(scope="module")
def served(settings: Settings) -> Executor:
    return Executor(settings.registry())


def test_a_process_that_dies_is_started_again_and_says_how_it_died(served: Executor) -> None:
    first = served.call("DIE", ("",), {})
    assert first.error is None and first.value != os.getpid()
    for how, said in [("exit", "DIE failed: Its process ended (exit status 3)."), ("segv", "SIGSEGV")]:
        assert said in str(served.call("DIE", (how,), {}).error)
        again = served.call("DIE", ("",), {})
        assert again.error is None and again.value not in (first.value, os.getpid())
    assert served.worn is None


def test_it_depends_on_nobody_whom_this_process_tells_or_asks(settings: Settings) -> None:
    """The viewer's way of asking a person, for one, cannot be sent to another process."""
    asking = replace(settings, consent=Acts().granted, doing=lambda text: None)
    assert Executor(asking.registry()).call("DIE", ("",), {}).value not in (None, os.getpid())


def test_what_it_raises_is_told_with_its_place(served: Executor) -> None:
    assert "DIE failed: KeyError: 'raise' (hostile_tools.py:" in str(served.call("DIE", ("raise",), {}).error)


def test_a_process_that_hangs_is_ended_and_costs_no_thread(served: Executor) -> None:
    for _ in range(2):
        done = served.call("HANG", (PICTURE,), {})
        assert isinstance(done.error, ToolTimeout)
        assert "HANG did not answer within 1 s" in done.error.message
    assert served.call("DIE", ("",), {}).error is None
    end = monotonic() + 60
    while served._dispatcher.lost and monotonic() < end:  # the thread comes back once its process has ended
        sleep(0.01)
    assert served._dispatcher.lost == 0


def test_a_process_that_eats_is_ended_before_the_machine_suffers(served: Executor) -> None:
    assert served.call("EAT", (PICTURE, 1), {}).value == 1 << 20
    assert "EAT failed: It exceeded its memory limit." in str(served.call("EAT", (PICTURE, 600), {}).error)
    assert served.call("EAT", (PICTURE, 1), {}).value == 1 << 20


def test_values_cross_as_they_are_and_odd_ones_are_refused(served: Executor) -> None:
    box = Box(0, 0, 1, 1, "cup", 0.1 + 0.2)
    assert served.call("SEE", (PICTURE, box), {}).value == [PICTURE.frame, box]
    part = served.call("PART", (PICTURE,), {}).value
    assert part == PICTURE.crop(Box(1, 1, 3, 3))
    assert part.pixels.tobytes() == PICTURE.crop(Box(1, 1, 3, 3)).pixels.tobytes()
    assert "lone surrogate" in str(served.call("TORN", (PICTURE,), {}).error)


def test_tools_that_share_a_model_share_a_process_and_load_it_once(served: Executor) -> None:
    assert [served.call(name, (), {}).value for name in ("LOADS", "LOADS")] == [1, 1]
    assert served.call("WHERE", (), {}).value == served.call("WHERE", (), {}).value != os.getpid()


def test_the_user_decides_which_plug_ins_run_apart(settings: Settings, tmp_path: Path) -> None:
    plain = tmp_path / "plain.py"
    plain.write_text(
        '"""Third-party tools."""\nimport os\nfrom looksmith import tool\n\n\n'
        '@tool\ndef PID() -> int:\n    """Its process."""\n    return os.getpid()\n'
    )
    profile = tmp_path / "own.toml"
    profile.write_text("[models]\n[tools]\n[limits.plain]\nisolated = true\ntimeout = 30\n")
    here = Settings(settings.home, tool_files=(plain,), installed=False, profile=settings.profile)
    apart = Settings(settings.home, tool_files=(plain,), installed=False, profile=str(profile))
    assert Executor(here.registry()).call("PID", (), {}).value == os.getpid()
    registry = apart.registry()
    assert registry.get("PID").timeout == 30
    assert Executor(registry).call("PID", (), {}).value not in (None, os.getpid())


def test_what_another_process_cannot_make_cannot_run_apart(settings: Settings) -> None:
    from looksmith import tool

    @tool(isolated=True)
    def LOCAL() -> int:
        """Known to this function only."""
        return 1

    with pytest.raises(ToolDeclarationError, match=r"cannot be isolated: .*LOCAL"):
        settings.registry([LOCAL])


def test_a_reply_to_an_earlier_call_is_nobodys_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is interrupted in the middle leaves a reply behind, which the next one must not get."""
    model = Isolated(Path(sys.executable), "builtins:memoryview", {"object": b"1234567"})
    from looksmith.tools.runtime import isolated

    def interrupted(_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(isolated, "receive", interrupted)
        model.call("tolist")
    assert model.call("hex") == b"1234567".hex()
    model.close()
    assert model.call("hex") == b"1234567".hex()
    model.kill()
    assert not model.alive
    assert model.call("hex") == b"1234567".hex()
    model.close()


def test_two_that_make_an_environment_at_once_make_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment("odd", "ours", ("none==1",))
    second = Thread(target=lambda: environment.make(tmp_path))
    made: list[str] = []

    def create(folder: Path, **options: Any) -> None:
        made.append(folder.name)
        if len(made) == 1:
            second.start()
        (folder / sysconfig.get_path("purelib", vars={"base": "", "platbase": ""}).lstrip("/")).mkdir(parents=True)

    monkeypatch.setattr("looksmith.tools.runtime.isolated.venv.create", create)
    monkeypatch.setattr("looksmith.tools.runtime.isolated.subprocess.run", lambda *_, **__: CompletedProcess((), 0))
    environment.make(tmp_path)
    second.join()
    assert (made, environment.ready(tmp_path)) == (["odd"], True)


def test_a_process_whose_owner_is_gone_ends_without_a_word() -> None:
    command = [sys.executable, "-m", "looksmith.tools.runtime.isolated_worker", "numpy:zeros", "0"]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        send(process.stdin, [1, {"shape": [3]}])
        assert process.stderr.read() == b""
    assert process.returncode == 0
