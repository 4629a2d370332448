"""OpenAI's API as its clients meet it: the `openai` package, and the program `llm`."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from engines import Tools, huge_picture, red
from openai import OpenAI
from played import Server
from served import engine, http

from looksmith.agent.session.engine import Engine

PROGRAMS = {
    "How much red is there?": "shade = SHADE(image)\nanswer = shade",
    "And half of that?": "answer = shade // 2",
    "Has the first one more red?": "answer = SHADE(images[0]) > SHADE(images[1])",
    "Where is the cup?": 'answer = FIND(image, "cup")',
    "Where are the cups?": 'answer = FIND_ALL(image, "cup")',
    "Where is the ghost?": 'answer = FIND(image, "ghost")',
    "Is it left or right?": 'answer = "left" if image.width > 1 else "right"',
    "How much red do you see?": "answer = LOOK(image)",
}


def program(asked: str) -> str:
    question = asked.rpartition("Question: ")[2].splitlines()[0]
    return PROGRAMS.get(question) or "answer = SHADE(image)"


@pytest.fixture(scope="module")
def llm() -> Iterator[Server]:
    """A language model."""
    made = Server(program)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def tools() -> Tools:
    """The tools."""
    made = Tools()
    made.gate.set()
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, llm: Server, tools: Tools) -> Iterator[Engine]:
    """The engine of the service."""
    with engine(tmp_path_factory.mktemp("home"), llm.url, tools) as one:
        yield one


@pytest.fixture(scope="module")
def address(made: Engine) -> Iterator[str]:
    """Where the service is."""
    with http(made) as one:
        yield one


@pytest.fixture
def client(address: str) -> OpenAI:
    """OpenAI's own client."""
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


def picture(shade: int) -> str:
    """A data URL."""
    buffer = BytesIO()
    red(shade).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def about(question: str, *shades: int) -> dict[str, Any]:
    """A user's message with pictures."""
    parts: list[Any] = [{"type": "image_url", "image_url": {"url": picture(shade)}} for shade in shades]
    return {"role": "user", "content": [*parts, {"type": "text", "text": question}]}


def ask(client: OpenAI, *messages: dict[str, Any], **more: Any) -> Any:
    return client.chat.completions.create(**{"model": "looksmith", "messages": list(messages), **more})


def held_to(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def test_the_answer_comes_first_then_the_program_and_a_link_to_the_run(client: OpenAI, address: str) -> None:
    reply = ask(client, about("How much red is there?", 77))
    first, program, link = reply.choices[0].message.content.split("\n\n")
    assert (first, program) == ("77", "```python\nshade = SHADE(image)\nanswer = shade\n```")
    assert reply.looksmith["url"] in link
    assert "How much red is there?" in httpx.get(reply.looksmith["url"]).text
    told = reply.looksmith
    assert (told["answer"], told["outcome"], told["program"]) == (77, "ok", "shade = SHADE(image)\nanswer = shade")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (100, 10)


def test_the_next_question_goes_on_from_the_run_before(client: OpenAI, made: Engine) -> None:
    first = about("How much red is there?", 60)
    reply = ask(client, first)
    said = {"role": "assistant", "content": reply.choices[0].message.content}
    follow = {"role": "user", "content": "And half of that?"}
    again = ask(client, {"role": "system", "content": "Be brief."}, first, said, follow)
    assert again.looksmith["answer"] == 30
    runs = made.settings.runs
    assert runs.load(again.looksmith["run"]).record.after == reply.looksmith["run"]
    # The pictures of that run are not these: nobody goes on from a run of which he knows no more than the name.
    strange = ask(client, about("How much red is there?", 61), said, follow)
    assert runs.load(strange.looksmith["run"]).record.after == ""
    assert strange.looksmith["outcome"] != "ok"


def test_without_a_run_to_go_on_from_the_messages_tell_what_was_said(client: OpenAI, made: Engine) -> None:
    said = {"role": "assistant", "content": "60\n\n```python\nanswer = 60\n```"}
    reply = ask(client, about("How much red is there?", 60), said, {"role": "user", "content": "Is that much?"})
    (attempt, *_) = made.settings.runs.load(reply.looksmith["run"]).events
    shown = json.dumps(attempt.model_dump()["messages"])
    assert "How much red is there?" in shown
    assert "answer = 60" in shown
    assert "The answer was: 60" in shown


def test_of_several_pictures_the_program_gets_a_list(client: OpenAI) -> None:
    assert ask(client, about("Has the first one more red?", 9, 7)).looksmith["answer"] is True


def test_steps_are_streamed_as_they_happen(client: OpenAI, tools: Tools) -> None:
    tools.gate.clear()
    message = about("How much red do you see?", 5)
    parts = ask(client, message, stream=True, stream_options={"include_usage": True})
    told: list[str] = []
    for part in parts:  # up to the step, which stands still
        told.append(getattr(part.choices[0].delta, "reasoning_content", None) or "")
        if "answer = LOOK" in told[-1]:
            break
    assert "passed the checks\n" in told
    tools.gate.set()
    rest = list(parts)
    steps = [part.looksmith["text"] for part in rest if getattr(part, "looksmith", {}).get("event") == "step"]
    assert steps == ["line 1: LOOK → 5"]
    content = "".join(part.choices[0].delta.content or "" for part in rest if part.choices)
    assert content.startswith("5\n\n```python\nanswer = LOOK(image)\n```")
    assert [part.choices[0].finish_reason for part in rest if part.choices][-1] == "stop"
    assert rest[-1].usage.total_tokens == 110


def test_who_leaves_a_stream_cancels_the_question(client: OpenAI, made: Engine, tools: Tools) -> None:
    tools.gate.clear()
    tools.reached.clear()
    with ask(client, about("How much red do you see?", 44), stream=True) as parts:
        assert next(iter(parts)).choices[0].delta.role == "assistant"
        assert tools.reached.wait(120)
    while made.under_way:  # and LOOK still stands still
        threading.Event().wait(0.02)
    tools.gate.set()
    assert "cancelled" in made.settings.runs.load("last").record.message


def test_a_question_of_the_viewer_is_under_way_like_any_other(address: str, made: Engine, tools: Tools) -> None:
    tools.gate.clear()
    tools.reached.clear()
    asked = {"question": "How much red do you see?"}
    file = base64.b64decode(picture(45).partition(",")[2])
    page = httpx.post(f"{address}/ask", data=asked, files={"image": ("red.png", file)}, timeout=120)
    assert (page.status_code, tools.reached.wait(120)) == (303, True)
    assert httpx.get(f"{address}/health", timeout=120).json()["questions"] == 1
    tools.gate.set()
    while made.under_way:
        threading.Event().wait(0.02)
    assert made.settings.runs.load("last").record.answer == 45


BOX = {"type": "object", "properties": {side: {"type": "number"} for side in ("left", "top", "right", "bottom")}}
FORMS: list[tuple[str, dict[str, Any], Any]] = [
    ("How much red is there?", {"type": "integer"}, 8),
    ("How much red is there?", {"type": "object", "properties": {"red": {"type": "number"}}}, {"red": 8}),
    ("Has the first one more red?", {"type": "boolean"}, False),
    ("Is it left or right?", {"type": "string", "enum": ["left", "right"]}, "left"),
    ("Where is the cup?", BOX, {"left": 10, "top": 10, "right": 40, "bottom": 30}),
]


@pytest.mark.parametrize(("question", "schema", "wanted"), FORMS)
def test_a_schema_says_what_comes_back(client: OpenAI, question: str, schema: dict[str, Any], wanted: Any) -> None:
    shades = (8, 8) if question.startswith("Has") else (8,)
    reply = ask(client, about(question, *shades), response_format=held_to(schema))
    assert json.loads(reply.choices[0].message.content) == wanted


def test_an_array_of_boxes(client: OpenAI) -> None:
    items = {"type": "object", "properties": {**BOX["properties"], "label": {"type": "string"}}}
    schema = {"type": "object", "properties": {"cups": {"type": "array", "items": items}}, "required": ["cups"]}
    reply = ask(client, about("Where are the cups?", 8), response_format=held_to(schema))
    cups = json.loads(reply.choices[0].message.content)["cups"]
    assert [cup["left"] for cup in cups] == [0, 10, 20]
    assert set(cups[0]) == {"left", "top", "right", "bottom", "label"}


def test_a_question_without_an_answer_says_why(client: OpenAI) -> None:
    message = about("Where is the ghost?", 8)
    plain = ask(client, message)
    assert plain.choices[0].message.content.startswith("No answer (no_detection): No ghost was found.")
    held = ask(client, message, response_format=held_to(BOX)).choices[0].message
    assert (held.content, "no_detection" in held.refusal) == (None, True)


RED = about("How much red is there?", 8)
TEXT = {"type": "text", "text": "How much red is there?"}


def shown(url: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}, TEXT]}]}


BAD: list[tuple[dict[str, Any], int, str, str]] = [
    ({"model": "gpt-5"}, 404, "model_not_found", "looksmith"),
    ({"messages": []}, 400, "too_short", "messages"),
    ({"messages": [{"role": "user", "content": "How much?"}]}, 400, "no_picture", "no picture"),
    ({"messages": [{**RED, "content": RED["content"][:1]}]}, 400, "no_question", "no text"),
    ({"messages": [RED, {"role": "assistant", "content": "8"}]}, 400, "no_question", "last message"),
    ({"messages": [{"role": "robot", "content": "x"}]}, 400, "literal_error", "messages[0].role"),
    ({"messages": [{**RED, "content": [{"type": "input_audio"}]}]}, 400, "union_tag_invalid", "input_audio"),
    (shown("data:image/png;base64,AAAA"), 400, "input_error", "not an image"),
    (shown("data:image/png;base64,!"), 400, "input_error", "not base64"),
    (shown(huge_picture()), 400, "input_error", "at most 64,000,000 pixels"),
    (shown("data:text/plain,no%20picture"), 400, "input_error", "not an image"),
    (shown("/etc/passwd"), 400, "input_error", "data URL"),
    (shown("file:///etc/passwd"), 400, "input_error", "data URL"),
    (shown("http://127.0.0.1:9/photo.png"), 400, "input_error", "private network"),
    ({"n": 3}, 400, "unsupported_value", "n must be 1"),
    ({"tools": [{"type": "function", "function": {"name": "f"}}]}, 400, "unsupported_parameter", "own tools"),
    ({"response_format": {"type": "xml"}}, 400, "invalid_value", "json_schema"),
    ({"response_format": held_to({"type": "null"})}, 400, "unsupported_schema", "null"),
    ({"response_format": held_to({"type": "integer", "minimum": 3})}, 400, "unsupported_schema", "minimum"),
    ({"response_format": held_to({"type": "array", "items": {"type": "string"}})}, 400, "unsupported_schema", "array"),
    (
        {"response_format": held_to({"type": "object", "properties": {"a": {}, "b": {}}})},
        400,
        "unsupported_schema",
        "more than one",
    ),
]


@pytest.mark.parametrize(("change", "status", "code", "said"), BAD, ids=[f"{n}-{bad[2]}" for n, bad in enumerate(BAD)])
def test_what_cannot_be_asked_is_an_error_in_openais_form(
    client: OpenAI, change: dict[str, Any], status: int, code: str, said: str
) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        ask(client, *[], **{"messages": [RED], **change})
    body: Any = refused.value.body
    assert (refused.value.status_code, body["code"]) == (status, code), body
    assert said in body["message"]
    assert body["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", [b"{", b"[1]", b"9" * 5000, b"[" * 100_000])
def test_a_body_that_is_no_request(address: str, body: bytes) -> None:
    reply = httpx.post(f"{address}/v1/chat/completions", content=body)
    assert (reply.status_code, reply.json()["error"]["type"]) == (400, "invalid_request_error")


def test_addresses_and_sites_that_may_not(address: str) -> None:
    assert "chat/completions" in httpx.get(f"{address}/v1/embeddings").json()["error"]["message"]
    assert httpx.get(f"{address}/v1/chat/completions").status_code == 405
    foreign = httpx.post(f"{address}/v1/chat/completions", headers={"Origin": "https://evil.example"}, json={})
    assert (foreign.status_code, foreign.json()["error"]["type"]) == (403, "permission_error")


def test_a_language_model_that_is_not_there_is_a_503(tmp_path: Path, tools: Tools) -> None:
    with engine(tmp_path, "http://127.0.0.1:9/v1", tools) as made, http(made) as address:
        client = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
        with pytest.raises(openai.InternalServerError) as refused:
            ask(client, RED)
        assert (refused.value.status_code, refused.value.code) == (503, "llm_error")
        with pytest.raises(openai.APIError, match="No LLM server answers"):
            list(ask(client, RED, stream=True))
        health = httpx.get(f"{address}/health").json()
        assert (health["ready"], health["llm"]["reachable"]) == (True, False)


def test_from_elsewhere_a_token_is_needed(made: Engine) -> None:
    with http(made, "s3cret") as address:
        with pytest.raises(openai.AuthenticationError):
            OpenAI(base_url=f"{address}/v1", api_key="guess", max_retries=0).models.list()
        assert httpx.get(f"{address}/health").status_code == 403
        listed = OpenAI(base_url=f"{address}/v1", api_key="s3cret").models.list().data
        assert [model.id for model in listed] == ["looksmith"]
        assert httpx.get(f"{address}/health", headers={"Authorization": "Bearer s3cret"}).json()["ready"]


KILLED = """
import sys
from openai import OpenAI
client = OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
url = {"type": "image_url", "image_url": {"url": sys.argv[2]}}
text = {"type": "text", "text": "How much red do you see?"}
client.chat.completions.create(model="looksmith", messages=[{"role": "user", "content": [url, text]}])
"""


def test_of_100_questions_of_16_clients_nothing_is_lost_or_mixed_up_when_one_is_killed(
    address: str, made: Engine, tools: Tools
) -> None:
    tools.gate.clear()
    tools.reached.clear()
    tools.sizes.clear()
    killed = subprocess.Popen([sys.executable, "-c", KILLED, f"{address}/v1", picture(200)])
    assert tools.reached.wait(120)  # its question stands still in the tool

    def one(number: int) -> tuple[int, int, str]:
        client = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
        shade = number % 11
        reply = ask(client, {**about("How much red do you see?", shade)}, user=str(number))
        return shade, reply.looksmith["answer"], reply.looksmith["run"]

    def end() -> None:
        while made.under_way < 12:
            threading.Event().wait(0.02)
        killed.kill()
        killed.wait()
        while made.under_way and not tools.gate.is_set():
            tools.gate.set()

    threading.Thread(target=end, daemon=True).start()
    with ThreadPoolExecutor(15) as clients:
        found = list(clients.map(one, range(100)))
    assert [answer for _, answer, _ in found] == [shade for shade, _, _ in found]
    assert len({run for _, _, run in found}) == 100
    assert max(tools.sizes) > 1  # questions of different clients share batches
    while made.under_way:
        threading.Event().wait(0.02)
    ended = [made.settings.runs.load(run.name).record for run in (made.settings.home / "runs").iterdir()]
    assert [one.message for one in ended if one.outcome is None or "cancelled" in one.message] != []
    assert all(one.outcome for one in ended)


def test_the_program_llm_asks_it(address: str, tmp_path: Path) -> None:
    """A chat program that others wrote: https://llm.datasette.io."""
    table = {"model_id": "looksmith", "model_name": "looksmith", "api_base": f"{address}/v1", "vision": True}
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps([table]))  # JSON is YAML
    red(91).save(tmp_path / "photo.png")
    command = [sys.executable, "-m", "llm", "-m", "looksmith", "How much red is there?", "-a", "photo.png"]
    environment = {"LLM_USER_PATH": str(tmp_path), "HOME": str(tmp_path), "OPENAI_API_KEY": "none"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("91\n")
    assert "SHADE(image)" in done.stdout
