"""Every error that visualtaste raises on purpose.

    VisualTasteError
    ├── ConfigError          a setting is unknown or out of its range
    ├── DataError            a table, a row or a value of a dataset is wrong
    │   ├── EditionError     a file is of another edition of a published data set than it should be
    │   ├── EmptySetError    a user has no photo to pool
    │   ├── ImageError       one photo cannot be used; `.reason` says why in a word
    │   └── ProfileError     a profile is damaged, newer or of another model, or cannot do what is asked of it
    ├── ArtifactError        a model folder is missing, altered, newer or foreign
    ├── TrainingError        a training cannot start, go on or finish
    ├── InUseError           another process is writing the same folder
    ├── ClusterError         a cluster does not answer, or its machines do not fit together
    └── MissingExtraError    a feature needs an optional install

A message names the file, the row or the value, and says what would be right.
The command line turns any of these into one line and exit code 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence


class VisualTasteError(Exception):
    """Base of all errors that visualtaste raises on purpose."""


class ConfigError(VisualTasteError):
    """A setting is unknown or out of its range."""


class DataError(VisualTasteError):
    """A table, a row or a value of a dataset is wrong."""


class EditionError(DataError):
    """A file is of another edition of a published data set than it should be, or it cannot be told of which."""


class EmptySetError(DataError):
    """A user has no photo to pool; the message names the user."""


class ImageError(DataError):
    """One photo cannot be used.

    `reason` is one of a small fixed vocabulary, so that skipped photos can be counted by it:
    missing, unreadable, empty, not-an-image, unsupported, too-large, truncated.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ProfileError(DataError):
    """A profile is damaged, newer or of another model, or cannot do what is asked of it."""


class ArtifactError(VisualTasteError):
    """A model folder is missing, altered, newer or foreign."""


class TrainingError(VisualTasteError):
    """A training cannot start, go on or finish."""


class InUseError(VisualTasteError):
    """Another process is writing the same folder."""


class ClusterError(VisualTasteError):
    """A cluster does not answer, or its machines do not fit together."""


class MissingExtraError(VisualTasteError):
    """A feature needs an optional install; the message gives the pip command."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional install: pip install 'visualtaste[{extra}]'")
        self.extra = extra


def nearest(word: str, known: Sequence[str]) -> str:
    """How a message about an unknown name ends: with the nearest known one, or with all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f": did you mean {close[0]!r}?" if close else f": it is one of {', '.join(known)}"
