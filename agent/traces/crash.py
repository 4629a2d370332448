"""What nobody expected, told in a line and written down in full: it ends one question and no other."""

from __future__ import annotations

import traceback
from contextlib import suppress
from pathlib import Path

REPORT = "crash.txt"
"""The file in a run's folder that says where it went wrong."""
_MOST = 200_000


def told(error: BaseException) -> str:
    """The error in one line, with the place that raised it; whatever its own text may do."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "its text cannot be had"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    line = f"{type(error).__name__}{place}: {text:.500}"
    return line.encode("utf-8", errors="replace").decode()


def crashed(folder: Path, error: BaseException) -> str:
    """Write the report into a run's folder; what its message says."""
    try:
        report = "".join(traceback.format_exception(error))
    except Exception:  # an exception can refuse to be told
        report = told(error)
    with suppress(OSError):
        (folder / REPORT).write_text(report[-_MOST:], encoding="utf-8", errors="backslashreplace")
    return f"This was not expected: {told(error)}. The report is in {REPORT} of the run."
