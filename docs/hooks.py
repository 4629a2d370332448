"""What the pages take from the code: MkDocs calls these functions when it builds the site.

A line `<!-- generated: commands -->` (or `names`, `tools`) in a page is replaced by what the code says at that
moment, so a reference page cannot be out of date.
"""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections.abc import Callable
from importlib.metadata import entry_points
from inspect import cleandoc
from pathlib import Path
from shutil import copytree
from textwrap import dedent
from typing import Any

import click
from click.testing import CliRunner
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

import looksmith

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "tests" / "bench"
_MARK = re.compile(r"<!-- generated: (\w+) -->")
_SOURCES = tempfile.TemporaryDirectory(prefix="looksmith-docs-")


@event_priority(100)  # before mkdocstrings reads its configuration
def on_config(config: Any) -> Any:
    """Show the sources to mkdocstrings as the package that they are installed as; find snippets from anywhere."""
    config.mdx_configs["pymdownx.snippets"]["base_path"] = [str(Path(__file__).parent), str(ROOT)]
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-dir"]
    top = Path(_SOURCES.name)
    for name, folder in sorted(table.items()):
        if name.count(".") < 2:  # folders inside of these come with them
            copytree(ROOT / folder, top.joinpath(*name.split(".")), ignore=_not_python, dirs_exist_ok=True)
    config.plugins["mkdocstrings"].config["handlers"]["python"]["paths"] = [str(top)]
    return config


def _not_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (name.endswith(".py") or Path(folder, name).is_dir())]


def on_files(files: Files, config: Any) -> Files:
    """Add the measurements, which stand beside the scripts that make them."""
    for path in sorted(MEASURED.rglob("*")):
        if (path.suffix == ".html" and "template" not in path.name) or path.name == "figures.json":
            address = f"benchmarks/{path.relative_to(MEASURED)}"
            files.append(File.generated(config, address, abs_src_path=str(path)))
    text = (MEASURED / "RESULTS.md").read_text(encoding="utf-8")
    text = text.replace("[wrong_answers](wrong_answers)", "`tests/bench/wrong_answers`")
    files.append(File.generated(config, "benchmarks/measurements.md", content=text))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put in what the code says."""
    return _MARK.sub(lambda mark: _GENERATED[mark[1]](), markdown)


# -- the command line


def root_command() -> click.Group:
    """The command `looksmith`, as it is installed."""
    (entry,) = entry_points(group="console_scripts", name="looksmith")
    return entry.load()


def commands() -> str:
    """A section for each command."""
    root = root_command()
    root_context = click.Context(root, info_name="looksmith", **root.context_settings)
    parts = [_described(root, root_context)]
    for name in sorted(root.commands):
        parts += _sections(root.commands[name], name, root_context, 2)
    return "\n\n".join(parts)


def _sections(command: click.Command, name: str, parent: click.Context, level: int) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    parts = [f"{'#' * level} {context.command_path}", _described(command, context)]
    if isinstance(command, click.Group):
        for below in sorted(command.commands):
            parts += _sections(command.commands[below], below, context, level + 1)
    return parts


def _described(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return "\n\n".join(filter(None, [f"```text\n{usage}\n```", _help(command.help or ""), _options(command, context)]))


def _help(text: str) -> str:
    """Help as Markdown. Click keeps the lines of a paragraph after a backspace as they are."""
    paragraphs = cleandoc(text.partition("\f")[0]).replace("\b\n", "\n\n\b").split("\n\n")
    lines = (
        f"```text\n{dedent(p[1:]).strip()}\n```" if p.startswith("\b") else _escaped(p.strip()) for p in paragraphs
    )
    return "\n\n".join(filter(None, lines))


def _options(command: click.Command, context: click.Context) -> str:
    records = (one.get_help_record(context) for one in command.get_params(context))
    rows = [record for record in records if record and record[1]]
    cells = [f"| {_code(names)} | {_escaped(' '.join(text.split()))} |" for names, text in rows]
    return "\n".join(["| option | |", "|---|---|", *cells]) if cells else ""


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _escaped(text: str) -> str:
    return re.sub(r"([<>*_|\[\]])", r"\\\1", text)


# -- Python and the tools


def names() -> str:
    """All public names of the package."""
    return "\n\n".join(f"::: looksmith.{name}" for name in sorted(looksmith.__all__, key=_order))


def _order(name: str) -> tuple[bool, bool, str]:
    return (name[0].isupper(), name in ("frames", "runs"), name)


def tools() -> str:
    """The tools of the built-in profiles: signature, what it is for, and what serves it."""
    found: dict[str, dict[str, Any]] = {}
    served: dict[str, dict[str, str]] = {}
    for profile in ("pocket", "hub"):
        for one in _listed(profile):
            found.setdefault(one["name"], one)
            served.setdefault(one["name"], {})[profile] = one["backend"]
    return "\n\n".join(_tool(one, served[name]) for name, one in found.items())


def _listed(profile: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as home:
        said = CliRunner().invoke(root_command(), ["tools", "--json", "--profile", profile, "--home", home])
    return json.loads(said.stdout.strip().splitlines()[-1])["tools"]


def _tool(one: dict[str, Any], served: dict[str, str]) -> str:
    signature = re.sub(r"@overload\n|def |: \.\.\.$", "", one["signature"], flags=re.MULTILINE)
    by = ", ".join(f"{_code(backend)} ({profile})" for profile, backend in served.items())
    schema = one["schema"]
    forms = schema.get("anyOf", [schema])
    properties = [item for form in forms for item in form["properties"].items()]
    details = {name: text["description"] for name, text in properties if "description" in text}
    listed = "\n".join(f"- `{name}`: {_escaped(text)}" for name, text in details.items())
    about = _escaped(schema.get("description", ""))
    parts = [f"### {one['name']}", f"```python\n{signature}\n```", about, listed, f"Served by {by}."]
    return "\n\n".join(filter(None, parts))


_GENERATED: dict[str, Callable[[], str]] = {"commands": commands, "names": names, "tools": tools}
