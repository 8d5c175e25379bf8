"""Extraction on a cluster, by Ray Data: photos are decoded on processors and encoded on the GPUs that there are.

Every row carries its number, so the order in which blocks come back does not matter, and a block that is done again
because its worker died writes the same rows once more. What has come back is in the driver's feature store; a
driver that died goes on with the rows that are missing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import ray

from visualtaste.data.locations import Location, absolute, read_location
from visualtaste.distributed.blocks import Block, EncodeOnGpu, Network, decode, decode_and_encode
from visualtaste.distributed.nodes import Node, check_gpus, check_photo
from visualtaste.distributed.quiet import quiet_ray_data
from visualtaste.distributed.trouble import told
from visualtaste.errors import ImageError
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import BATCH, FeatureBatch
from visualtaste.types import Int64

# Photos that one task works through, and that are done again when its worker dies. The driver's work is a task's, not a
# photo's, so blocks are large; but every core should get a few.
_SMALLEST_BLOCK, _LARGEST_BLOCK, _BLOCKS_A_CORE = 16, 1024, 4
_ROUND = 2**20  # photos whose paths are in the cluster's memory at the same time
_LOOKED_AT = 32  # photos tried for one to ask the machines about


def encode_on(
    working: list[Node], photos: Sequence[Location | None], rows: Int64, encoder: OnnxEncoder
) -> Iterator[FeatureBatch]:
    """Features of the photos of `rows`, each row once, in any order; see `features.encoding.Encode`.

    Raises ClusterError when a machine cannot read what this process can or has a GPU that it cannot use.
    """
    check_gpus(working)
    readable = _readable_photo(photos, rows)
    if readable is not None:
        check_photo(working, readable)
    network = Network.of(encoder)
    gpus, cpus = sum(node.gpus for node in working), sum(node.cpus for node in working)
    block_size = int(np.clip(len(rows) // (cpus * _BLOCKS_A_CORE), _SMALLEST_BLOCK, _LARGEST_BLOCK))
    quiet_ray_data()
    for start in range(0, len(rows), _ROUND):
        table = _table(photos, rows[start : start + _ROUND])
        blocks = [table.slice(first, block_size) for first in range(0, len(table), block_size)]
        pipeline = _pipeline(blocks, network, gpus)
        with told("extraction"):
            for block in pipeline.iter_batches(batch_size=None, batch_format="numpy"):
                yield _batch(block)


def _pipeline(blocks: list[pa.Table], network: Network, gpus: int) -> ray.data.Dataset:
    source = ray.data.from_arrow(blocks)
    if not gpus:
        return source.map_batches(decode_and_encode, fn_kwargs={"network": network}, batch_size=BATCH, num_cpus=1)
    pixels = source.map_batches(decode, fn_kwargs={"spec": network.spec}, batch_size=BATCH, num_cpus=1)
    return pixels.map_batches(
        EncodeOnGpu,
        fn_constructor_args=(network,),
        batch_size=BATCH,
        num_cpus=0,
        num_gpus=1,
        compute=ray.data.ActorPoolStrategy(size=gpus),
    )


def _table(photos: Sequence[Location | None], rows: Int64) -> pa.Table:
    named = (photos[row] for row in rows)
    return pa.table(
        {"row": rows, "photo": pa.array([None if photo is None else absolute(photo) for photo in named], pa.string())}
    )


def _batch(block: Block) -> FeatureBatch:
    failed = block["reason"] != ""
    failures = {
        int(row): ImageError(str(message), reason=str(reason))
        for row, reason, message in zip(
            block["row"][failed], block["reason"][failed], block["message"][failed], strict=True
        )
    }
    return FeatureBatch(block["row"][~failed], block["features"][~failed].astype(np.float32), failures)


def _readable_photo(photos: Sequence[Location | None], rows: Int64) -> str | None:
    """One of the photos that this process can read, of some looked at here and there."""
    for row in rows[np.linspace(0, len(rows) - 1, min(_LOOKED_AT, len(rows)), dtype=np.int64)]:
        photo = photos[row]
        try:
            if photo is not None and read_location(photo):
                return absolute(photo)
        except (OSError, ValueError):
            continue
    return None
