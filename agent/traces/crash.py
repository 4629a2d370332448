"""Reports of unexpected exceptions: one line for the user, and a file with the traceback."""

from __future__ import annotations

import traceback
from contextlib import suppress
from pathlib import Path

REPORT = "crash.txt"
"""The report's file in a run's folder."""
_MOST = 200_000


def told(error: BaseException) -> str:
    """The error in one line, with the place that raised it; works even if `str(error)` fails."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "no message"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    line = f"{type(error).__name__}{place}: {text:.500}"
    return line.encode("utf-8", errors="replace").decode()


def crashed(folder: Path, error: BaseException) -> str:
    """Write the report into a run's folder, and return the message for the user."""
    try:
        report = "".join(traceback.format_exception(error))
    except Exception:  # formatting an exception may itself fail
        report = told(error)
    with suppress(OSError):
        (folder / REPORT).write_text(report[-_MOST:], encoding="utf-8", errors="backslashreplace")
    return f"Unexpected error: {told(error)}. The traceback is in {REPORT} in the run's folder."
