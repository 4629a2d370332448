"""Real photos that scikit-image ships."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def photo_path(name: str) -> Path:
    """A photo as a file, whatever its format."""
    folder = Path(str(files("skimage.data")))
    return next(path for suffix in ("png", "jpg", "tif") if (path := folder / f"{name}.{suffix}").is_file())
