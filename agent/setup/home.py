"""Where looksmith keeps its files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def find_home(environment: Mapping[str, str] = os.environ) -> Path:
    """`LOOKSMITH_HOME`, else the nearest `.looksmith` folder from here upwards, else the user's data folder."""
    named = environment.get("LOOKSMITH_HOME")
    if named:
        return Path(named).expanduser().resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".looksmith").is_dir():
            return folder / ".looksmith"
    from platformdirs import user_data_path

    return user_data_path("looksmith", appauthor=False)
