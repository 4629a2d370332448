"""The fingerprint of an evaluation, recorded at its start: everything that can change a result."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ..ask.loop import Bench
from ..datasets.data_set import DataSet
from ..inputs.digest import digest
from ..setup.settings import Settings
from ..traces.run_record import versions
from .folder import EvalRecord, Plan, code_digest, data_digest


def planned(data: DataSet, settings: Settings, bench: Bench, model: str, chosen: Mapping[str, Any]) -> EvalRecord:
    """Describe a new evaluation. model: the language model; chosen: the options that can change a result."""
    scenes = (data.scenes,) if data.scenes and settings.scenes is not None else ()
    files = [path.read_bytes() for path in (*settings.tool_files, *scenes)]
    plan = Plan(
        dataset=data.name,
        split=data.split,
        n=len(data.records),
        oracle=settings.truths is not None or settings.scenes is not None,
        model=model,
        options=dict(chosen),
        data=data_digest(data),
        tools=digest([_described(bench), _models(settings), *files]),
        code=code_digest(),
    )
    command = shlex.join(["looksmith", *sys.argv[1:]])
    now = datetime.now().astimezone()
    return EvalRecord(started=now, command=command, commit=_commit(), versions=versions(), plan=plan)


def _described(bench: Bench) -> bytes:
    """The descriptions of the tools in the prompt, and the examples."""
    examples = [*bench.examples, *bench.bank]
    return "\n".join([bench.registry.describe(), *(example.model_dump_json() for example in examples)]).encode()


def _models(settings: Settings) -> bytes:
    """The models behind the tools."""
    return settings.load_profile().model_dump_json(exclude={"folder", "about", "ray"}).encode()


def _commit() -> str:
    """The commit of a source checkout, with `-dirty` if there are uncommitted changes; "" elsewhere."""
    root = Path(__file__).resolve().parents[2]
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return ""
    command = [git, "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
