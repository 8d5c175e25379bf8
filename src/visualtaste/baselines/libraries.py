"""The libraries of the extra `compare`: loaded where they are used, each call on one thread."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from visualtaste.errors import MissingExtraError


@contextmanager
def compare_library(feature: str) -> Iterator[None]:
    """Import and call a library of the extra inside; raises MissingExtraError naming `feature` where it is absent.

    The libraries solve many small systems: threads of the BLAS only get in their way, of which implicit warns, and
    may change the last digits from run to run.
    """
    try:
        import scipy.linalg  # noqa: F401  # scipy's own BLAS can be limited only once it is there
        from threadpoolctl import threadpool_limits  # comes with implicit

        with threadpool_limits(1), warnings.catch_warnings():
            # myfm looks up its own version with it, once, when imported
            warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)
            yield
    except ImportError as error:
        raise MissingExtraError(feature, "compare") from error
