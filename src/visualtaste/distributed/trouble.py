"""An exception that crossed the cluster, as the error that it was, or as one that says what gave up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ray

from visualtaste.errors import ClusterError, VisualTasteError

_LOGS = "the machines' logs are in /tmp/ray/session_latest/logs"


@contextmanager
def told(job: str) -> Iterator[None]:
    """Turn Ray's exceptions inside into errors of visualtaste: the worker's own where it raised one."""
    try:
        yield
    except ray.exceptions.RayError as error:
        ours = _ours(error)
        if ours is not None:
            raise ours from None
        if isinstance(error, ray.exceptions.RayActorError | ray.exceptions.WorkerCrashedError):
            raise ClusterError(
                f"{job}: a worker died and could not be replaced; what is done is kept; {_LOGS}"
            ) from error
        raise ClusterError(f"{job}: {str(error).strip().splitlines()[-1]}; {_LOGS}") from error


def _ours(error: BaseException | None) -> VisualTasteError | None:
    """The error of visualtaste among an exception's causes."""
    while error is not None:
        if isinstance(error, VisualTasteError):
            return error
        error = getattr(error, "cause", None) or error.__cause__
    return None
