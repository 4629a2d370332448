"""Commands that set up and check this machine: `looksmith models`, `serve` and `doctor`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ...tools.core.errors import InputError
from ...tools.profiles.profile import load_profile, suggest
from ...tools.weights.store import Progress, Weights
from ..console.command import home_option, json_option, note, print_json, told
from ..llm.server.serve import PORT
from ..setup.settings import Settings

offline_option = click.option("--offline", is_flag=True, envvar="LOOKSMITH_OFFLINE", help="Never use the network.")


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """Manage the models' weights: list, pull, verify."""
    if context.invoked_subcommand is None:
        context.invoke(list_models)


@models.command("list")
@home_option
@json_option
def list_models(home: Path, as_json: bool) -> None:
    """List the models with licence, size and whether they are downloaded."""
    weights = Weights(home / "weights")
    rows: list[dict[str, Any]] = [
        {"name": e.name, "task": e.task, "licence": e.licence, "bytes": e.size, "state": weights.state(e.name)}
        for e in (*weights.entries.values(), *weights.repositories.values())
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        size = f"{row['bytes'] / 1e6:,.0f} MB"
        click.echo(f"{row['name']:<30} {row['state']:<8} {size:>9}  {row['licence']:<12} {row['task']}")


@models.command()
@click.argument("names", nargs=-1)
@click.option(
    "--profile", default="pocket", show_default=True, help="Pull this profile's models if no NAMES are given."
)
@offline_option
@home_option
@json_option
def pull(names: tuple[str, ...], profile: str, offline: bool, home: Path, as_json: bool) -> None:
    """Download the weights of NAMES, or of all models of a profile, and print their licences."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as Bars

    weights = Weights(home / "weights", offline=offline)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[source]}"))
    folders: dict[str, str] = {}
    with told(as_json), Bars(*columns, console=Console(stderr=True)) as bars:
        for name in names or _weights_of(profile, home, weights):
            size = (weights.repository(name) or weights.get(name)).size
            note(f"{name}: {weights.licence(name)}")
            bar = bars.add_task(name, total=size, source="")

            def show(progress: Progress, bar: Any = bar) -> None:
                bars.update(bar, completed=progress.done, total=progress.total, source=progress.source)

            folders[name] = str(weights.pull(name, show))
            bars.update(bar, completed=size, total=size, source="here")
    if as_json:
        print_json(folders)


def _weights_of(profile: str, home: Path, weights: Weights) -> list[str]:
    """What the models of a profile need."""
    from ...tools.profiles.builtin_tools import entries_of

    chosen = load_profile(profile, [home / "profiles"])
    needed = [chosen.llm.weights, *(chosen.models[name].weights for name in chosen.tools.values())]
    places = ("/", "./", "../", "~")
    own = entries_of(chosen, weights)
    return list(dict.fromkeys([*own, *(n for n in needed if n and not n.startswith(places))]))


@models.command()
@click.argument("names", nargs=-1)
@home_option
@json_option
def verify(names: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Check the files of NAMES, or of all models, against their SHA-256 digests."""
    weights = Weights(home / "weights")
    with told(as_json):
        problems = {name: weights.verify(name) for name in names or tuple(weights.entries)}
    if as_json:
        print_json(problems)
    else:
        for name, found in problems.items():
            click.echo(f"{name}: {'; '.join(found) or 'OK'}")
    sys.exit(4 if any(problems.values()) else 0)


@models.command()
@click.argument("names", nargs=-1)
@home_option
@json_option
def environment(names: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Create the Python environments of NAMES, whose packages conflict with looksmith's; without NAMES, list them."""
    from ...tools.profiles.backends import environments

    known = environments()
    with told(as_json):
        for name in names:
            if name not in known:
                raise InputError(f"Unknown environment: {name}.", hint=suggest(name, known))
            known[name].make(home / "environments", note)
    made = {name: known[name].ready(home / "environments") for name in names or known}
    if as_json:
        print_json(made)
        return
    for name, ready in made.items():
        state = "made" if ready else "not made"
        click.echo(f"{name:<16} {state:<9} conflicts with {known[name].reason}: {known[name].requirements[0]}")


@click.command()
@click.argument("name", default="")
@home_option
@json_option
def profiles(name: str, home: Path, as_json: bool) -> None:
    """List the profiles, or show which models serve the tools in profile NAME."""
    from ...tools.profiles.builtin_tools import check_profile
    from ...tools.profiles.profile import known_profiles

    folders = [home / "profiles"]
    with told(as_json):
        names = [name] if name else list(known_profiles(folders))
        found = [check_profile(load_profile(one, folders)) for one in names]
    if as_json:
        print_json([profile.model_dump(mode="json") for profile in found])
        return
    for profile in found:
        click.echo(f"{profile.name:<12} {profile.about}")
    for model in found[0].models if name else ():
        served = [tool for tool, behind in found[0].tools.items() if behind == model]
        table = found[0].models[model]
        click.echo(f"  {model:<14} {table.backend:<18} {table.weights or '-':<26} {' '.join(served) or '(no tool)'}")


@click.command()
@click.option("--port", default=PORT, show_default=True, help="Port on localhost.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option(
    "--profile", default="pocket", show_default=True, envvar="LOOKSMITH_PROFILE", help="The profile whose LLM to serve."
)
@click.option("--model", default="", help="Another model than the profile's: a name, a repository or a folder.")
@click.option("--vision", is_flag=True, help="Let it take pictures too. Implied by profiles such as `one`.")
@click.option("--stop", is_flag=True, help="Stop the server.")
@click.option("--status", is_flag=True, help="Show whether the server is running.")
@home_option
@json_option
def serve(
    port: int,
    device: str,
    profile: str,
    model: str,
    vision: bool,
    stop: bool,
    status: bool,
    home: Path,
    as_json: bool,
) -> None:
    """Start the vLLM server that writes programs, in the background.

    The first start creates its environment and prepares the model.
    """
    settings = Settings(home, profile=profile, model=model)
    with told(as_json):
        manager = settings.llm_server(vision=vision)
        device = settings.llm_device if device == "auto" else device
    if stop:
        stopped = manager.stop()
        print_json({"stopped": stopped}) if as_json else click.echo("Stopped." if stopped else "No server is running.")
        return
    with told(as_json):
        server = manager.status() if status else manager.start(port=port, device=device, report=note)
    if as_json:
        described = {"base_url": server.base_url, "model": server.model, "pid": server.pid} if server else {}
        print_json({"running": server is not None, **described})
    elif server:
        click.echo(f"{server.model} at {server.base_url} (process {server.pid}, log {server.log})")
    else:
        click.echo("No server is running.")
    sys.exit(0 if server else 4)


@click.command()
@click.option("--device", default="auto", show_default=True, help="As for `ask`.")
@click.option("--profile", default="pocket", show_default=True, envvar="LOOKSMITH_PROFILE", help="As for `ask`.")
@click.option("--models", "load", is_flag=True, help="Also load the profile's models, and probe them.")
@click.option("--base-url", envvar="LOOKSMITH_BASE_URL", default="", help="As for `ask`.")
@click.option("--model", envvar="LOOKSMITH_MODEL", default="", help="As for `ask`.")
@home_option
@json_option
def doctor(device: str, profile: str, load: bool, base_url: str, model: str, home: Path, as_json: bool) -> None:
    """Say what works on this machine, and what to do about the rest."""
    from ..setup.doctor import examine

    with told(as_json):
        settings = Settings(home, device=device, profile=profile, base_url=base_url, model=model)
        findings = examine(settings, models=load)
    if as_json:
        print_json([{"name": f.name, "ok": f.ok, "text": f.text, "remedy": f.remedy} for f in findings])
    else:
        for finding in findings:
            mark = click.style("ok  ", fg="green") if finding.ok else click.style("miss", fg="red")
            click.echo(f"{mark} {finding.name}: {finding.text}")
            if finding.remedy:
                click.echo(f"     {finding.remedy}")
    sys.exit(0 if all(f.ok or f.optional for f in findings) else 4)
