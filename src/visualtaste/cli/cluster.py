"""The option `--cluster` that commands working on many photos share, and how it becomes the place of the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from visualtaste.errors import ConfigError

if TYPE_CHECKING:
    from visualtaste.distributed.cluster import Cluster

ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Work on a Ray cluster: HOST:PORT, auto (the one that this machine belongs to) or local (made for this "
        "command).",
        metavar="ADDRESS",
        rich_help_panel="Cluster",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="How many workers train stage 1; by default one a GPU, without GPUs one a machine.",
        rich_help_panel="Cluster",
    ),
]


@contextmanager
def cluster_at(address: str | None, workers: int | None = None) -> Iterator[Cluster | None]:
    """The cluster that was asked for, or None when none was."""
    if address is None:
        if workers is not None:
            raise ConfigError("--workers share out a training on a cluster: give --cluster too")
        yield None
        return
    from visualtaste.distributed.cluster import connect

    with connect(address, workers) as cluster:
        yield cluster
