"""VQA, CAPTION and POINT: tiny models of the LLaVA family, SmolVLM and BLIP, and a server that shows what it gets."""

from __future__ import annotations

import base64
import io
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import tiny_clip
import tiny_vlm
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from transformers import AutoModelForImageTextToText, AutoProcessor, BlipForConditionalGeneration, BlipProcessor

from looksmith.tools.answering import Answerer, Captioner, Described, Shot, short_answer
from looksmith.tools.errors import ToolError, WeightsError
from looksmith.tools.models.captioners import Blip, Coca, CocaOptions, write
from looksmith.tools.models.served_vlm import ServedVlm, ServedVlmOptions
from looksmith.tools.models.transformers_vlm import TransformersVlm, TransformersVlmOptions
from looksmith.tools.pointing import Pointer, read_points
from looksmith.tools.spec import Spec
from looksmith.tools.values import Box, Image, Point
from looksmith.tools.vlm import Request
from looksmith.tools.weights import Weights

NAMES = tuple(tiny_vlm.MAKERS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in tiny_vlm.MAKERS.items()}


@pytest.fixture(scope="module")
def models(folders: dict[str, Path]) -> dict[str, TransformersVlm]:
    return {name: TransformersVlm(spec(folder)) for name, folder in folders.items()}


def spec(folder: Path) -> Spec:
    return Spec(Weights(folder), folder)


class Says:
    """A model that replies as it was told, and keeps what it was asked."""

    backend = "says"

    def __init__(self, *replies: str) -> None:
        self._replies = list(replies)
        self.asked: list[Request] = []

    def load(self) -> None:
        """Nothing to load."""

    def reply(self, requests: Sequence[Request]) -> list[str]:
        """The next replies."""
        self.asked += requests
        return [self._replies.pop(0) for _ in requests]


PICTURE = Image.of(Pillow.new("RGB", (200, 100), "red"))


def by_the_library(folder: Path, request: Request) -> str:
    """A reply as the library's documentation gets it."""
    model: Any = AutoModelForImageTextToText.from_pretrained(folder)
    processor: Any = AutoProcessor.from_pretrained(folder)
    model.eval()
    content = [
        {"type": "image", "image": part.pixels} if isinstance(part, Image) else {"type": "text", "text": part}
        for part in request.parts
    ]
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
    with torch.no_grad():
        written = model.generate(**inputs, max_new_tokens=request.max_tokens, do_sample=False)
    return processor.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def requests_of(photo: Callable[[str], Image]) -> list[Request]:
    coffee, cat = photo("coffee"), photo("chelsea").crop(Box(60, 20, 400, 280))
    return [
        Request((coffee, "what is on the table"), 12),
        Request((cat, "how many cat in image"), 12),
        Request((coffee, "a cup", cat, "what is left"), 6),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_replies_are_the_librarys_own(name: str, folders, models, photo) -> None:
    requests = requests_of(photo)
    wanted = [by_the_library(folders[name], request) for request in requests]
    assert [models[name].reply([request])[0] for request in requests] == wanted
    assert len(set(wanted)) > 1 and all(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_single_requests_give_in_any_order(name: str, folders, models, photo) -> None:
    requests = requests_of(photo)
    alone = [models[name].reply([request])[0] for request in reversed(requests)][::-1]
    assert models[name].reply(requests) == alone
    twos = TransformersVlm(spec(folders[name]), TransformersVlmOptions(batch=2))
    assert twos.reply(requests) == alone


def test_questions_and_captions_go_through_the_tools(models, photo) -> None:
    answerer, captioner = Answerer(models["llava"]), Captioner(Described(models["llava"]))
    answer = answerer.VQA(photo("coffee"), "what is on the table")
    assert answer and answer == answer.lower()
    assert answerer.VQA([photo("coffee"), photo("chelsea")], question="what is on the table")[0] == answer
    assert captioner.CAPTION(photo("coffee")) == captioner.CAPTION(images=[photo("coffee")])[0]


def test_worked_examples_come_before_the_question_image_by_image() -> None:
    shot = Shot(Image.of(Pillow.new("RGB", (5, 5))), "How many cups?", "2")
    model = Says("4")
    assert Answerer(model, [shot, shot]).VQA(PICTURE, "How many  dogs?", answer="number") == "4"
    (request,) = model.asked
    kinds = ["image" if isinstance(part, Image) else part for part in request.parts]
    worked = ["image", "Question: How many cups? Answer: 2\n"]
    assert kinds == [*worked, *worked, "image", "How many dogs? Answer with a number in digits."]


@pytest.mark.parametrize(
    ("reply", "kind", "answer"),
    [
        ("Yes, it is.", "yes/no", "yes"),
        (" No.\nBecause it is red.", "yes/no", "no"),
        ("There are 12 of them.", "number", "12"),
        ("Three", "number", "3"),
        ("1,200 people", "number", "1200"),
        ("Red.", "word", "red"),
        ("Answer: A red cup.", "any", "a red cup"),
        ("<|im_start|>blue<|im_end|></s>", "any", "blue"),
    ],
)
def test_answers_are_short_and_of_the_kind_that_was_asked_for(reply: str, kind: Any, answer: str) -> None:
    assert short_answer(reply, kind) == answer


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("Perhaps", "yes/no"),
        ("many", "number"),
        ("2 or 3", "number"),
        ("a red cup", "word"),
        ("", "any"),
        (" . ", "any"),
        ("<|im_end|>", "any"),
    ],
)
def test_a_reply_of_another_kind_is_an_error_that_shows_it(reply: str, kind: Any) -> None:
    with pytest.raises(ToolError) as caught:
        short_answer(reply, kind)
    assert "said" in str(caught.value)


@pytest.mark.parametrize("question", ["", "  ", "why " * 200])
def test_questions_that_cannot_be_asked(question: str) -> None:
    model = Says("yes")
    with pytest.raises(ToolError, match="question"):
        Answerer(model).VQA(PICTURE, question)
    assert model.asked == []


@pytest.mark.parametrize("name", NAMES)
def test_an_image_of_one_pixel_is_an_image(name: str, models) -> None:
    pixel = Image.of(Pillow.new("RGB", (1, 1), "red"))
    assert models[name].reply([Request((pixel, "what is red"), 4)])[0]


def test_a_model_without_a_chat_template_is_refused(folders, tmp_path: Path) -> None:
    folder = tmp_path / "llava"
    folder.mkdir()
    for path in folders["llava"].iterdir():
        if path.name != "chat_template.jinja":
            (folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(WeightsError, match="no chat template"):
        TransformersVlm(spec(folder)).load()


# BLIP


@pytest.fixture(scope="module")
def blip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vlm.blip(tmp_path_factory.mktemp("blip"))


def test_captions_are_the_librarys_own_in_batches_too(blip_folder: Path, photo) -> None:
    images = [photo("coffee"), photo("chelsea"), photo("coffee").crop(Box(100, 100, 300, 300))]
    found = Captioner(Blip(spec(blip_folder))).CAPTION(images)
    model = BlipForConditionalGeneration.from_pretrained(blip_folder).eval()
    processor: Any = BlipProcessor.from_pretrained(blip_folder)
    for image, caption in zip(images, found, strict=True):
        inputs = processor(images=image.pixels, return_tensors="pt")
        with torch.no_grad():
            written = model.generate(**inputs, max_new_tokens=40)
        assert caption == processor.decode(written[0], skip_special_tokens=True).strip()


# CoCa


@pytest.fixture(scope="module")
def coca(tmp_path_factory: pytest.TempPathFactory) -> Coca:
    folder = tmp_path_factory.mktemp("coca")
    tiny_clip.register(folder)
    tiny_clip.save_pickle(folder, tiny_clip.COCA)
    return Coca(spec(folder), CocaOptions(model=tiny_clip.COCA, max_tokens=8))


def test_coca_writes_the_likeliest_word_after_word(coca: Coca, photo) -> None:
    """Each token is the one that the library's own forward pass gives the highest logit after those before it."""
    loaded = coca._slot.get()
    pixels = loaded.pixels(photo("coffee").pixels)[None]
    with torch.no_grad():
        tokens = write(loaded.network, pixels, 8)
        logits = loaded.network(pixels, tokens, output_labels=False)["logits"][0]
    assert tokens.shape[1] == 8 and tokens[0, 0] == 49406
    assert logits[:-1].argmax(dim=-1).tolist() == tokens[0, 1:].tolist()
    images = [photo("coffee"), photo("chelsea")]
    assert coca.captions(images) == [coca.captions([image])[0] for image in images]


def test_a_model_that_does_not_write_captions_is_refused(tmp_path: Path) -> None:
    tiny_clip.register(tmp_path)
    tiny_clip.save_pickle(tmp_path)
    with pytest.raises(WeightsError, match="does not write captions"):
        Coca(spec(tmp_path), CocaOptions(model=tiny_clip.CLIP)).load()


# A server that stands in for vLLM and keeps what it was sent: vLLM's CPU build here has no torchvision, which its own
# multimodal models need.


class Server(ThreadingHTTPServer):
    """Replies with what `answer` makes of a request's body, and keeps the bodies."""

    def __init__(self, answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]], models: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.models, self.bodies = answer, models, list[dict[str, Any]]()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """Speaks the two paths of OpenAI's API that are used."""

    server: Any

    def do_GET(self) -> None:
        """The list of models."""
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "me"} for name in self.server.models]
        self._send(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        """A completion."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self._send(*self.server.answer(body))

    def _send(self, status: int, value: dict[str, Any]) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def said(text: str) -> tuple[int, dict[str, Any]]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return 200, {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(answer: Any, models: Sequence[str] = ("seer",)) -> Server:
        server = Server(answer, models)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def served(server: Server, **options: Any) -> ServedVlm:
    return ServedVlm(spec(Path()), ServedVlmOptions(base_url=server.url, **options))


def pixels_of(part: dict[str, Any]) -> Any:
    head, data = part["image_url"]["url"].split(",", 1)
    assert head == "data:image/png;base64"
    return Pillow.open(io.BytesIO(base64.b64decode(data)))


def test_a_served_model_gets_the_very_pixels_between_the_texts(serve, photo) -> None:
    server = serve(lambda body: said("A cup."))
    crop = photo("coffee").crop(Box(100, 50, 300, 250))
    assert Answerer(served(server)).VQA(crop, "What is it?") == "a cup"
    (body,) = server.bodies
    (message,) = body["messages"]
    picture, text = message["content"]
    assert pixels_of(picture).tobytes() == crop.pixels.tobytes()
    assert text == {"type": "text", "text": "What is it? Answer with a few words."}
    assert (body["model"], body["temperature"], message["role"]) == ("seer", 0.0, "user")


def test_replies_of_parallel_requests_keep_their_order(serve) -> None:
    server = serve(lambda body: said(body["messages"][0]["content"][0]["text"]))
    requests = [Request((f"number {i}",)) for i in range(20)]
    assert served(server, parallel=5).reply(requests) == [f"number {i}" for i in range(20)]


def test_what_goes_wrong_with_a_server_is_told_in_a_sentence(serve) -> None:
    nowhere = ServedVlm(spec(Path()), ServedVlmOptions(base_url="http://127.0.0.1:9/v1"))
    with pytest.raises(ToolError, match=r"No server answers at http://127\.0\.0\.1:9/v1"):
        nowhere.load()
    server = serve(lambda body: (400, {"error": {"message": "seer is not a multimodal model"}}))
    with pytest.raises(ToolError, match=r"refused the request .400.*not a multimodal model"):
        served(server).reply([Request((PICTURE, "what"))])
    with pytest.raises(ToolError, match=r"has no model 'sear'.*seer"):
        served(server, model="sear").load()
    with pytest.raises(ToolError, match=r"has 2 models\..*a, b"):
        served(serve(lambda body: said("x"), ["a", "b"])).load()
    with pytest.raises(ToolError, match="replied with nothing"):
        served(serve(lambda body: said(""))).reply([Request((PICTURE,))])


# POINT


@pytest.mark.parametrize(
    ("reply", "points"),
    [
        ('<point x="10.0" y="50" alt="cup">cup</point>', [(0.1, 0.5)]),
        (
            'I see <points x1="1.5" y1="2" x2="30.25" y2="40" alt="cups">cups</points> there.',
            [(0.015, 0.02), (0.3025, 0.4)],
        ),
        ('<points coords="1 1 098 629 2 162 1000">cups</points>', [(0.098, 0.629), (0.162, 1.0)]),
        ('<point x="1" y="2" alt="a">a</point> and <point x="3" y="4" alt="b">b</point>', [(0.01, 0.02), (0.03, 0.04)]),
        ("There are none.", []),
        ("I don't see any cup in the image.", []),
        ("This isn't in the image.", []),
    ],
)
def test_points_are_read_from_the_models_own_markup(reply: str, points: list[tuple[float, float]]) -> None:
    assert read_points(reply) == [pytest.approx(point) for point in points]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "said nothing"),
        ("A cup on a saucer.", "no list of points"),
        ('<point x="10" alt="cup">cup</point>', "broken markup"),
        ('<point x="ten" y="1">cup</point>', "broken markup"),
        ('<points x1="1" y1="2" x2="3">cups</points>', "broken markup"),
        ('<points coords="1 1 098">cups</points>', "broken markup"),
        ('<points coords="1 a 098 100">cups</points>', "broken markup"),
        ('<points x1="1" y1="2" x2="3', "no list of points"),
        ('<point x="1" y="2">a</point> <points x1="3', "no list of points"),
        ('<point x="101" y="2">cup</point>', "outside the image"),
        ('<points coords="1 1 1001 10">cup</points>', "outside the image"),
        ('<point x="1" y="2" onload>cup</point>', "broken markup"),
    ],
)
def test_a_malformed_reply_is_an_error_that_shows_it(reply: str, said: str) -> None:
    with pytest.raises(ToolError, match=said) as caught:
        read_points(reply)
    assert not reply or reply[:30] in str(caught.value)


places = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=20)


@given(places)
def test_what_is_written_in_any_of_the_formats_is_read_back(written: list[tuple[int, int]]) -> None:
    shares = [pytest.approx((x / 1000, y / 1000)) for x, y in written]
    percent = " ".join(f'x{i}="{x / 10}" y{i}="{y / 10}"' for i, (x, y) in enumerate(written, start=1))
    coords = " ".join(f"{i} {x:03} {y:03}" for i, (x, y) in enumerate(written, start=1))
    singles = "".join(f'<point x="{x / 10}" y="{y / 10}" alt="a">a</point>' for x, y in written)
    for reply in (f'<points {percent} alt="cups">cups</points>', f'<points coords="1 {coords}">a</points>', singles):
        assert read_points(reply) == shares


@given(st.text() | st.text(alphabet='<point s="/>xy1234.0 coords'))
def test_any_other_text_is_refused_and_nothing_else_is_raised(reply: str) -> None:
    try:
        found = read_points(reply)
    except ToolError:
        return
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found)


def test_points_lie_in_the_original_image_whatever_the_crop() -> None:
    model = Says(
        '<points x1="0" y1="0" x2="50" y2="100">cups</points>', "There are no dogs.", '<point x="1" y="1">a</point>'
    )
    pointer, crop = Pointer(model), PICTURE.crop(Box(100, 20, 180, 60))
    assert pointer.POINT(crop, "The Cups") == [Point(100, 20, "the cups"), Point(140, 60, "the cups")]
    assert model.asked[0].parts == (crop, "Point to every the cups.")
    assert pointer.POINT(crop, "dog") == []
    assert pointer.count(crop, "dog") == 1
    with pytest.raises(ToolError, match="empty"):
        pointer.POINT(crop, " ")


@pytest.mark.skipif(not os.environ.get("LOOKSMITH_HUB_WEIGHTS"), reason="LOOKSMITH_HUB_WEIGHTS names no folder")
@pytest.mark.parametrize("weights", ["smolvlm-500m-instruct", "llava-1.5-7b"])
def test_real_weights_see_the_coffee(weights: str, photo) -> None:
    model = TransformersVlm(spec(Path(os.environ["LOOKSMITH_HUB_WEIGHTS"]) / weights))
    assert Answerer(model).VQA(photo("coffee"), "Is there a cup?", answer="yes/no") == "yes"
    assert "coffee" in Captioner(Described(model)).CAPTION(photo("coffee")).lower()
