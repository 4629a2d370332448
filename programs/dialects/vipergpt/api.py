"""ViperGPT's functions and methods as expressions over our tools.

The API is that of Suris, Menon and Vondrick, "ViperGPT: Visual Inference via Python Execution for Reasoning", ICCV
2023.
A part of an image (`ImagePatch`) becomes an Image, a segment of a video (`VideoSegment`) the range of its frames.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...language.language import BUILTINS
from .build import Fresh, expression, text_of

_AREA = "left lower right upper"

Parts = Mapping[str, ast.expr]
"""Arguments by parameter name, without those that were not given; the object of a method is `self`."""


@dataclass(frozen=True)
class World:
    """Context for building expressions.

    fresh: makes names that the program does not use; outer: the name under which every function can reach an input
    or a property of it: "images", "image", "height".
    is_text: is the expression certainly a string? is_video: is it the whole video?
    """

    fresh: Fresh
    outer: Callable[[str], str]
    is_text: Callable[[ast.expr], bool]
    is_video: Callable[[ast.expr], bool]

    def make(self, template: str, /, **parts: ast.expr) -> ast.expr:
        """An expression from a template (build.py)."""
        return expression(template, self.fresh, **parts)

    def input(self, what: str) -> ast.expr:
        """The name of an input, however the functions name their parameters."""
        return ast.Name(self.outer(what), ast.Load())


@dataclass(frozen=True)
class FunctionForm:
    """The signature of a function, and its translation.

    parameters: in order; the first `required` must be given. also: other names that programs use for them.
    """

    parameters: tuple[str, ...]
    required: int
    build: Callable[[World, Parts], ast.expr | str]
    also: Mapping[str, str]

    @property
    def usage(self) -> str:
        """The parameters, as shown in hints."""
        told = (name if i < self.required else f"{name}=None" for i, name in enumerate(self.parameters))
        return f"({', '.join(told)})"


def _form(parameters: str, build: Callable[[World, Parts], ast.expr | str], **also: str) -> FunctionForm:
    names = parameters.split()
    plain = tuple(name.rstrip("?") for name in names)
    return FunctionForm(plain, sum(not name.endswith("?") for name in names), build, also)


def _template(template: str) -> Callable[[World, Parts], ast.expr]:
    return lambda world, parts: world.make(template, **parts)


def _find(world: World, parts: Parts) -> ast.expr:
    return world.make("[CROP(self, box_) for box_ in DETECT(self, object_name)]", **parts)


def _verify(world: World, parts: Parts) -> ast.expr:
    statement = text_of("the ", parts["object_name"], " is ", parts["visual_property"])
    return world.make("VERIFY(self, statement)", self=parts["self"], statement=statement)


def _query(world: World, parts: Parts) -> ast.expr:
    return world.make("VQA(self, question)", **{"question": ast.Constant("What is this?"), **parts})


def _best_text(world: World, parts: Parts) -> ast.expr:
    prefix = parts.get("prefix")
    if prefix is None or (isinstance(prefix, ast.Constant) and prefix.value in (None, "")):
        return world.make("CLASSIFY(self, options)", self=parts["self"], options=parts["option_list"])
    labels = "f'{prefix} {option_}'"
    choice = f"{{{labels}: option_ for option_ in options}}[CLASSIFY(self, [{labels} for option_ in options])]"
    return world.make(choice, self=parts["self"], prefix=prefix, options=parts["option_list"])


def _ask_llm(world: World, parts: Parts) -> ast.expr | str:
    context, long = parts.get("context"), parts.get("long_answer", ast.Constant(True))
    if isinstance(context, ast.Constant) and isinstance(context.value, bool):
        context, long = None, context
    known = [context, "\n"] if context is not None and not _is_none(context) else []
    if not isinstance(long, ast.Constant):
        return "long_answer must be True or False."
    wish = [] if long.value else [" Answer in one or two words."]
    question = text_of(*known, parts["query"], *wish) if known or wish else parts["query"]
    return world.make("ASK_LLM(question)", question=question)


def _guesses(world: World, parts: Parts) -> ast.expr:
    listed = world.make("', '.join(guesses)", guesses=parts["guesses"])
    question = text_of(
        parts["question"], "\nSuggested answers: ", listed, "\nWhich is the right one? Reply with the answer alone."
    )
    return world.make("ASK_LLM(question)", question=question)


def _best_image(world: World, parts: Parts) -> ast.expr | str:
    index = parts.get("return_index", ast.Constant(False))
    if not isinstance(index, ast.Constant):
        return "return_index must be True or False."
    content = parts["content"]
    if isinstance(content, ast.List | ast.Tuple) and len(content.elts) == 1:
        content = content.elts[0]
    elif not world.is_text(content):
        content = world.make("', '.join(content)", content=content)
    # The published function returns None for an empty list, which few programs test for.
    best = "MATCH(patches, content)" if "or_none" in parts else "MATCH(FOUND(patches), content)"
    best = best if index.value else f"patches[{best}]"
    best = f"{best} if patches else None" if "or_none" in parts else best
    return world.make(best, patches=parts["list_patches"], content=content)


def _patch(world: World, parts: Parts) -> ast.expr | str:
    if len(parts) == 1:
        return parts["image"]
    if len(parts) < 5:
        return "ImagePatch takes either an image alone, or an image with left, lower, right and upper."
    return _crop(world, {"self": parts["image"], **parts})


def _crop(world: World, parts: Parts) -> ast.expr:
    """Coordinates count from the original's corner, or from a part's own if all are made of its size and numbers."""
    sides = {name: parts[name] for name in _AREA.split()}
    nodes = [node for side in sides.values() for node in ast.walk(side)]
    sizes = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ("width", "height")]
    others = [node for node in nodes if isinstance(node, ast.Attribute) and node not in sizes]
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id not in BUILTINS]
    own = ast.dump(parts["self"])
    within = sizes and not others and len(names) == len(sizes) and all(ast.dump(n.value) == own for n in sizes)
    template = f"{'CROP_WITHIN' if within else 'CROP_AT'}(self, left, lower, right, upper)"
    return world.make(template, self=parts["self"], **sides)


def _segment(world: World, parts: Parts) -> ast.expr:
    video = parts["video"]
    if world.is_video(video):
        video = world.make("range(len(images))", images=world.input("images"))
    return _slice(world, video, parts)


def _trim(world: World, parts: Parts) -> ast.expr:
    return _slice(world, parts["self"], parts)


def _slice(world: World, segment: ast.expr, parts: Parts) -> ast.expr:
    """Frames from start up to, but not including, end. A negative start means the first frame."""
    start, end = (None if part is None or _is_none(part) else part for part in (parts.get("start"), parts.get("end")))
    if start is None and end is None:
        return segment
    if start is not None and not (isinstance(start, ast.Constant) and isinstance(start.value, int)):
        start = world.make("max(start, 0)", start=start)
    return ast.Subscript(segment, ast.Slice(start, end), ast.Load())


def _frame(world: World, parts: Parts) -> ast.expr:
    """The frame of that number, or the last one if the number is too large."""
    template = "images[self[min(index, len(self) - 1)]]"
    return world.make(template, images=world.input("images"), **parts)


def _frames(world: World, parts: Parts) -> ast.expr:
    return world.make("[images[number_] for number_ in self]", images=world.input("images"), **parts)


def _select(world: World, parts: Parts) -> ast.expr:
    given = {name: part for name, part in parts.items() if name != "self"}
    return world.make("CHOSEN(ASK_LLM(CHOICE(info, question, options)), options)", **given)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


METHODS: dict[str, FunctionForm] = {
    "find": _form("object_name", _find, object="object_name", name="object_name"),
    "exists": _form("object_name", _template("EXISTS(self, object_name)"), object="object_name", name="object_name"),
    "verify_property": _form(
        "object_name visual_property", _verify, property="visual_property", attribute="visual_property"
    ),
    "best_text_match": _form("option_list prefix?", _best_text, options="option_list"),
    "simple_query": _form("question?", _query, query="question"),
    "compute_depth": _form("", _template("DEPTH(self)")),
    "crop": _form(_AREA, _crop),
    "overlaps_with": _form(_AREA, _template("OVERLAPS_WITH(self, left, lower, right, upper)")),
    "llm_query": _form("query long_answer?", _ask_llm, question="query"),
    "trim": _form("start? end?", _trim),
    "frame_from_index": _form("index", _frame),
    "frame_iterator": _form("", _frames),
    "select_answer": _form("info question options", _select, possible_answers="options", query="question"),
}
FUNCTIONS: dict[str, FunctionForm] = {
    "ImagePatch": _form(f"image {_AREA.replace(' ', '? ')}?", _patch),
    "VideoSegment": _form("video start? end?", _segment),
    "distance": _form("patch_a patch_b", _template("GAP(patch_a, patch_b)"), a="patch_a", b="patch_b"),
    "bool_to_yesno": _form("bool_answer", _template("'yes' if bool_answer else 'no'"), answer="bool_answer"),
    "coerce_to_numeric": _form("string no_string?", _template("NUMBER(string)")),
    "best_image_match": _form("list_patches content return_index?", _best_image, patches="list_patches"),
    "llm_query": _form("query context? long_answer?", _ask_llm, question="query"),
    "process_guesses": _form("question guesses", _guesses),
}
ATTRIBUTES: dict[str, str] = {
    **{name: f"self.{name}" for name in ("left", "right", "width", "height")},
    "lower": "height - self.bottom",
    "upper": "height - self.top",
    "horizontal_center": "self.center_x",
    "vertical_center": "height - self.center_y",
    "cropped_image": "self",
    "original_image": "original",
    "num_frames": "len(self)",
    "start": "self[0]",
    "end": "self[-1] + 1",
}


def attribute(world: World, owner: ast.expr, name: str) -> ast.expr:
    """The translation of one of ATTRIBUTES."""
    template = ATTRIBUTES[name]
    parts = {what: world.input(what) for what in ("height", "original") if template.startswith(what)}
    return world.make(template, self=owner, **parts)
