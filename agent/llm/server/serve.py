"""Finds, starts and stops the vLLM server that writes programs, in its own environment and process."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from filelock import FileLock, Timeout

from ....tools.core.errors import PrerequisiteError
from ....tools.models.grounding.vllm import MAX_LENGTH, vllm_flags
from ....tools.weights.store import Weights
from .environment import Build, Report, choose_build, make_environment, need_disk, run_logged, stage
from .process import (
    HOST,
    Launch,
    ServerRecord,
    end,
    last_error,
    need_port,
    read_record,
    spawn,
    usual_or_free,
    wait_until_healthy,
)

MODEL: Final = "qwen2.5-coder-1.5b-instruct"
PORT: Final = 8077

# Bytes of a prepared folder.
_SIZE: Final = {"w8a8": 2_300_000_000, "bf16": 3_600_000_000}
_MAX_LENGTH: Final = 4096  # tokens of prompt and reply together
_KV_CACHE: Final = {"bfloat16": 1, "float32": 2}  # GiB: 37,000 tokens, nine requests of the full length
# Prompts share complete KV cache blocks only, so small blocks share more: 64 parallel questions take 21 to 22 s, but
# 35 to 42 s with vLLM's default of 128 tokens.
_BLOCK: Final = 32
# N-gram speculation from the prompt: programs repeat its words, which doubles the speed.
_SPECULATION: Final = {
    "method": "ngram",
    "num_speculative_tokens": 5,
    "prompt_lookup_max": 4,
    "prompt_lookup_min": 2,
}

Prepare = Callable[[str, int, Report], Launch]
"""Prepares the server's files, given device, port and progress callback; returns the command that starts it."""


@dataclass(frozen=True)
class Server:
    """A running server: the URL of its OpenAI-compatible API, the model's name there, the process, its log."""

    base_url: str
    model: str
    pid: int
    port: int
    log: Path


class ServerManager:
    """Manages the vLLM server of a home folder, of which at most one is running."""

    def __init__(
        self,
        home: Path,
        weights: Weights,
        *,
        model: str = MODEL,
        vision: bool = False,
        timeout: float = 600.0,
        prepare: Prepare | None = None,
    ) -> None:
        """home: holds the server's environment, the prepared model, the state file and the logs.
        model: an entry or repository of the weights: a GGUF file, which is prepared, or a folder as vLLM takes it.
        vision: the model also takes pictures.
        timeout: seconds that the server may take to answer for the first time.
        prepare: another server than vLLM, which listens on the port and answers /health.
        """
        home = home.absolute()
        self._home = home
        self._weights = weights
        self._model = model
        self._vision = vision
        self._timeout = timeout
        self._prepare = prepare or self._prepare_vllm
        self._state = home / "server.json"
        self.log = home / "logs" / "vllm.log"

    def status(self) -> Server | None:
        """The server, if it answers or is too busy to answer; else None."""
        record = read_record(self._state)
        return self._server(record) if record is not None and record.listens() else None

    def starting(self) -> bool:
        """Whether its process is running but not listening yet."""
        record = read_record(self._state)
        return record is not None and not record.listens()

    def exists(self) -> bool:
        """Whether its process is running, whether it listens or not."""
        return read_record(self._state) is not None

    def start(self, *, port: int | None = None, device: str = "auto", report: Report) -> Server:
        """The running server, or a new one; its environment and model folder are created if missing.

        port: on localhost; by default PORT, or a free one where that is taken. A running server keeps its port.
        device: `cpu`, `cuda`, or `auto` (CUDA if there is a GPU).
        Raises PrerequisiteError (port taken, disk full, no network, the server exited or never answered), InputError
        (unknown device), WeightsError (the model was not pulled). No failure leaves a process behind.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        with self._locked(report):
            # A server that does not answer yet comes from an interrupted start: wait for it like for a new one.
            record = read_record(self._state) or self._spawn(port, device, report)
            if record.model != self._model:
                said = f"The running server has {record.model}, not {self._model}."
                raise PrerequisiteError(said, hint="Stop it first: looksmith serve --stop")
            try:
                if not record.healthy():
                    with stage(report, f"Starting the server on port {record.port}"):
                        wait_until_healthy(record, self.log, self._timeout)
            except BaseException:
                end(record, self._state)
                raise
            return self._server(record)

    def stop(self) -> bool:
        """Stop the server and its child processes; returns whether one was running."""
        record = read_record(self._state)
        return record is not None and end(record, self._state)

    @contextmanager
    def _locked(self, report: Report) -> Generator[None]:
        """A lock: concurrent starts would create the environment twice, and two servers."""
        lock = FileLock(self._home / "serve.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            report("Another looksmith is starting the server: waiting for it.")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _spawn(self, port: int | None, device: str, report: Report) -> ServerRecord:
        if port is None:
            port = usual_or_free(PORT)
        need_port(port)
        launch = self._prepare(device, port, report)
        return spawn(launch, self._model, port, self._state, self.log)

    def _server(self, record: ServerRecord) -> Server:
        return Server(record.base_url, record.model, record.pid, record.port, self.log)

    def _prepare_vllm(self, device: str, port: int, report: Report) -> Launch:
        build = choose_build(device)
        flags = _vision_flags(self._model, build) if self._vision else ()
        python = make_environment(self._home, build, report)
        folder = self._model_folder(python, build, report)
        return vllm_launch(python, folder, build, port, self._model, flags)

    def _model_folder(self, python: Path, build: Build, report: Report) -> Path:
        """The folder that vLLM serves: the weights, or a conversion of a GGUF file, created atomically."""
        if self._weights.repository(self._model):
            return self._weights.path(self._model)
        if (own := Path(self._model).expanduser()).is_dir():
            return own.resolve()
        folder = self._home / "llm" / f"{self._model}-{build.form}"
        if folder.exists():
            return folder
        gguf = _only_gguf(self._weights.path(self._model))
        staging, log = folder.with_name(f"{folder.name}.part"), self._home / "logs" / "quantize.log"
        with stage(report, f"Preparing the model ({build.form})"):
            shutil.rmtree(staging, ignore_errors=True)
            need_disk(staging.parent, _SIZE[build.form], "the prepared model")
            log.unlink(missing_ok=True)
            script = Path(__file__).with_name("quantize.py")
            if run_logged([str(python), "-I", str(script), str(gguf), str(staging), build.form], log) != 0:
                shutil.rmtree(staging, ignore_errors=True)
                raise PrerequisiteError(
                    f"The model could not be prepared: {last_error(log).removesuffix('.')}.", hint=f"The log is {log}."
                )
            staging.replace(folder)
        return folder


def vllm_launch(
    python: Path, folder: Path, build: Build, port: int, model: str = MODEL, vision: tuple[str, ...] = ()
) -> Launch:
    """The command of `vllm serve` for a prepared model folder, with the settings that measured best.

    vision: the flags of a model that also takes pictures.
    """
    # -I: this package's modules must not stand in for vLLM's dependencies of the same name.
    command = [str(python), "-I", "-m", "vllm.entrypoints.cli.main", "serve", str(folder)]
    command += ["--served-model-name", model, "--host", HOST, "--port", str(port), "--dtype", build.dtype]
    command += ["--max-model-len", str(MAX_LENGTH if vision else _MAX_LENGTH), "--enable-prefix-caching", *vision]
    variables = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if build.name == "cpu":
        # Compiling would add two minutes to every start.
        command += ["--enforce-eager", "--speculative-config", json.dumps(_SPECULATION), "--block-size", str(_BLOCK)]
        variables |= {
            "VLLM_CPU_KVCACHE_SPACE": str(_KV_CACHE[build.dtype]),
            # By default, vLLM leaves a core idle.
            "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, _cores())),
            # The drafter's other threading layers interfere with vLLM's threads.
            "NUMBA_THREADING_LAYER": "workqueue",
        }
        intel_openmp = python.parents[1] / "lib" / "libiomp5.so"  # a dependency of the CPU build on x86
        if intel_openmp.exists():
            # Speculation makes many short steps, in which GNU OpenMP wastes much time on a busy machine.
            variables["LD_PRELOAD"] = str(intel_openmp)
    return Launch(tuple(command), variables)


def _vision_flags(model: str, build: Build) -> tuple[str, ...]:
    """Raises PrerequisiteError where this machine's build of vLLM takes no pictures, or the model wants code run."""
    flags = vllm_flags(model)
    if build.name == "cpu":
        raise PrerequisiteError(
            "The CPU build of vLLM takes no pictures: the torchvision that fits it is not in the registries.",
            hint="Use a machine with a GPU, or name a server that runs elsewhere with --base-url.",
        )
    return flags


def _only_gguf(folder: Path) -> Path:
    found = sorted(folder.glob("*.gguf"))
    if len(found) == 1:
        return found[0]
    said = f"{len(found)} GGUF files" if found else "no GGUF file"
    raise PrerequisiteError(
        f"The model in {folder} cannot be prepared: there is {said}, and exactly one is needed.",
        hint="Keep only the one to serve, or set a folder in vLLM's format in the profile's [llm] table.",
    )


def _cores(topology: Path = Path("/sys/devices/system/cpu")) -> list[int]:
    """One logical CPU per available physical core: two on the same core share its arithmetic units."""
    allowed = sorted(os.sched_getaffinity(0))
    cores: dict[str, int] = {}
    for number in allowed:
        try:
            siblings = (topology / f"cpu{number}" / "topology" / "thread_siblings_list").read_text().strip()
        except OSError:
            return allowed[: psutil.cpu_count(logical=False) or len(allowed)]
        cores.setdefault(siblings, number)
    return list(cores.values())
