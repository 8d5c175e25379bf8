"""How long to wait before the next try."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import numpy as np

from visualtaste.data.downloads.settings import DownloadSettings

_DOUBLINGS = 60  # more would overflow, and are beyond any limit


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks for by Retry-After, given as seconds or as a date; None when it does not."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked)
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def waiting_time(tries: int, asked: float | None, settings: DownloadSettings, random: np.random.Generator) -> float:
    """Seconds before the try after the given number of tries.

    Exponential in the number of tries, by a random part between half of it and all of it, so that what failed
    together does not come back together; never less than the server asked for, up to `max_retry_after`.
    """
    longest = min(settings.max_backoff, settings.backoff * 2.0 ** min(tries - 1, _DOUBLINGS))
    wait = longest * float(random.uniform(0.5, 1.0))
    if asked is None:
        return wait
    return max(wait, min(asked, settings.max_retry_after) + settings.backoff * float(random.uniform(0.0, 0.5)))
