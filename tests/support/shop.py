"""An MCP server for tests, made with the SDK: `python shop.py [--http PORT]`. It keeps a diary of what it did."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import Image as Picture
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from PIL import Image as Pillow
from PIL import ImageOps
from pydantic import BaseModel, Field

READING = ToolAnnotations(read_only_hint=True)
Coded = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64", "contentMediaType": "image/png"})]
shop = MCPServer("shop")


class Place(BaseModel):
    """A box."""

    left: float
    top: float
    right: float
    bottom: float
    label: str = ""


def _diary(line: str) -> None:
    name = os.environ.get("DIARY")
    if name:
        with Path(name).open("a") as diary:
            diary.write(line + "\n")


def _decoded(picture: str) -> Pillow.Image:
    return Pillow.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")


@shop.tool(annotations=READING)
def measure(picture: Coded, factor: float = 1.0) -> list[float]:
    """Width and height of a picture, times a factor. What follows is not told."""
    _diary("measure")
    return [side * factor for side in _decoded(picture).size]


@shop.tool(annotations=READING)
def red_spot(picture: Coded) -> Place:
    """Where the picture is red."""
    box = ImageOps.invert(_decoded(picture).getchannel("G")).getbbox()
    assert box is not None
    return Place(left=box[0], top=box[1], right=box[2], bottom=box[3], label="red")


@shop.tool(annotations=READING)
def area_of(picture: Coded, place: Place) -> list[float]:
    """The box as it came."""
    return [place.left, place.top, place.right, place.bottom]


@shop.tool(annotations=READING, structured_output=False)
def mirror(picture: Coded) -> Picture:
    """The picture, left and right exchanged."""
    buffer = io.BytesIO()
    _decoded(picture).transpose(Pillow.Transpose.FLIP_LEFT_RIGHT).save(buffer, "PNG")
    return Picture(data=buffer.getvalue(), format="png")


@shop.tool(annotations=READING, structured_output=False)
def width_of_file(path: str) -> str:
    """The width of a picture in a file."""
    return str(Pillow.open(path).width)


@shop.tool()
def order(thing: str, count: int = 1) -> str:
    """Order something."""
    _diary(f"order {count} {thing}")
    return f"{count} {thing} on its way"


@shop.tool(annotations=READING)
def broken(how: str) -> str:
    """Fails, or ends the server."""
    if how == "end":
        os._exit(3)
    raise ToolError("the drawer is stuck")


@shop.tool(annotations=READING)
async def wait() -> str:
    """Takes a minute."""
    await asyncio.sleep(60)
    return "now"


@shop.tool(annotations=READING, structured_output=False)
def garbage() -> Any:
    """A picture that is none."""
    return Picture(data=b"no picture", format="png")


if __name__ == "__main__":
    if "--http" in sys.argv:
        shop.run("streamable-http", host="127.0.0.1", port=int(sys.argv[-1]))
    else:
        shop.run()
