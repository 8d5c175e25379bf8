"""Ray's own bars and logs out of the way of ours; on every machine they stay in Ray's log folder."""

from __future__ import annotations

import logging

from ray.data import DataContext


def quiet_ray_data() -> None:
    """Let Ray Data run without progress bars and without describing its plans."""
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
