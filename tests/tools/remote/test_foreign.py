"""Tools of an MCP server of our own, made with the SDK, in the registry: over both transports, in programs."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from looksmith.agent.ask.writing import Writing
from looksmith.agent.llm.llm import Scripted
from looksmith.agent.session.one_line import ask, run
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import InputError, PrerequisiteError, ToolError, ToolTimeout
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.profiles.profile import load_profile
from looksmith.tools.remote.consent import Act
from looksmith.tools.remote.foreign import add_server, add_servers
from looksmith.tools.remote.servers import RemoteServer, Servers, named

SHOP = Path(__file__).parents[2] / "support" / "shop.py"
COMMAND = f"{sys.executable} {SHOP}"


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop") / "diary.txt"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Servers:
    return Servers(tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def shop(servers: Servers, diary: Path) -> Registry:
    registry = Registry()
    table: Any = {
        "command": COMMAND,
        "env": {"DIARY": str(diary)},
        "returns": {"mirror": "Image", "width_of_file": "str"},
        "images": {"width_of_file.path": "path"},
    }
    add_server(registry, servers, "shop", RemoteServer.model_validate(table))
    return registry


def picture(width: int = 60, height: int = 40, red: tuple[int, int, int, int] = (30, 20, 50, 30)) -> Image:
    pixels = Pillow.new("RGB", (width, height), "white")
    pixels.paste("red", red)
    return Image.of(pixels)


def test_its_tools_are_typed(shop: Registry) -> None:
    lines = {tool.name: tool.prompt_lines[0] for tool in shop}
    assert lines["MEASURE"].partition("  # ")[0] == "MEASURE(picture: Image, *, factor: float = 1.0) -> list[float]"
    assert lines["MEASURE"].partition("  # ")[2] == "Width and height of a picture, times a factor."
    assert lines["RED_SPOT"].startswith("RED_SPOT(picture: Image) -> Box")
    assert lines["MIRROR"].startswith("MIRROR(picture: Image) -> Image")
    assert lines["WIDTH_OF_FILE"].startswith("WIDTH_OF_FILE(path: Image) -> str")


def test_what_does_not_say_that_it_only_reads_acts_and_nothing_is_kept_for_later(shop: Registry) -> None:
    assert [tool.name for tool in shop if tool.options.acts] == ["ORDER"]
    assert not any(tool.options.deterministic for tool in shop)


def test_a_picture_goes_out_and_comes_back(shop: Registry) -> None:
    executor = Executor(shop)
    given = picture()
    assert executor.call("MEASURE", (given,), {"factor": 0.5}).value == [30.0, 20.0]
    mirrored = executor.call("MIRROR", (given,), {}).value
    assert (mirrored.width, mirrored.height) == (60, 40)
    assert executor.call("RED_SPOT", (mirrored,), {}).value == Box(10, 20, 30, 30, "red")
    assert executor.call("WIDTH_OF_FILE", (given,), {}).value == "60"


def test_boxes_of_a_crop_are_in_pixels_of_the_original_both_ways(shop: Registry) -> None:
    crop = picture().crop(Box(20, 10, 60, 40))
    executor = Executor(shop)
    assert executor.call("RED_SPOT", (crop,), {}).value == Box(30, 20, 50, 30, "red")
    assert executor.call("AREA_OF", (crop, Box(30, 20, 50, 30)), {}).value == [10.0, 10.0, 30.0, 20.0]


def test_an_error_of_the_tool_is_told_in_its_words(shop: Registry) -> None:
    call = Executor(shop).call("BROKEN", ("",), {})
    assert isinstance(call.error, ToolError) and "the drawer is stuck" in str(call.error)


def test_a_picture_that_is_none_is_told(shop: Registry) -> None:
    call = Executor(shop).call("GARBAGE", (), {})
    assert isinstance(call.error, ToolError) and "cannot be read" in str(call.error)


def test_a_server_that_ends_is_told_and_started_again(shop: Registry) -> None:
    executor = Executor(shop)
    call = executor.call("BROKEN", ("end",), {})
    assert isinstance(call.error, ToolError) and "ended in the middle" in str(call.error)
    assert executor.call("MEASURE", (picture(),), {}).value == [60.0, 40.0]


def test_two_that_want_the_same_server_share_it(shop: Registry, servers: Servers, diary: Path) -> None:
    table: Any = {"command": COMMAND, "env": {"DIARY": str(diary)}}
    first = servers.connect("other", RemoteServer.model_validate(table))
    assert servers.connect("other", RemoteServer.model_validate(table)) is first
    first.close()


@pytest.fixture
def address() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(SHOP), "--http", str(port)])
    try:
        until = time.monotonic() + 300
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(10)


def test_a_server_at_an_address_is_used_in_a_program_from_the_settings(address: str, home: Path) -> None:
    settings = Settings(home, installed=False, mcp=(address,))
    done = run("spot = RED_SPOT(image)\nanswer = spot.center_x", picture().pixels, settings=settings)
    assert (done.outcome, done.value) == ("ok", 40), done.message


def settings_with(home: Path, tmp_path: Path, **more: Any) -> Settings:
    (tmp_path / "shop.toml").write_text(
        'extends = "pocket"\n[mcp.shop]\n'
        f'command = "{COMMAND}"\nenv = {{ DIARY = "{tmp_path / "diary"}" }}\ntools = ["order", "measure"]\n'
    )
    return Settings(home, device="cpu", profile=str(tmp_path / "shop.toml"), **more)


def test_a_profile_names_servers_and_which_of_their_tools_are_offered(home: Path, tmp_path: Path) -> None:
    registry = settings_with(home, tmp_path).registry()
    assert "ORDER" in registry and "MEASURE" in registry and "RED_SPOT" not in registry and "LOC" in registry


def test_where_there_is_nobody_to_ask_a_tool_that_acts_is_refused(home: Path, tmp_path: Path) -> None:
    done = run('answer = ORDER("tea")', picture().pixels, settings=settings_with(home, tmp_path))
    assert done.outcome == "tool_error"
    assert "ORDER acts outside of looksmith, and nobody is here to allow it." in done.message
    assert not (tmp_path / "diary").exists()


def test_it_acts_once_for_each_yes_and_never_ahead(home: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def consent(act: Act) -> bool:
        asked.append(act.text)
        return "tea" in act.text

    program = (
        'a = ORDER("tea")\nb = ORDER("tea")\nanswer = ORDER("milk", count=2) if MEASURE(image)[0] > 10 else "none"'
    )
    done = run(program, picture().pixels, settings=settings_with(home, tmp_path, consent=consent))
    assert (done.outcome, done.message.partition("\n")[0]) == ("tool_error", "ORDER was not allowed. You said no.")
    assert asked == ['ORDER(thing="tea")', 'ORDER(thing="tea")', 'ORDER(thing="milk", count=2)']
    assert (tmp_path / "diary").read_text().splitlines() == ["order 1 tea", "order 1 tea", "measure"]


def test_of_several_programs_that_might_vote_one_acts(home: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def consent(act: Act) -> bool:
        asked.append(act.text)
        return True

    settings = settings_with(home, tmp_path, consent=consent)
    llm = Scripted([f'answer = ORDER("tea", count={count})' for count in (1, 2, 3)])
    done = ask(
        picture().pixels, "What is on its way?", llm=llm, settings=settings, writing=Writing(nearest=0, doubt=False)
    )
    assert (done.outcome, asked) == ("ok", ['ORDER(thing="tea", count=1)']), done.message
    assert "ORDER(thing: str" in llm.asked[0][0]["content"]


def test_what_reads_is_asked_each_time(home: Path, tmp_path: Path) -> None:
    program = "answer = [MEASURE(image)[0] for i in range(3)]"
    done = run(program, picture().pixels, settings=settings_with(home, tmp_path))
    assert done.value == [60, 60, 60]
    assert (tmp_path / "diary").read_text().splitlines() == ["measure"] * 3


def test_a_dry_run_asks_nobody_and_does_nothing(home: Path, tmp_path: Path) -> None:
    done = run('answer = ORDER("tea")', dry_run=True, settings=settings_with(home, tmp_path))
    assert done.ok, done.message
    assert not (tmp_path / "diary").exists()


def test_a_name_that_is_taken_gets_the_servers_before_it(servers: Servers) -> None:
    registry = Registry()
    for name in ("one", "two", "two"):
        add_server(registry, servers, name, RemoteServer(command=COMMAND, tools=("order",)))
    assert [tool.name for tool in registry] == ["ORDER", "TWO_ORDER"]
    assert "already" in registry.missing["TWO_ORDER"]


def test_a_server_that_cannot_be_used_is_missing_with_its_reason(servers: Servers) -> None:
    registry = Registry()
    tables = {"gone": RemoteServer(command="/nowhere/server"), "odd": RemoteServer(command=f"{sys.executable} -c 1")}
    add_servers(registry, servers, tables)
    assert "cannot be used" in registry.missing["gone"] and "cannot be used" in registry.missing["odd"]
    with pytest.raises(PrerequisiteError, match="/nowhere/server"):
        add_server(registry, servers, "gone", tables["gone"])
    with pytest.raises(ToolError, match="has no tool fly"):
        add_server(registry, servers, "shop", RemoteServer(command=COMMAND, tools=("fly",)))


def test_a_call_that_takes_too_long_is_given_up(servers: Servers) -> None:
    registry = Registry()
    add_server(registry, servers, "slow", RemoteServer(command=COMMAND, timeout=0.5, tools=("wait",)))
    assert isinstance(Executor(registry).call("WAIT", (), {}).error, ToolTimeout)


def test_the_command_line_names_servers_by_their_program_or_host() -> None:
    texts = ["npx -y @playwright/mcp --headless", "uvx mcp-server-time", "python shop.py", "http://127.0.0.1:80/mcp"]
    assert list(named([*texts, "python shop.py"])) == [
        "playwright_mcp",
        "mcp_server_time",
        "shop",
        "127_0_0_1",
        "shop2",
    ]


def test_a_table_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    for text, said in [
        ("[mcp.a]\ncommand = 'x'\nurl = 'http://b'", "a command or an url"),
        ("[mcp.a]\nurls = 'http://b'", "Did you mean url"),
        ("[mcp.a]\nurl = 'http://b'\n[mcp.a.returns]\nt = 'Picture'", "returns"),
    ]:
        (tmp_path / "p.toml").write_text(f'extends = "pocket"\n{text}\n')
        with pytest.raises(InputError, match=said):
            load_profile(str(tmp_path / "p.toml"))


def test_a_variable_that_is_not_set_is_named(servers: Servers) -> None:
    server = RemoteServer(command=COMMAND, env={"KEY": "$NO_SUCH_VARIABLE_HERE"})
    with pytest.raises((InputError, PrerequisiteError), match="NO_SUCH_VARIABLE_HERE"):
        add_server(Registry(), servers, "key", server)
