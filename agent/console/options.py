"""Options that several commands share: for tools, the language model, and program writing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..ask.writing import DEFAULT, MAX_SAMPLES, Writing
from ..llm.llm import MAX_TOKENS, TIMEOUT
from .command import note

if TYPE_CHECKING:
    from ..datasets.data_set import DataSet
    from ..llm.chat import ChatClient
    from ..setup.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_TOOLS = (
    click.option(
        "--profile",
        default="pocket",
        show_default=True,
        envvar="LOOKSMITH_PROFILE",
        help="Which models serve the tools: pocket, hub, one, or a TOML file.",
    ),
    click.option(
        "--device", default="auto", show_default=True, help="Device for the vision models: auto, cpu, cuda:0 ..."
    ),
    click.option(
        "--tools", "tool_files", multiple=True, type=click.Path(path_type=Path), help="A Python file with more tools."
    ),
)
_SERVERS = (
    click.option(
        "--mcp",
        "servers",
        multiple=True,
        metavar="COMMAND_OR_URL",
        help="Offer the tools of this MCP server too. One that acts asks you before each call.",
    ),
)
_CACHE = (
    click.option(
        "--cache/--no-cache",
        default=True,
        show_default=True,
        help="Reuse results of vision models from other questions about the same image, and store new ones.",
    ),
)
_SANDBOX = (
    click.option(
        "--require-isolation",
        "isolation",
        default="process",
        show_default=True,
        envvar="LOOKSMITH_REQUIRE_ISOLATION",
        type=click.Choice(["process", "kernel", "full"]),
        help="Minimum isolation; weaker is refused. kernel: seccomp and landlock; full: namespaces as well.",
    ),
)
_AHEAD = (
    click.option(
        "--ahead/--no-ahead",
        default=True,
        show_default=True,
        help="Start tool calls that are certain to be needed early and in parallel.",
    ),
)
_ADDRESS = (
    click.option(
        "--base-url", envvar="LOOKSMITH_BASE_URL", default="", help="URL of another OpenAI-compatible server."
    ),
    click.option(
        "--model", envvar="LOOKSMITH_MODEL", default="", help="The model to use; required if the server has several."
    ),
)
_LLM = (
    *_ADDRESS,
    click.option("--serve", "start", is_flag=True, help="Start the local server if none is running."),
    click.option(
        "--timeout",
        default=TIMEOUT,
        show_default=True,
        type=click.FloatRange(0, min_open=True),
        help="Seconds to wait for a reply of the LLM.",
    ),
    click.option(
        "--max-tokens",
        default=MAX_TOKENS,
        show_default=True,
        type=click.IntRange(min=1),
        help="Maximum length of a program in tokens.",
    ),
)
_WRITING = (
    click.option(
        "--repairs",
        default=DEFAULT.repairs,
        show_default=True,
        type=click.IntRange(0, 10),
        help="How often the LLM may repair a program that was rejected or failed.",
    ),
    click.option(
        "--samples",
        default=DEFAULT.samples,
        show_default=True,
        type=click.IntRange(1, MAX_SAMPLES),
        help="How many programs to write; the majority answer wins.",
    ),
    click.option(
        "--doubt/--no-doubt",
        default=DEFAULT.doubt,
        show_default=True,
        help="Write more than one only if the first may not match the question.",
    ),
    click.option(
        "--temperature",
        default=DEFAULT.temperature,
        show_default=True,
        type=click.FloatRange(0, 2),
        help="For all samples but the first, which is the most likely program.",
    ),
    click.option(
        "--grammar/--no-grammar",
        default=DEFAULT.grammar,
        show_default=True,
        help="Constrain the LLM's output to the grammar of programs.",
    ),
    click.option(
        "--nearest",
        default=DEFAULT.nearest,
        show_default=True,
        type=click.IntRange(0, 32),
        help="How many similar examples to put into the prompt.",
    ),
    click.option(
        "--scenes/--no-scenes",
        default=DEFAULT.scenes,
        show_default=True,
        help="Try programs on drawn scenes first, if a plug-in draws some.",
    ),
    click.option(
        "--guess/--no-guess",
        default=DEFAULT.guess,
        show_default=True,
        help="If no vision model can tell the answer, let the LLM guess it from what was seen; guesses are marked.",
    ),
)


def verbose_option(command: F) -> F:
    """Add the option of commands that answer one question."""
    return click.option("--verbose", is_flag=True, help="Print each step of the work on its own line.")(command)


def tool_options(command: F) -> F:
    """Add the options of commands that need the tools."""
    return _with(_TOOLS, command)


def server_options(command: F) -> F:
    """Adds the option of commands whose programs may call the tools of MCP servers."""
    return _with(_SERVERS, command)


def cache_options(command: F) -> F:
    """Add the option of commands whose tools may reuse stored results."""
    return _with(_CACHE, command)


def sandbox_options(command: F) -> F:
    """Add the options of commands that run programs."""
    return _with(_SANDBOX, command)


def ahead_options(command: F) -> F:
    """Add the options of commands that run programs with live tools."""
    return _with(_AHEAD, command)


def llm_options(command: F) -> F:
    """Add the options that select a language model; `llm_from` reads them."""
    return _with(_LLM, command)


def address_options(command: F) -> F:
    """Add the options that say where the language model is, and none for how it is asked."""
    return _with(_ADDRESS, command)


def settings_of(home: Path, options: Mapping[str, Any], data: DataSet | None = None) -> Settings:
    """What was chosen on the command line, of the options that the command has.

    data: a data set, whose own tools are used where no others are named.
    """
    from ..setup.settings import Settings

    files, only = options["tool_files"], options.get("only")
    if data is not None:
        files = files or data.domain_tools()
        only = bool(data.domain_tools()) if only is None else only
    return Settings(
        home,
        device=options["device"],
        tool_files=files,
        installed=not only,
        isolation=options.get("isolation", "process"),  # only commands that run programs have it
        profile=options["profile"],
        ahead=options.get("ahead", True),
        cache=options.get("cache", True),
        mcp=options.get("servers", ()),
        **server_from(options),
    )


def llm_from(options: Mapping[str, Any], settings: Settings) -> ChatClient:
    """The language model chosen on the command line; starts its server if --serve was given.

    Raises NoServer, PrerequisiteError, WeightsError.
    """
    start_server(settings, wanted=options["start"])
    return settings.connect(options["timeout"], options["max_tokens"])


def start_server(settings: Settings, *, wanted: bool) -> None:
    """Start the local server if requested, unless another server is named.

    Raises PrerequisiteError, WeightsError.
    """
    if wanted and not settings.load_profile().llm.base_url:
        settings.llm_server().start(device=settings.llm_device, report=note)


def server_from(options: Mapping[str, Any]) -> dict[str, Any]:
    """Which server was named on the command line, or for commands that have no option for it in the environment."""
    names = {"base_url": "LOOKSMITH_BASE_URL", "model": "LOOKSMITH_MODEL"}
    return {name: options.get(name, os.environ.get(variable, "")) for name, variable in names.items()}


def writing_options(command: F) -> F:
    """Add the options; `writing_from` reads them."""
    return _with(_WRITING, command)


def writing_from(options: Mapping[str, Any]) -> Writing:
    """What was chosen on the command line. Raises InputError."""
    names = ("repairs", "samples", "doubt", "temperature", "grammar", "nearest", "scenes", "guess")
    return Writing(**{name: options[name] for name in names})


def _with(options: tuple[Callable[[F], F], ...], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command
