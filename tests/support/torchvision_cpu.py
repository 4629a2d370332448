"""Lets torchvision's CUDA build load beside the CPU build of torch: PyPI has no other build of it.

Only its compiled operators are missing then; of these the models here need `nms`, which is a few lines of torch.
`python tests/support/torchvision_cpu.py` writes this into the environment where it is needed, so that every process
there has it. On machines whose torch and torchvision are a pair it does nothing.
"""

import sys
from importlib.machinery import PathFinder

LIBRARIES = []
NAME = "_looksmith_torchvision"


class Finder:
    """Comes in when torchvision is imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """The real package; its operators are defined before it runs, and said to be there afterwards."""
        if name != "torchvision":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module):
                define()
                run(module)
                module.extension._has_ops = lambda: True

            spec.loader.exec_module = exec_module
        return spec


def define():
    """`nms` in torch."""
    import torch

    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

    def nms(boxes, scores, iou_threshold):
        order, kept = scores.argsort(descending=True, stable=True).tolist(), []
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        gone = torch.zeros(len(boxes), dtype=torch.bool)
        for i in order:
            if gone[i]:
                continue
            kept.append(i)
            sides = torch.minimum(boxes[:, 2:], boxes[i, 2:]) - torch.maximum(boxes[:, :2], boxes[i, :2])
            shared = sides.clamp(min=0).prod(1)
            gone |= shared / (area + area[i] - shared) > iou_threshold
        return torch.tensor(kept, dtype=torch.int64)

    library.impl("nms", nms, "CPU")
    LIBRARIES.append(library)


def install():
    """Write this file into the environment, unless torchvision loads without it."""
    import subprocess
    import sysconfig
    from pathlib import Path

    site = Path(sysconfig.get_paths()["purelib"])
    if (site / f"{NAME}.pth").exists() or not subprocess.run(
        [sys.executable, "-c", "import torchvision"], capture_output=True
    ).returncode:
        return
    (site / f"{NAME}.py").write_text(Path(__file__).read_text())
    (site / f"{NAME}.pth").write_text(f"import {NAME}\n")


if __name__ == "__main__":
    install()
elif __name__ == NAME:
    sys.meta_path.insert(0, Finder)
