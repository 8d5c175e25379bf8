"""The catalogue as named arrays and back, and their check: a digest says that a file is whole, not that it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visualtaste.errors import ArtifactError
from visualtaste.recommend.catalogue import ItemCatalogue, Layout
from visualtaste.recommend.neighbours import Neighbours
from visualtaste.recommend.space import Space
from visualtaste.recommend.texts import Texts
from visualtaste.types import Ragged

Arrays = dict[str, NDArray[Any]]

# the array that holds a ragged array's values, and how its offsets are called
_RAGGED = {
    "id_bytes": "id_offsets",
    "title_bytes": "title_offsets",
    "category_values": "category_offsets",
    "neighbour_rows": "neighbour_offsets",
}

_FINITE = (
    "vectors",
    "base",
    "visual_mean",
    "visual_projection",
    "posterior_projection",
    "neighbour_strengths",
    "graph_stretch",
)


def to_arrays(catalogue: ItemCatalogue) -> Arrays:
    """The arrays of a catalogue by their names; what a graph needs beside them is not among them."""
    return {
        "id_bytes": catalogue.ids.encoded.values,
        "id_offsets": catalogue.ids.encoded.offsets,
        "title_bytes": catalogue.titles.encoded.values,
        "title_offsets": catalogue.titles.encoded.offsets,
        "category_values": catalogue.categories.values.astype(np.int64),
        "category_offsets": catalogue.categories.offsets,
        "features": catalogue.features,
        "vectors": catalogue.vectors,
        "products": catalogue.products.astype(np.int64),
        "neighbour_rows": catalogue.neighbours.rows.values.astype(np.int64),
        "neighbour_offsets": catalogue.neighbours.rows.offsets,
        "neighbour_strengths": catalogue.neighbours.strengths.values,
        "base": catalogue.base,
        "visual_mean": catalogue.space.mean,
        "visual_projection": catalogue.space.projection,
        "posterior_projection": catalogue.posterior_projection,
    }


def from_arrays(arrays: Arrays) -> ItemCatalogue:
    """The catalogue of arrays that `check_arrays` found right."""

    def ragged(values: str) -> Ragged:
        return Ragged(arrays[values], np.asarray(arrays[_RAGGED[values]]))

    neighbours = ragged("neighbour_rows")
    return ItemCatalogue(
        ids=Texts(ragged("id_bytes")),
        titles=Texts(ragged("title_bytes")),
        categories=ragged("category_values"),
        features=arrays["features"],
        vectors=arrays["vectors"],
        products=arrays["products"],
        neighbours=Neighbours(neighbours, Ragged(arrays["neighbour_strengths"], neighbours.offsets)),
        base=arrays["base"],
        space=Space(arrays["visual_mean"], arrays["visual_projection"]),
        posterior_projection=arrays["posterior_projection"],
    )


def check_arrays(arrays: Arrays, folder: Path, items: int, feature_size: int, categories: int) -> None:
    """Raise ArtifactError, naming the file, unless all arrays fit N items of K features and D categories."""
    layout = Layout.of(feature_size, categories)
    values, half, single, byte = np.dtype("<i8"), np.dtype("<f2"), np.dtype("<f4"), np.dtype("u1")
    wanted: dict[str, tuple[np.dtype[Any], tuple[int | None, ...]]] = {
        **dict.fromkeys(_RAGGED.values(), (values, (items + 1,))),
        "id_bytes": (byte, (None,)),
        "title_bytes": (byte, (None,)),
        "category_values": (values, (None,)),
        "features": (half, (items, feature_size)),
        "vectors": (half, (items, layout.width)),
        "products": (values, (items,)),
        "neighbour_rows": (values, (None,)),
        "neighbour_strengths": (single, (None,)),
        "base": (single, (categories,)),
        "visual_mean": (single, (feature_size,)),
        "visual_projection": (single, (feature_size, layout.visual.stop)),
        "posterior_projection": (single, (categories, layout.posterior.stop - layout.posterior.start)),
        "graph_stretch": (single, (layout.width,)),
    }
    for name, (dtype, shape) in wanted.items():
        array = arrays[name]
        fits = array.ndim == len(shape) and all(
            want in (None, have) for want, have in zip(shape, array.shape, strict=True)
        )
        if array.dtype != dtype or not fits:
            raise ArtifactError(f"{folder / name}.npy is {array.dtype} {array.shape}, which does not fit the others")
    for name, offsets in _RAGGED.items():
        starts = arrays[offsets]
        if starts[0] != 0 or starts[-1] != len(arrays[name]) or np.any(np.diff(starts) < 0):
            raise ArtifactError(f"{folder / offsets}.npy does not divide the {len(arrays[name])} values of {name}.npy")
    if len(arrays["neighbour_strengths"]) != len(arrays["neighbour_rows"]):
        raise ArtifactError(f"{folder}/neighbour_strengths.npy and neighbour_rows.npy differ in length")
    for name, bound in (("category_values", categories), ("products", items), ("neighbour_rows", items)):
        stray = (arrays[name] < 0) | (arrays[name] >= bound)
        if stray.any():
            raise ArtifactError(f"{folder / name}.npy holds {arrays[name][stray][0]}, not 0 to {bound - 1}")
    for name in _FINITE:
        if not np.isfinite(arrays[name]).all():
            raise ArtifactError(f"{folder / name}.npy holds a value that is not finite")
    if np.any(arrays["graph_stretch"] <= 0):
        raise ArtifactError(f"{folder}/graph_stretch.npy holds a value that is not above 0")
