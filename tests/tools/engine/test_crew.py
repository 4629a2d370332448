"""Threads that are abandoned, and the end of the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STARTED = """
import sys, threading, time
from looksmith.tools.threads.crew import Crew
begun = threading.Event()
def work():
    begun.set()
    {work}
    sys.stdout.write("finished")
    sys.stdout.flush()
crew = Crew("tools")
crew.hand(work)
begun.wait()
crew.close()
"""


@pytest.mark.parametrize(("work", "said"), [("time.sleep(0.3)", "finished"), ("threading.Event().wait()", "")])
def test_the_end_of_the_process_waits_for_work_that_was_abandoned_but_not_for_ever(work: str, said: str):
    ended = subprocess.run(
        [sys.executable, "-c", STARTED.format(work=work)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, said, "")
