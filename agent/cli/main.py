"""The command `looksmith`. Each subcommand is loaded when it is used, for most load much that others do not need."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module

import click

from ...tools.threads.limits import limit_threads

COMMANDS = {
    "ask": "ask:ask",
    "bench": "bench:bench_command",
    "blame": "blame:blame_command",
    "chat": "chat:chat_command",
    "check": "run:check",
    "classifier": "classifier:classifier_command",
    "classify": "classify:classify_command",
    "compare": "compare:compare_command",
    "describe": "describe:describe",
    "detector": "detector:detector_command",
    "doctor": "machine:doctor",
    "eval": "eval:evaluate",
    "examples": "examples:examples",
    "export": "export:export_command",
    "failures": "failures:failures_command",
    "mcp": "mcp:mcp_command",
    "models": "machine:models",
    "profiles": "machine:profiles",
    "replay": "replay:replay_command",
    "review": "review:review_command",
    "run": "run:run",
    "runs": "runs:runs",
    "serve": "machine:serve",
    "show": "runs:show",
    "teach": "teach:teach_command",
    "tools": "tools:tools",
    "up": "up:up",
    "view": "view:view_command",
}
"""Module and function of each subcommand."""


class Late(MutableMapping[str, click.Command]):
    """Commands by name, each imported when it is looked up."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module, _, function = COMMANDS[name].partition(":")
            self._loaded[name] = getattr(import_module(f"{__package__}.{module}"), function)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS.keys() | self._loaded.keys())

    def __len__(self) -> int:
        return len(COMMANDS.keys() | self._loaded.keys())


@click.group(commands=Late(), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="looksmith")
def main() -> None:
    """Ask questions about images: a local LLM writes a program, vision tools run it, and every step is recorded.

    \b
    Exit status: 0 answered, 2 bad input, 3 no reply from the LLM, 4 something is missing on this machine,
    10 parse_error, 11 policy_error, 12 type_error, 13 tool_error, 14 no_detection, 15 budget, 16 timeout, 17 crashed.
    """  # noqa: D301
    limit_threads()


if __name__ == "__main__":
    main()
