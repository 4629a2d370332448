"""Checks for packages of optional extras."""

from __future__ import annotations

from importlib.util import find_spec

from .errors import PrerequisiteError


def require(extra: str, *packages: str) -> None:
    """Raise PrerequisiteError, with the install command, if any of `packages` (import names) is missing."""
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise PrerequisiteError(f"This needs {' and '.join(missing)}.", hint=f"Run: pip install 'looksmith[{extra}]'")
