"""Lists the tools for clients: our three, and each vision tool with the schema from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...tools.core.registry import Registry
from ...tools.core.tool import Tool
from .client_pictures import MAX_IMAGES, TOLD
from .json_values import result_schema
from .results import RunResult

if TYPE_CHECKING:
    from mcp.types import Tool as Listed

ASK, RUN, EXPLAIN = "ask_image", "run_program", "explain_run"
INSTRUCTIONS = (
    "looksmith answers questions about images: it writes a short program of vision tools, checks it, runs it in a "
    "sandbox, and keeps every step. `ask_image` asks; `run_program` runs a program of yours; `explain_run` shows what "
    "each step of a run saw. The other tools are what programs call; each can be called alone. "
    f"An image is {TOLD}. Boxes are in pixels of the original image, whatever crop they were found in."
)
_PICTURE = {"type": "string", "description": f"The image: {TOLD}."}
_PICTURES = {"type": "array", "items": _PICTURE, "minItems": 1, "maxItems": MAX_IMAGES, "description": "One or more."}


def listed_tools(registry: Registry) -> list[Listed]:
    """All tools, in the protocol's form."""
    return [*_ours(registry), *(_listed(tool) for tool in registry)]


def _ours(registry: Registry) -> list[Listed]:
    ask = "Answer a question about one or several images. A failure says why; it is never an answer."
    run = (
        "Run a Python program of vision tools on images: assignments, if, for, comprehensions and arithmetic. It reads "
        f"`image` (or the list `images`), and sets `answer`. Its tools:\n{registry.describe()}"
    )
    explain = "Show a run step by step: the program, what each call saw, and why it ended as it did."
    question = {"type": "string", "description": 'Such as "How many cups are there?"'}
    program = {"type": "string", "description": 'Such as: answer = COUNT(DETECT(image, "cup"))'}
    inputs = {"type": "object", "description": "Further values that the program reads, by name."}
    which = {"type": "string", "default": "last", "description": "The id of the run, or `last`."}
    step = {"type": "integer", "minimum": 1, "description": "Show the pictures of this step alone."}
    return [
        _own(ASK, ask, {"images": _PICTURES, "question": question}, ["images", "question"]),
        _own(RUN, run, {"images": _PICTURES, "program": program, "inputs": inputs}, ["images", "program"]),
        _own(EXPLAIN, explain, {"run": which, "step": step}, []),
    ]


def _own(name: str, description: str, properties: dict[str, Any], required: list[str]) -> Listed:
    from mcp.types import Tool as Listed
    from mcp.types import ToolAnnotations

    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return Listed(
        name=name,
        description=description,
        input_schema=schema,
        output_schema=RunResult.model_json_schema(),
        annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    )


def _listed(tool: Tool) -> Listed:
    from mcp.types import Tool as Listed
    from mcp.types import ToolAnnotations

    return Listed(
        name=tool.name,
        description=tool.doc,
        # The protocol requires a type at the root of a schema, even above `anyOf`.
        input_schema={"type": "object", **tool.schema},
        output_schema=result_schema(tool),
        annotations=ToolAnnotations(
            read_only_hint=not tool.options.acts,
            idempotent_hint=tool.options.deterministic,
            open_world_hint=tool.options.acts,
        ),
    )
