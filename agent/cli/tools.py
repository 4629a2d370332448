"""The command `looksmith tools`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..console.command import home_option, json_option, print_json, told
from ..console.options import server_options, settings_of, tool_options


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
            click.echo("".join(f"{parameter}: {text}\n" for parameter, text in tool.details.items()), nl=False)
            click.echo(tool.doc)
    for missing, reason in registry.missing.items():
        click.secho(f"{missing} is unavailable: {reason}", fg="yellow", err=True)
