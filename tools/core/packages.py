"""Packages of optional extras: what is missing, and how to install it."""

from __future__ import annotations

from importlib.util import find_spec

from .errors import PrerequisiteError


def require(extra: str, *packages: str) -> None:
    """Raises PrerequisiteError with the command that installs what is missing of `packages` (import names)."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise PrerequisiteError(f"This needs {' and '.join(missing)}.", hint=f"Run: pip install 'looksmith[{extra}]'")
