"""Ray's own bars and logs out of the way of ours; on every machine they stay in Ray's log folder."""

from __future__ import annotations

import logging

from ray.data import DataContext


def quiet_ray_data() -> None:
    """Let Ray Data run without progress bars, and tell its troubles by exceptions alone."""
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):  # the terminal's; the log file keeps everything
            handler.setLevel(logging.CRITICAL)
