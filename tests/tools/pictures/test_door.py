"""The door for pictures: everything that people have comes in, everything else is told in one sentence."""

from __future__ import annotations

import base64
import http.server
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from looksmith.tools.core.errors import InputError, PrerequisiteError
from looksmith.tools.core.values import Image
from looksmith.tools.pictures import fetch as fetching
from looksmith.tools.pictures.door import LOCAL, SERVICE, Door
from looksmith.tools.pictures.limits import DownloadLimits


def noisy(size: tuple[int, int] = (40, 30)) -> Pillow.Image:
    """A picture of which no two parts are alike."""
    return Pillow.effect_noise(size, 90).convert("RGB")


def encoded(form: str, picture: Pillow.Image | None = None, **options: Any) -> bytes:
    """A file in memory."""
    buffer = io.BytesIO()
    (picture or noisy()).save(buffer, form, **options)
    return buffer.getvalue()


PNG = encoded("PNG")
PIXELS = Image.of(Pillow.open(io.BytesIO(PNG))).source


class Web:
    """A server of this machine. replies: status, headers and body by path; asked: the paths that came."""

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers["Host"]))
                if self.path == "/drip":
                    return self._drip()
                status, headers, body = outer.replies.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for start in range(0, len(body), 1000):
                        self.wfile.write(body[start : start + 1000])
                        if self.path == "/slow":
                            time.sleep(0.3)
                except OSError:
                    pass

            def _drip(self) -> None:
                try:
                    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100:
                        self.wfile.write(bytes((byte,)))
                        time.sleep(0.1)
                except OSError:
                    pass

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """A server with a picture."""
    made = Web()
    made.replies["/a/photo.png"] = (200, {"Content-Type": "text/plain"}, PNG)
    yield made
    made.stop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(PNG)
    return path


def test_the_same_picture_in_every_form(web: Web, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Pillow.open(io.BytesIO(PNG))
    forms: list[Any] = [
        file,
        str(file),
        PNG,
        bytearray(PNG),
        opened,
        np.asarray(opened),
        Image.of(opened),
        f"{web.url}/a/photo.png",
        "data:image/png;base64," + base64.b64encode(PNG).decode(),
        "data:image/png," + "".join(f"%{byte:02x}" for byte in PNG),
    ]
    found = [LOCAL.read(form) for form in forms]
    assert {image.source for image, _ in found} == {PIXELS}
    assert [name for _, name in found[:2]] == ["photo.png"] * 2
    assert (found[7][1], found[8][1]) == ("photo.png", "image.png")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PNG)))
    image, name = LOCAL.read("-")
    assert (image.source, name) == (PIXELS, "stdin")


def test_what_is_transparent_or_lies_on_its_side_comes_in_as_people_see_it() -> None:
    clear = Pillow.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert LOCAL.read(clear)[0].pixels.getpixel((0, 0)) == (255, 255, 255)
    turned = Pillow.Exif()
    turned[0x0112] = 6
    assert LOCAL.read(encoded("JPEG", noisy((40, 30)), exif=turned))[0].original == (30, 40)


def test_a_heic_photo_comes_in_upright() -> None:
    heif = pytest.importorskip("pillow_heif")
    turned = Pillow.Exif()
    turned[0x0112] = 6
    buffer = io.BytesIO()
    picture = Pillow.new("RGB", (64, 32), "red")
    picture.paste("blue", (0, 0, 32, 32))
    heif.from_pillow(picture).save(buffer, exif=turned.tobytes(), quality=95)
    image, _ = LOCAL.read(buffer.getvalue())
    assert image.original == (32, 64)
    pixel = image.pixels.getpixel((16, 8))
    assert isinstance(pixel, tuple)
    assert pixel[2] > 200 > 60 > pixel[0]  # what was left is at the top
    with pytest.raises(InputError, match="damaged"):
        LOCAL.read(buffer.getvalue()[:-300])


def test_an_avif_photo() -> None:
    assert LOCAL.read(encoded("AVIF"))[0].original == (40, 30)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Two pages: a white one and a red one, 72 points wide."""
    path = tmp_path / "report.pdf"
    Pillow.new("RGB", (72, 144), "white").save(
        path, "PDF", save_all=True, append_images=[Pillow.new("RGB", (72, 144), "red")], resolution=72
    )
    return path


def test_a_page_of_a_pdf(report: Path) -> None:
    first, name = LOCAL.read(report)
    second, second_name = LOCAL.read(f"{report}#2")
    assert (first.original, second.original) == ((150, 300), (150, 300))
    assert (name, second_name) == ("report.pdf", "report.pdf#2")
    red = second.pixels.getpixel((75, 150))
    assert isinstance(red, tuple)
    assert red[0] > 200 > 60 > red[1]
    assert first.pixels.getpixel((75, 150)) == (255, 255, 255)
    assert LOCAL.read(Path(f"{report}#2"))[0] == second
    assert LOCAL.read(report.read_bytes())[0] == first


def test_a_page_that_is_not_there(report: Path, file: Path) -> None:
    with pytest.raises(InputError, match="has no page 3: it has 2 pages"):
        LOCAL.read(f"{report}#3")
    with pytest.raises(InputError, match="is damaged"):
        LOCAL.read(b"%PDF-1.7\nnonsense")
    odd = file.with_name("odd.pdf#2")
    odd.write_bytes(PNG)
    assert LOCAL.read(odd)[0].source == PIXELS  # a file that is called like that


@pytest.mark.parametrize("package", ["pypdfium2", "pillow_heif"])
def test_a_package_that_is_missing_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("looksmith.tools.core.packages.find_spec", lambda name: None)
    data = b"%PDF-1.7" if package == "pypdfium2" else b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    with pytest.raises(PrerequisiteError, match=rf"needs {package}\. .*pip install 'looksmith\["):
        LOCAL.read(data)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("nowhere.png", "There is no file"),
        ("", "name of the picture is empty"),
        ("file:///etc/passwd", "begin with file: are not read. Give the path itself"),
        ("ftp://example.org/a.png", "begin with ftp: are not read"),
        ("data:image/png;base64", "has no data"),
        ("data:image/png;base64,!!!", "is not base64"),
        ("data:text/plain,hello", "is not an image"),
        ("http://", "cannot be fetched"),
        ("https://exa mple/a.png", "cannot be fetched"),
        (b"", "is empty"),
        (b"text", "is not an image"),
        (PNG[:-200], "is damaged"),
        (7, "cannot be of type int"),
        (None, "cannot be of type NoneType"),
        (np.zeros((4, 4), np.uint8), r"shape \(4, 4\).*np.stack"),
        (np.zeros((3, 4, 4), np.uint8), r"shape \(3, 4, 4\).*transpose"),
        (np.zeros((4, 4, 4), np.uint8), r"Without alpha"),
        (np.zeros((4, 4, 3), np.float32), r"array of float32.*255 \* array"),
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
    ],
)
def test_everything_else_is_told_in_one_sentence(given: Any, why: str) -> None:
    with pytest.raises(InputError, match=f"(?s){why}") as told:
        LOCAL.read(given)
    assert "\n" not in str(told.value)


def test_an_array_is_copied() -> None:
    array = np.zeros((4, 4, 3), np.uint8)
    image, _ = LOCAL.read(array)
    array[:] = 255
    assert image.pixels.getpixel((0, 0)) == (0, 0, 0)


# -- addresses


def test_redirects_are_followed_a_few_times_and_only_to_the_web(web: Web) -> None:
    for number in range(6):
        web.replies[f"/hop{number}"] = (302, {"Location": f"/hop{number + 1}"}, b"")
    web.replies["/hop3"] = (301, {"Location": f"{web.url}/a/photo.png"}, b"")
    assert LOCAL.read(f"{web.url}/hop1")[1] == "photo.png"
    web.replies["/hop3"] = (302, {"Location": "/hop4"}, b"")
    with pytest.raises(InputError, match="more than 3 redirects"):
        LOCAL.read(f"{web.url}/hop0")
    for elsewhere in ("file:///etc/passwd", "ftp://127.0.0.1/a.png"):
        web.replies["/away"] = (302, {"Location": elsewhere}, b"")
        with pytest.raises(InputError, match="not an http or https address"):
            LOCAL.read(f"{web.url}/away")


def test_a_page_behind_an_address(web: Web, report: Path) -> None:
    web.replies["/report.pdf"] = (200, {}, report.read_bytes())
    assert LOCAL.read(f"{web.url}/report.pdf#2")[0] == LOCAL.read(f"{report}#2")[0]
    assert web.asked[-1][0] == "/report.pdf"


def test_too_much_too_slow_and_not_there(web: Web) -> None:
    web.replies["/slow"] = (200, {}, PNG * 3)
    door = Door(DownloadLimits(megabytes=0.01))
    web.replies["/large"] = (200, {}, bytes(20_000))
    with pytest.raises(InputError, match=r"larger than 0\.01 MB"):
        door.read(f"{web.url}/large")
    for path in ("slow", "drip"):
        with pytest.raises(InputError, match="within 1 s"):
            Door(DownloadLimits(seconds=1)).read(f"{web.url}/{path}")
    with pytest.raises(InputError, match="the server answers 404"):
        LOCAL.read(f"{web.url}/nothing.png")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError, match="cannot be fetched"):
        LOCAL.read(f"http://127.0.0.1:{port}/a.png")


def test_user_and_password_are_not_told(web: Web) -> None:
    with pytest.raises(InputError) as told:
        LOCAL.read(f"{web.url.replace('://', '://me:secret@')}/nothing.png")
    assert "secret" not in str(told.value)


def resolving(*numbers: str) -> Callable[..., Any]:
    """A resolver that knows these numbers for every name."""

    def getaddrinfo(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    return getaddrinfo


@pytest.mark.parametrize(
    "numbers",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["100.64.0.1"],
        ["::1"],
        ["fe80::1%eth0"],
        ["fd00::1"],
        ["::ffff:10.0.0.1"],
        ["224.0.0.1"],
        ["93.184.216.34", "10.0.0.7"],
    ],
)
def test_a_service_looks_at_no_private_address(numbers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(*numbers))
    with pytest.raises(InputError, match="private network"):
        SERVICE.read("http://pictures.example/a.png")


def test_a_service_reads_no_files_and_may_be_allowed_its_own_network(web: Web, file: Path) -> None:
    for given in (str(file), file, "-"):
        with pytest.raises(InputError):
            SERVICE.read(given)
    with pytest.raises(InputError, match="private network"):
        SERVICE.read(f"{web.url}/a/photo.png")
    assert Door(private=True, files=False).read(f"{web.url}/a/photo.png")[0].source == PIXELS


def test_a_name_cannot_lead_elsewhere_the_second_time(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked at is what is asked, with the name in the header; and a redirect is looked at too."""
    port = web.url.rpartition(":")[2]
    monkeypatch.setattr(fetching, "_is_public", lambda number: True)
    monkeypatch.setattr(socket, "getaddrinfo", resolving("127.0.0.1"))
    assert SERVICE.read(f"http://pictures.example:{port}/a/photo.png")[0].source == PIXELS
    assert web.asked[-1] == ("/a/photo.png", f"pictures.example:{port}")
    monkeypatch.undo()
    web.replies["/inside"] = (302, {"Location": "http://10.0.0.1/a.png"}, b"")
    monkeypatch.setattr(fetching, "_is_public", lambda number: str(number) == "127.0.0.1")
    with pytest.raises(InputError, match="private network"):
        SERVICE.read(f"{web.url}/inside")
