"""The registry of tools, shared by prompt, checker, sandbox and trace."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import PurePath
from typing import Any, cast

from .errors import ToolDeclarationError, ToolError
from .example import Drawing, Example
from .tool import Tool, is_tool


class Registry:
    """Tools by name, in the order of registration."""

    def __init__(self) -> None:
        self._tools: dict[str, Tool] = {}
        self._missing: dict[str, str] = {}
        self._examples: list[Example] = []
        self._drawing: Drawing | None = None

    def add(self, *things: Any) -> None:
        """Add functions, or objects with methods declared with `@tool` (tool sets).

        Raises ToolDeclarationError if a declaration is incomplete or a name is taken.
        """
        for thing in things:
            for function in [thing] if inspect.isroutine(thing) else _tools_of(thing):
                self.put(Tool.of(function))

    def put(self, new: Tool) -> None:
        """Add a tool that is one already. Raises ToolDeclarationError when its name is taken or cannot be called."""
        if new.name in self._tools:
            hint = (
                "Rename yours; or let it serve this tool in a profile, with "
                f'backend = "./my_models.py:MyClass" for a model, and {new.name} = "that model" below [tools].'
            )
            raise ToolDeclarationError(f"There is a tool {new.name} already.", hint=hint)
        if new.name.startswith("_") or not new.name.isidentifier() or iskeyword(new.name):
            raise ToolDeclarationError(f"A program cannot call {new.name!r}.", hint="Use a plain name.")
        self._missing.pop(new.name, None)
        self._tools[new.name] = new

    def refuse(self, name: str, reason: str) -> None:
        """Mark a tool as unavailable: it is not offered, and `looksmith tools` shows the reason."""
        self._missing[name] = reason

    def withhold(self, kind: type, reason: str) -> None:
        """Remove the tools that require a value of this type, with a reason."""
        for name, tool in list(self._tools.items()):
            if _requires(tool, kind):
                del self._tools[name]
                self.refuse(name, reason)

    def lead(self, kind: type) -> None:
        """Put the tools that require a value of this type in front of the others."""
        self._tools = dict(sorted(self._tools.items(), key=lambda item: not _requires(item[1], kind)))

    def without(self, names: Iterable[str], reason: str) -> None:
        """Remove the tools of these names, with a reason."""
        for name in names:
            if self._tools.pop(name, None):
                self.refuse(name, reason)

    def attribute(self, names: Iterable[str], origin: str) -> None:
        """Record the plug-in that provides some tools."""
        for name in names:
            self._tools[name] = replace(self._tools[name], origin=origin)

    def add_examples(self, examples: Iterable[Example]) -> None:
        """Add a plug-in's worked examples for the prompt."""
        self._examples += examples

    def draws(self, drawing: Drawing) -> None:
        """Set the generator of scenes, of the domain that was added last."""
        self._drawing = drawing

    @property
    def drawing(self) -> Drawing | None:
        """The generator of scenes to try programs on; None where no plug-in brings one."""
        return self._drawing

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tools."""
        return tuple(self._tools)

    @property
    def examples(self) -> tuple[Example, ...]:
        """The worked examples of plug-ins."""
        return tuple(self._examples)

    @property
    def missing(self) -> dict[str, str]:
        """Unavailable tools, with the reason."""
        return dict(self._missing)

    def get(self, name: str) -> Tool:
        """The tool of that name. Raises ToolError, with the nearest known name."""
        if name not in self._tools:
            names = {known.casefold(): known for known in self._tools}
            near = get_close_matches(name.casefold(), names, n=1)
            raise ToolError(f"There is no tool {name}.", hint=f"Did you mean {names[near[0]]}?" if near else "")
        return self._tools[name]

    def mapped(self, change: Callable[[Tool], Tool]) -> Registry:
        """A copy of the registry with changed tools."""
        changed = Registry()
        changed._tools = {name: change(tool) for name, tool in self._tools.items()}
        changed._missing, changed._examples = self.missing, list(self._examples)
        changed._drawing = self._drawing
        return changed

    def like(self, other: Registry) -> Registry:
        """The tools of this registry that another one offers, with its reasons for the unavailable ones."""
        return other.mapped(lambda tool: self._tools.get(tool.name, tool))

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def describe(self) -> str:
        """The documentation of all tools for the prompt: a line per signature, then the notes."""
        lines = [line for tool in self for line in tool.prompt_lines]
        return "\n".join([*lines, *dict.fromkeys(tool.note for tool in self if tool.note)])


def tools_given(tools: Any) -> tuple[Any, ...]:
    """The tools of a list or another iterable. Raises ToolDeclarationError for anything else, such as a file's name."""
    if isinstance(tools, Iterable) and not isinstance(tools, str):
        return tuple(cast("Iterable[Any]", tools))
    hint = "Leave tools out, or pass an empty list." if tools is None else _hint(tools) or "Put it in a list: [...]."
    raise ToolDeclarationError(f"Tools are a list of functions and objects, got {tools!r:.100}.", hint=hint)


def _hint(given: Any) -> str:
    """What to pass instead of a class or of a file's name; "" for other things."""
    if isinstance(given, str | PurePath):
        return "Import the functions of a file and pass them, or name it in Settings(tool_files=...)."
    return f"Pass an object of the class: [{given.__name__}()]." if isinstance(given, type) else ""


def _requires(tool: Tool, kind: type) -> bool:
    return all(any(p.required and p.type is kind for p in form.parameters) for form in tool.signatures)


def _tools_of(tool_set: Any) -> list[Any]:
    """The tool methods of an object, in the order of declaration."""
    kind = cast("type[Any]", type(tool_set))
    names = dict.fromkeys(name for cls in reversed(kind.__mro__) for name in vars(cls))
    # Inspect the class, not the object, because reading a property could load a model.
    found = [getattr(tool_set, name) for name in names if is_tool(getattr(kind, name, None))]
    if not found:
        raise ToolDeclarationError(
            f"{tool_set!r} is not a function and has no method declared with @tool.",
            hint=_hint(tool_set) or "Put @tool above the function.",
        )
    return found
