"""An exception that crossed the cluster, as one line that says what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from visualtaste.errors import ClusterError

_LOGS = "the logs are on each machine, in session_latest/logs of Ray's folder, by default /tmp/ray"
# Ray carries a worker's exception as the text of its traceback, which ends with the exception that came first.
_OURS = re.compile(r"^visualtaste\.errors\.\w+: (.+)$", re.MULTILINE)


@contextmanager
def told(job: str) -> Iterator[None]:
    """Turn Ray's exceptions inside into ClusterError, with the words of the worker's own error where it raised one."""
    try:
        yield
    except ray.exceptions.RayError as error:
        ours = _OURS.search(f"{getattr(error, 'traceback_str', '')}\n{error}")
        if ours:
            raise ClusterError(f"{job}, on a worker: {ours[1]}") from error
        if isinstance(error, ray.exceptions.RayActorError | ray.exceptions.WorkerCrashedError):
            raise ClusterError(f"{job}: a worker died and was not replaced; what is done is kept; {_LOGS}") from error
        last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise ClusterError(f"{job}: {last[0]}; what is done is kept; {_LOGS}") from error
