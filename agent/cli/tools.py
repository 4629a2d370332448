"""The command `looksmith tools`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..console.command import home_option, json_option, print_json, told
from ..console.options import server_options, settings_of, tool_options

if TYPE_CHECKING:
    from ...tools.core.tool import Tool


@click.command()
@click.argument("name", default="")
@tool_options
@server_options
@home_option
@json_option
def tools(name: str, as_json: bool, home: Path, **options: Any) -> None:
    """List the tools, or show the one called NAME."""
    with told(as_json):
        # What is not offered can be looked up all the same: programs by hand may name it.
        registry = settings_of(home, options).registry(declared=bool(name))
        chosen = [registry.get(name)] if name else list(registry)
    if as_json:
        rows = [{"name": t.name, "backend": t.backend, "schema": t.schema, "signature": t.stub} for t in chosen]
        print_json({"tools": rows, "missing": registry.missing})
        return
    for tool in chosen:
        click.echo("\n".join(tool.prompt_lines))
        if name:
            click.echo(f"\nbackend: {tool.backend}")
            if tool.options.acts:
                click.echo("acts: a person is asked before each call")
            click.echo(_more(tool))
    for missing, reason in registry.missing.items():
        click.secho(f"{missing} is unavailable: {reason}", fg="yellow", err=True)


def _more(tool: Tool) -> str:
    """What a tool's first line does not say: its parameters, as far as its text leaves them out, and the text."""
    # The text of a tool of an MCP server says nothing of its parameters.
    parameters = [f"{name}: {text}" for name, text in tool.details.items() if f"{name}: " not in tool.doc]
    summary, _, rest = tool.doc.partition("\n\n")
    text = rest if " ".join(summary.split()) == tool.summary else tool.doc
    return "\n".join(filter(None, [*parameters, text and f"\n{text}"]))
