"""Vectors on a plane, so that people can see what lies near what.

Pearson 1901 (PCA); McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection", 2018. Images and
texts of contrastive models lie apart, whatever they show (Liang et al., "Mind the Gap", NeurIPS 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Method = Literal["PCA", "UMAP"]
FEWEST = 8
"""Vectors below which UMAP has no neighbourhoods to keep."""


@dataclass(frozen=True)
class Plane:
    """Places of vectors, shape (vectors, 2), 0 to 1 in both directions.

    kept: the share of the vectors' variance that a PCA keeps; None for UMAP.
    """

    method: Method
    places: NDArray[np.float64]
    kept: float | None = None


def planes(vectors: NDArray[np.float32]) -> tuple[Plane, ...]:
    """The plane of a PCA and, where umap-learn is installed and there are enough vectors, that of UMAP."""
    return (pca(vectors), *([umap(vectors)] if find_spec("umap") and len(vectors) >= FEWEST else []))


def pca(vectors: NDArray[np.float32]) -> Plane:
    """The two directions in which the vectors differ most."""
    import numpy as np

    centered = vectors.astype(np.float64) - vectors.mean(axis=0)
    left, strengths, _ = np.linalg.svd(centered, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    count = min(2, len(strengths))
    places[:, :count] = left[:, :count] * strengths[:count]
    total = float((strengths**2).sum())
    return Plane("PCA", _fitted(places), float((strengths[:2] ** 2).sum()) / total if total else 1.0)


def umap(vectors: NDArray[np.float32]) -> Plane:
    """Neighbours stay neighbours. Always the same for the same vectors."""
    import importlib

    library: Any = importlib.import_module("umap")
    neighbours = min(15, len(vectors) - 1)
    made = library.UMAP(n_components=2, metric="cosine", n_neighbors=neighbours, random_state=0, n_jobs=1)
    return Plane("UMAP", _fitted(made.fit_transform(vectors)))


def _fitted(places: NDArray[Any]) -> NDArray[np.float64]:
    """Scaled by one factor to the square from 0 to 1, in its middle."""
    import numpy as np

    low, high = places.min(axis=0), places.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    return np.asarray((places - (low + high) / 2) / size + 0.5, np.float64)
