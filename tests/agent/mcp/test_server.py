"""looksmith as an MCP server, asked by the SDK's own client over both transports. The language model is played."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import httpx2
import pytest
from engines import huge_picture
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from PIL import Image as Pillow
from played import Server

from photos import photo_path

T = TypeVar("T")
TOOLS = '''
from looksmith import Box, Image, Mask, Scored, tool
from looksmith.tools.core.errors import NoDetection
import numpy as np

@tool
def LOC(image: Image, name: str) -> Box:
    """The best box of the named thing."""
    if name not in {"cup", "thing"}:
        raise NoDetection(f"No {name} was found.")
    return Box(10, 10, 60, 40, "cup", 0.9)

@tool
def TELL(image: Image, labels: list[str]) -> Scored[str]:
    """The label that fits."""
    return Scored(labels[0], {labels[0]: 0.7, labels[1]: 0.3}, assumptions=("took a for b",), confidence=0.75)

@tool
def HALF(image: Image) -> Image:
    """The right half."""
    return image.crop(Box(image.left + image.width / 2, image.top, image.right, image.bottom))

@tool
def LEFT_OF(image: Image) -> float:
    """Where it begins in its original."""
    return float(image.left)

@tool
def OUTLINE(image: Image) -> Mask:
    """A mask of its upper half."""
    inside = np.zeros((image.height, image.width), bool)
    inside[: image.height // 2] = True
    return Mask.from_array(inside)

@tool
def AREA(mask: Mask) -> int:
    """Its pixels."""
    return mask.area

@tool(acts=True)
def ERASE(name: str) -> str:
    """Erases something."""
    return "gone"
'''


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    (folder / "tools.py").write_text(TOOLS)
    (folder / "photos" / "inside").mkdir(parents=True)
    Pillow.new("RGB", (100, 80), "red").save(folder / "photos" / "inside" / "red.png")
    Pillow.new("RGB", (100, 80), "red").save(folder / "photos" / "red.png")
    Pillow.new("RGB", (30, 30), "blue").save(folder / "secret.png")
    (folder / "photos" / "link.png").symlink_to(folder / "secret.png")
    return folder


@pytest.fixture(scope="module")
def played() -> Iterator[Server]:
    def say(asked: str) -> str:
        return 'answer = LOC(image, "unicorn")' if "unicorn" in asked.rpartition("Question:")[2] else WRITTEN

    server = Server(say)
    yield server
    server.stop()


WRITTEN = 'thing = LOC(image, "thing")\nanswer = thing.label'


def command(place: Path, played: Server, *more: str) -> list[str]:
    own = ["--only-tools", "--tools", str(place / "tools.py"), "--home", str(place / "home")]
    writing = ["--base-url", played.url, "--nearest", "0", "--no-guess", "--no-doubt", "--samples", "1", "--no-grammar"]
    return ["-m", "looksmith.agent.cli.main", "mcp", *own, *writing, "--root", str(place / "photos"), *more]


@pytest.fixture(scope="module")
def over_stdio(place: Path, played: Server) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=command(place, played))


@pytest.fixture(scope="module")
def address(place: Path, played: Server) -> Iterator[str]:
    args = [sys.executable, *command(place, played, "--http", "127.0.0.1:0")]
    process = subprocess.Popen(args, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    yield next(line.strip() for line in process.stderr if line.startswith("http"))
    process.terminate()
    process.wait(20)


@pytest.fixture(params=["stdio", "http"])
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("over_stdio" if request.param == "stdio" else "address")


def with_client(server: Any, talk: Callable[[Client], Awaitable[T]]) -> T:
    async def talked() -> T:
        async with Client(server, read_timeout_seconds=120) as client:
            return await talk(client)

    return asyncio.run(talked())


def call(server: Any, tool: str, /, **arguments: Any) -> CallToolResult:
    return with_client(server, lambda client: client.call_tool(tool, arguments))


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if block.type == "text")


def coded(width: int = 100, height: int = 80) -> str:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "red").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_question_is_answered_with_the_program_its_steps_and_a_picture(server: Any) -> None:
    heard: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(f"{progress:.0f} {message}")

    async def talk(client: Client) -> CallToolResult:
        given = {"images": ["inside/red.png"], "question": "What is it?"}
        return await client.call_tool("ask_image", given, progress_callback=hear)

    result = with_client(server, talk)
    assert not result.is_error, text_of(result)
    told = result.structured_content
    assert (told["answer"], told["outcome"], told["program"]) == ("cup", "ok", WRITTEN)
    assert [(step["line"], step["result"]) for step in told["steps"]] == [(1, "cup 0.90 (10, 10, 60, 40)")]
    assert any("line 1: LOC('thing') → cup 0.90" in line for line in heard), heard
    assert [int(line.split()[0]) for line in heard] == list(range(1, len(heard) + 1))
    (picture,) = [block for block in result.content if block.type == "image"]
    drawn = Pillow.open(io.BytesIO(base64.b64decode(picture.data)))
    assert max(drawn.convert("RGB").getchannel("G").tobytes()) > 100, "a green box on the red picture"
    (link,) = [block for block in result.content if block.type == "resource_link"]
    page: Any = with_client(server, lambda client: client.read_resource(link.uri)).contents[0]
    assert "What is it?" in page.text and page.mime_type == "text/html"


def test_a_failure_is_an_error_with_its_outcome_and_never_an_answer(server: Any) -> None:
    result = call(server, "ask_image", images=[coded()], question="Where is the unicorn?")
    assert result.is_error and "no_detection: No unicorn was found." in text_of(result)
    assert (result.structured_content["answer"], result.structured_content["outcome"]) == (None, "no_detection")


def test_a_program_is_run_and_explained(server: Any) -> None:
    program = "boxes = [LOC(one, name) for one in [image, HALF(image)]]\nanswer = boxes"
    ran = call(server, "run_program", images=[coded()], program=program, inputs={"name": "cup"})
    assert not ran.is_error, text_of(ran)
    assert ran.structured_content["answer"][1]["right"] == 60
    explained = call(server, "explain_run", run=ran.structured_content["run"])
    assert "HALF → image 50 x 80" in text_of(explained)
    assert len([block for block in explained.content if block.type == "image"]) >= 2
    second = call(server, "explain_run", run=ran.structured_content["run"], step=1)
    assert len([block for block in second.content if block.type == "image"]) < len(explained.content)


def test_a_wrong_program_is_told_with_its_line(server: Any) -> None:
    result = call(server, "run_program", images=[coded()], program="answer = LOKK(image)")
    assert result.is_error and result.structured_content["outcome"] == "type_error"
    assert "LOKK" in text_of(result)


def test_every_tool_has_the_registrys_schema_and_a_result_that_fits_its_own(over_stdio: Any) -> None:
    async def talk(client: Client) -> tuple[dict[str, Any], CallToolResult]:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        # The client checks structured content against the schema.
        return tools, await client.call_tool("TELL", {"image": coded(), "labels": ["a", "b"]})

    tools, told = with_client(over_stdio, talk)
    assert tools["LOC"].input_schema["properties"]["image"] == {"type": "string", "format": "image"}
    assert tools["LOC"].input_schema["required"] == ["image", "name"]
    assert tools["LOC"].annotations.read_only_hint is True and tools["ERASE"].annotations.read_only_hint is False
    assert told.structured_content["result"] == "a"
    assert told.structured_content["scores"] == {"a": 0.7, "b": 0.3}
    assert (told.structured_content["confidence"], told.structured_content["assumptions"]) == (0.75, ["took a for b"])


def test_images_and_masks_are_handed_from_tool_to_tool_and_keep_their_place(over_stdio: Any) -> None:
    async def talk(client: Client) -> list[Any]:
        half = await client.call_tool("HALF", {"image": coded()})
        assert [block.type for block in half.content] == ["text", "image"]
        left = await client.call_tool("LEFT_OF", {"image": half.structured_content["result"]})
        outline = await client.call_tool("OUTLINE", {"image": coded()})
        area = await client.call_tool("AREA", {"mask": outline.structured_content["result"]})
        wrong = await client.call_tool("AREA", {"mask": half.structured_content["result"]})
        return [left.structured_content["result"], area.structured_content["result"], wrong]

    left, area, wrong = with_client(over_stdio, talk)
    assert (left, area) == (50.0, 4000)
    assert wrong.is_error and "is not a mask but a image" in text_of(wrong)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"image": "../secret.png", "name": "cup"}, "that this server may read"),
    ({"image": "link.png", "name": "cup"}, "that this server may read"),
    ({"image": "/etc/passwd", "name": "cup"}, "that this server may read"),
    ({"image": "file:///etc/passwd", "name": "cup"}, "that this server may read"),
    ({"image": "http://127.0.0.1:9/x.png", "name": "cup"}, "is on a private network"),
    ({"image": "http://localhost/x.png", "name": "cup"}, "is on a private network"),
    ({"image": "data:image/png,abc", "name": "cup"}, "not in base64"),
    ({"image": base64.b64encode(b"no picture" * 20).decode(), "name": "cup"}, "not an image"),
    ({"image": huge_picture(), "name": "cup"}, "at most 64,000,000 pixels"),
    ({"image": "looksmith://values/none", "name": "cup"}, "no longer held"),
    ({"image": 3, "name": "cup"}, "wants Image for image"),
    ({"image": "inside/red.png"}, "needs name"),
    ({"image": "inside/red.png", "name": "cup", "more": 1}, "has no parameter 'more'"),
    ({"image": "inside/red.png", "name": "dog"}, "No dog was found."),
]


def test_what_cannot_be_done_is_a_sentence(over_stdio: Any) -> None:
    async def talk(client: Client) -> list[CallToolResult]:
        return [await client.call_tool("LOC", given) for given, _ in REFUSED]

    for result, (given, said) in zip(with_client(over_stdio, talk), REFUSED, strict=True):
        assert result.is_error and said in text_of(result), (given, text_of(result))


def test_the_pockets_tools_are_offered_with_sound_schemas_and_see_a_photo(
    place: Path, played: Server, home: Path
) -> None:
    args = ["-m", "looksmith.agent.cli.main", "mcp", "--home", str(home), "--device", "cpu", "--base-url", played.url]
    photo = photo_path("coffee")
    pocket = StdioServerParameters(command=sys.executable, args=[*args, "--root", str(photo.parent)])

    async def talk(client: Client) -> tuple[Any, CallToolResult, CallToolResult]:
        tools = (await client.list_tools()).tools
        found = await client.call_tool("DETECT", {"image": photo.name, "name": "cup"})
        color = await client.call_tool("COLOR", {"image": photo.name, "where": found.structured_content["result"][0]})
        return tools, found, color

    tools, found, color = with_client(pocket, talk)
    assert {"LOC", "READ", "SEGMENT", "CROP", "OVERLAP"} <= {tool.name for tool in tools}
    for tool in tools:
        assert tool.input_schema["type"] == "object"
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
    assert found.structured_content["result"][0]["label"] == "cup" and found.content[1].type == "image"
    assert isinstance(color.structured_content["result"], str), text_of(color)


def test_the_client_of_the_documentation_asks_over_both_transports(
    played: Server, home: Path, address: str, place: Path
) -> None:
    example = Path(__file__).parents[3] / "docs" / "examples" / "mcp_client.py"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LOOKSMITH_HOME": str(home), "LOOKSMITH_BASE_URL": played.url}
    for words in ([str(photo_path("coffee"))], [str(place / "photos" / "red.png"), address]):
        command = [sys.executable, str(example), words[0], "What is it?", *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
        assert "line 1: LOC('thing') → cup" in done.stdout, done.stdout + done.stderr
        assert "'answer': 'cup'" in done.stdout, done.stdout + done.stderr


def test_a_tool_that_acts_is_refused_since_nobody_can_be_asked(over_stdio: Any) -> None:
    result = call(over_stdio, "ERASE", name="all")
    assert result.is_error and "nobody is here to allow it" in text_of(result)


def test_what_there_is_not_is_an_error_of_the_protocol(server: Any) -> None:
    async def talk(client: Client) -> None:
        for attempt in (
            client.call_tool("NO_SUCH_TOOL", {}),
            client.read_resource("looksmith://runs/none/page"),
            client.read_resource("looksmith://runs/..%2F..%2Fetc/page"),
            client.read_resource("file:///etc/passwd"),
        ):
            with pytest.raises(MCPError) as caught:
                await attempt
            assert caught.value.code == -32602

    with_client(server, talk)
    assert call(server, "ask_image", images=[], question="?").is_error
    assert "question" in text_of(call(server, "ask_image", images=[coded()]))


def test_runs_are_resources(over_stdio: Any) -> None:
    ran = call(over_stdio, "run_program", images=[coded()], program='answer = LOC(image, "cup")')
    name = ran.structured_content["run"]

    async def talk(client: Client) -> tuple[Any, Any]:
        listed = await client.list_resources()
        assert f"looksmith://runs/{name}/page" in [one.uri for one in listed.resources]
        read: list[Any] = [await client.read_resource(uri) for uri in ("looksmith://runs", f"looksmith://runs/{name}")]
        assert len((await client.list_resource_templates()).resource_templates) == 3
        return json.loads(read[0].contents[0].text), json.loads(read[1].contents[0].text)

    rows, run = with_client(over_stdio, talk)
    assert name in [row["run"] for row in rows] and run["answer"]["label"] == "cup"


def test_a_picture_at_an_address_is_fetched_where_that_is_allowed(place: Path, played: Server) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/moved.png":
                self.send_response(302)
                self.send_header("Location", "/red.png")
                self.end_headers()
                return
            self.send_response(200 if self.path == "/red.png" else 404)
            self.end_headers()
            self.wfile.write((place / "photos" / "inside" / "red.png").read_bytes())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=site.serve_forever, daemon=True).start()
    allowing = StdioServerParameters(command=sys.executable, args=command(place, played, "--private-urls"))
    url = f"http://127.0.0.1:{site.server_port}"
    try:
        found = call(allowing, "LOC", image=f"{url}/moved.png", name="cup")
        missing = call(allowing, "LOC", image=f"{url}/none.png", name="cup")
    finally:
        site.shutdown()
        site.server_close()
    assert found.structured_content["result"]["label"] == "cup"
    assert missing.is_error and "404" in text_of(missing)


def test_other_machines_need_the_token_and_other_names_are_refused(place: Path, played: Server, address: str) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    strange = httpx2.post(address, json=body, headers={"Host": "evil.example"})
    assert strange.status_code == 421
    args = [sys.executable, *command(place, played, "--http", "0.0.0.0:0")]
    process = subprocess.Popen(args, stderr=subprocess.PIPE, text=True, env=_with_token("s3cret"))
    try:
        assert process.stderr is not None
        url = next(line.strip() for line in process.stderr if line.startswith("http")).replace("0.0.0.0", "127.0.0.1")
        assert httpx2.post(url, json=body).status_code == 401

        async def talk() -> list[str]:
            client = httpx2.AsyncClient(headers={"Authorization": "Bearer s3cret"}, timeout=60)
            async with Client(streamable_http_client(url, http_client=client)) as asked:
                return [tool.name for tool in (await asked.list_tools()).tools]

        assert "ask_image" in asyncio.run(talk())
    finally:
        process.terminate()
        process.wait(20)


def _with_token(token: str) -> dict[str, str]:
    return {**os.environ, "LOOKSMITH_TOKEN": token}
