"""A Ray cluster as the place where the work on photos is done: extraction and stage 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from visualtaste.config import EncoderSettings
from visualtaste.data.locations import Location
from visualtaste.distributed.connection import connection
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import FeatureBatch
from visualtaste.progress import Reporter
from visualtaste.types import Int64

if TYPE_CHECKING:  # extraction needs no torch
    from visualtaste.distributed.nodes import Node
    from visualtaste.training.finetune import FinetunedEncoder, PhotoData


@dataclass(frozen=True)
class Cluster:
    """The machines that take part, and by how many workers they train (by default one a GPU, else one a machine)."""

    nodes: list[Node]
    workers: int | None = None

    def encode(self, photos: Sequence[Location | None], rows: Int64, encoder: OnnxEncoder) -> Iterator[FeatureBatch]:
        """Features of the photos of `rows`, in any order; see `extraction.encode_on`."""
        from visualtaste.distributed.extraction import encode_on

        return encode_on(self.nodes, photos, rows, encoder)

    def finetune(
        self,
        data: PhotoData,
        settings: EncoderSettings,
        seed: int,
        workspace: Path,
        identity: Mapping[str, str],
        reporter: Reporter,
    ) -> FinetunedEncoder:
        """Stage 1, data-parallel; see `stage1.finetune_on`."""
        from visualtaste.distributed.stage1 import finetune_on

        return finetune_on(self.nodes, self.workers, data, settings, seed, workspace, identity, reporter)


@contextmanager
def connect(address: str, workers: int | None = None) -> Iterator[Cluster]:
    """The cluster at `address`: HOST:PORT, auto (the one that this machine belongs to) or local (this machine alone).

    Raises ClusterError when none answers or its machines do not fit together, MissingExtraError without Ray.
    """
    with connection(address):
        from visualtaste.distributed.nodes import check_versions, nodes

        working = nodes()
        check_versions(working)
        yield Cluster(working, workers)
