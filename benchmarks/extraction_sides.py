"""The sides of `benchmarks.extraction`, each a process that works through the photos once for every line it reads.

python -m benchmarks.extraction_sides obvious|decode|network:PRECISION|ours:PRECISION MODEL PHOTOS
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from visualtaste.artifact.folder import read_any
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import BATCH, encode_here
from visualtaste.features.photos import load_batch
from visualtaste.features.preprocessing import PreprocessingSpec
from visualtaste.features.session import usable_cores
from visualtaste.features.store import FeatureStore
from visualtaste.features.store_info import StoreInfo

_FILES = {"float32": "encoder.onnx", "int8": "encoder.int8.onnx"}


def main() -> None:
    """Work when told to, and say how many seconds it took."""
    name, model, photos = sys.argv[1], Path(sys.argv[2]), sorted(Path(sys.argv[3]).iterdir())
    what, _, precision = name.partition(":")
    spec = read_any(model).preprocessing
    with tempfile.TemporaryDirectory() as folder:
        work = {
            "obvious": lambda: obvious(model, spec, photos, Path(folder)),
            "decode": lambda: decode(spec, photos),
            "network": lambda: network(OnnxEncoder(model / _FILES[precision], spec), photos),
            "ours": lambda: ours(OnnxEncoder(model / _FILES[precision], spec), photos, Path(folder)),
        }[what]()
        for _ in sys.stdin:
            start = time.perf_counter()
            work()
            print(time.perf_counter() - start, flush=True)


def obvious(model: Path, spec: PreprocessingSpec, photos: list[Path], folder: Path) -> Callable[[], None]:
    """What one writes first."""
    import torch
    from PIL import Image
    from transformers import AutoModel

    backbone = AutoModel.from_pretrained(model / "encoder").eval()
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (spec.mean, spec.std))

    def photo(path: Path) -> torch.Tensor:
        image = Image.open(path).convert("RGB").resize((spec.size, spec.size), Image.Resampling.BILINEAR)
        return (torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255 - mean) / std

    @torch.no_grad()
    def work() -> None:
        features = []
        for start in range(0, len(photos), 32):
            images = torch.stack([photo(path) for path in photos[start : start + 32]])
            features.append(backbone(images).pooler_output.flatten(1))
        np.save(folder / "features.npy", torch.cat(features).numpy())

    return work


def decode(spec: PreprocessingSpec, photos: list[Path]) -> Callable[[], None]:
    """Files to pixels on all cores, as extraction does it."""
    return lambda: _on_all_cores(lambda part: load_batch(photos, part, spec), len(photos))


def network(encoder: OnnxEncoder, photos: list[Path]) -> Callable[[], None]:
    """Pixels to features on all cores, as extraction does it."""
    pixels = load_batch(photos, np.arange(len(photos)), encoder.spec).pixels
    return lambda: _on_all_cores(lambda part: encoder.on_one_core.encode(pixels[part]), len(photos))


def ours(encoder: OnnxEncoder, photos: list[Path], folder: Path) -> Callable[[], None]:
    """Files to a feature store, on the disk."""
    info = StoreInfo(encoder=encoder.key, items="0" * 64, rows=len(photos), feature_size=encoder.feature_size)
    store = FeatureStore.open(folder / "store", info)

    def work() -> None:
        with store.writing():
            for batch in encode_here(photos, np.arange(len(photos)), encoder):
                store.put(batch.rows, batch.features)

    return work


def _on_all_cores(function: Callable[[np.ndarray], object], count: int) -> None:
    cores = usable_cores()
    size = min(BATCH, -(-count // cores))
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(function, (np.arange(start, min(start + size, count)) for start in range(0, count, size))))


if __name__ == "__main__":
    main()
