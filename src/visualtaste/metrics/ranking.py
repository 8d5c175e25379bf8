"""Ranking metrics of many users at many k, in one vectorised pass.

Every entry of a user's row becomes one 64-bit key whose order is the ranking and whose last bits carry what is
counted, so that sorting the keys is all there is to do:

    | score, falling (32 bits) | category index (30 bits) | passes the threshold (1) | relevant (1) |

No two keys of a row are equal, so ties need no further care: they go to the lower category index.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from visualtaste.errors import DataError
from visualtaste.metrics.checks import refuse_rows, require_mask, require_shape
from visualtaste.metrics.user_scores import Counts, UserScores
from visualtaste.types import Bool, Float32, Float64, Int64

DEFAULT_KS = range(1, 21)
THRESHOLD = 0.5

# Behind everything in the order, and with neither of the counted bits set.
_LAST = np.int64(0x7FFF_FFFF_FFFF_FFFC)
# Keys handled at once: 2 MB, which stays in the processor's cache and keeps memory flat.
_CHUNK = 1 << 18


def score_users(
    scores: ArrayLike,
    relevant: Bool,
    probabilities: ArrayLike | None = None,
    scored: Bool | None = None,
    ks: Iterable[int] = DEFAULT_KS,
) -> UserScores:
    """Rank every user's categories and count what the first k hold.

    Parameters
    ----------
    scores : (U, D)
        The higher, the earlier. Compared as float32. Equal scores (0.0 and -0.0 are equal) go to the lower category
        index. Infinite scores are allowed, NaN is not.
    relevant : (U, D) bool
        The categories that each user wants, at least one a user.
    probabilities : (U, D), optional
        What the thresholded metrics compare with 0.5. Field-notes, point 4: the published evaluation may have counted,
        of the first k, only those whose raw probability (before ln w is subtracted) is at least 0.5.
    scored : (U, D) bool, optional
        False removes a category from a user's ranking; the next one takes its place.
    ks : ascending positive integers, n of them

    Returns
    -------
    UserScores, with for each user and k, where hits is the number of relevant among the first k:

    precision             hits / k. A list shorter than k (k above the number of scored categories) is filled up with
                          misses: precision still divides by k.
    recall                hits / number of relevant
    f1                    harmonic mean of the two, 0 without a hit
    ndcg                  sum over hits at rank r of 1 / log2(r + 1), divided by its largest possible value, which
                          has min(k, number of relevant) hits in front
    r_precision           hits among the first R / R, where R is the number of relevant
    thresholded precision of the first k only the m with probability >= 0.5 are listed: hits among these m / m,
                          and 0 when m = 0
    thresholded recall    hits among these m / number of relevant
    thresholded f1        harmonic mean of the two, 0 without a hit

    `.mean()` averages over users, `.micro()` over listed and wanted categories.

    Raises
    ------
    DataError
        A shape or type is wrong; a score or probability is NaN; a user wants nothing (leave such users out and count
        them) or wants a category that is not scored. The message names the row.
    """
    scores, probabilities = _as_float32(scores), None if probabilities is None else _as_float32(probabilities)
    cuts = _cuts(ks)
    _check(scores, relevant, probabilities, scored)
    users, categories = scores.shape
    step = max(1, _CHUNK // max(1, categories))
    parts = []
    for start in range(0, users, step):
        rows = slice(start, start + step)
        keys = _keys(
            scores[rows],
            relevant[rows],
            None if probabilities is None else probabilities[rows],
            None if scored is None else scored[rows],
        )
        parts.append(_count(keys, relevant[rows].sum(axis=1), cuts, probabilities is not None))
    return UserScores.concat(parts) if parts else _nobody(cuts, probabilities is not None)


def _keys(scores: Float32, relevant: Bool, probabilities: Float32 | None, scored: Bool | None) -> Int64:
    """The sortable keys (U, D) described at the top of this file."""
    # Adding 0.0 turns -0.0 into 0.0. The bits of a float, read as an integer, rise with it when it is positive and
    # fall when it is negative; flipping the latter's lower 31 bits makes them rise as well.
    bits = (scores + np.float32(0)).view(np.int32)
    rising = bits ^ ((bits >> 31) & np.int32(0x7FFF_FFFF))
    keys = (~rising).astype(np.int64)
    keys <<= 32

    counted = np.arange(scores.shape[1], dtype=np.int32) << 2  # (D,)
    counted = counted + relevant
    if probabilities is not None:
        counted += (probabilities >= THRESHOLD) * np.int32(2)
    keys |= counted
    if scored is not None:
        keys[~scored] = _LAST
    return keys


def _count(keys: Int64, relevant: Int64, ks: Int64, thresholded: bool) -> UserScores:
    """Order the front of each row of `keys` (U, D) and count; `relevant` is (U,)."""
    users, categories = keys.shape
    deepest = int(ks[-1])
    front = min(categories, max(deepest, int(relevant.max())))
    if front < categories:
        keys.partition(front - 1, axis=1)
    head = np.sort(keys[:, :front], axis=1)  # (U, front)
    if front < deepest:
        head = np.pad(head, ((0, 0), (0, deepest - front)), constant_values=_LAST)

    hit = (head & 1).astype(np.int32)
    hits = hit.cumsum(axis=1)
    top = Counts(np.broadcast_to(ks, (users, len(ks))), hits[:, ks - 1].astype(np.int64), relevant)
    kept = None
    if thresholded:
        passes = ((head[:, :deepest] >> 1) & 1).astype(np.int32)
        kept = Counts(
            listed=passes.cumsum(axis=1)[:, ks - 1].astype(np.int64),
            hits=(passes & hit[:, :deepest]).cumsum(axis=1)[:, ks - 1].astype(np.int64),
            relevant=relevant,
        )
    return UserScores(
        ks=ks,
        top=top,
        thresholded=kept,
        ndcg=_ndcg(hit[:, :deepest], relevant, ks),
        r_precision=hits[np.arange(users), relevant - 1] / relevant,
    )


def _ndcg(hit: NDArray[Any], relevant: Int64, ks: Int64) -> Float64:
    """Binary gains over the logarithm of the rank, over the same of a perfect list: (U, n)."""
    discounts = 1 / np.log2(np.arange(2, hit.shape[1] + 2))
    gained = (hit * discounts).cumsum(axis=1)[:, ks - 1]
    ideal = discounts.cumsum()[np.minimum(ks, relevant[:, None]) - 1]
    ndcg: Float64 = gained / ideal
    return ndcg


def _nobody(ks: Int64, thresholded: bool) -> UserScores:
    none = np.zeros((0, len(ks)), dtype=np.int64)
    counts = Counts(none, none, none[:, 0])
    return UserScores(ks, counts, counts if thresholded else None, none.astype(np.float64), np.zeros(0))


def _as_float32(values: ArrayLike) -> Float32:
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which has its place in the order
        return np.asarray(values, dtype=np.float32)


def _cuts(ks: Iterable[int]) -> Int64:
    cuts = np.array(list(ks))
    if len(cuts) == 0 or cuts.dtype.kind != "i" or cuts[0] < 1 or np.any(np.diff(cuts) < 1):
        raise DataError(f"ks must be ascending integers of at least 1, not {cuts.tolist()}")
    return cuts.astype(np.int64)


def _check(scores: Float32, relevant: Bool, probabilities: Float32 | None, scored: Bool | None) -> None:
    if scores.ndim != 2:
        raise DataError(f"scores must be a matrix (users, categories), not of shape {scores.shape}")
    require_mask("relevant", relevant, "scores", scores.shape)
    if probabilities is not None:
        require_shape("probabilities", probabilities, "scores", scores.shape)
    if scored is not None:
        require_mask("scored", scored, "scores", scores.shape)
    for name, floats in (("score", scores), ("probability", probabilities)):
        if floats is not None:
            refuse_rows(np.isnan(floats), f"row {{row}} has a {name} that is not a number")
    refuse_rows(
        relevant.sum(axis=1, keepdims=True) == 0,
        "the user in row {row} wants no category: leave such users out before scoring, count them",
    )
    if scored is not None:
        refuse_rows(relevant & ~scored, "the user in row {row} wants a category that is not scored")
