"""Reductions over the users of a ragged batch: sums and softmaxes of each user's own photos, without padding.

Photos (T,) belong to users (U,) by `segments (T,)`, the index of each photo's user. All of it is written in
operations that torch.export turns into plain ONNX with both sizes dynamic; torch.searchsorted and
torch.repeat_interleave would say the same in fewer words but do not export.
"""

from __future__ import annotations

import torch
from torch import Tensor


def segments_of(offsets: Tensor, photos: Tensor) -> Tensor:
    """The user that each of `photos (T, ...)` belongs to (T,), from `offsets (U+1,)`.

    Counts, at every photo, the users that have begun by then. No user may be empty: one at the end would begin
    after the last photo, and RuntimeError says so.
    """
    starts = offsets[1:-1]
    begins = torch.zeros(photos.shape[0], dtype=torch.int64, device=photos.device)
    return begins.scatter_add(0, starts, torch.ones_like(starts)).cumsum(0)


def segment_sum(values: Tensor, segments: Tensor, users: int) -> Tensor:
    """Sum of each user's values: (T,) -> (U,) or (T, K) -> (U, K).

    scatter_add becomes ONNX's ScatterElements. index_add would become ScatterND, whose threads ONNX Runtime lets add
    to the same row at the same time: sums get lost, now and then, on more than one core.
    """
    index = _index(values, segments)
    return values.new_zeros((users, *values.shape[1:])).scatter_add(0, index, values)


def segment_max(values: Tensor, segments: Tensor, users: int) -> Tensor:
    """The largest of each user's values: (T,) -> (U,) or (T, K) -> (U, K). No gradient flows through it."""
    if isinstance(users, int) and users == 1:  # a phone's runtime has no scatter_reduce; traced, it is no int
        return values.detach().amax(0, keepdim=True)
    smallest = values.new_full((users, *values.shape[1:]), -torch.inf)
    return smallest.scatter_reduce(0, _index(values, segments), values.detach(), "amax")


def segment_softmax(scores: Tensor, segments: Tensor, users: int) -> Tensor:
    """Softmax of the scores among each user's own, (T,) or by column (T, H); sums to 1 for every user.

    Each user's largest score is subtracted first, so that exp cannot overflow. The result does not depend on what
    is subtracted, so no gradient needs to flow through the maximum.
    """
    largest = segment_max(scores, segments, users)
    weights = torch.exp(scores - largest.index_select(0, segments))
    return weights / segment_sum(weights, segments, users).index_select(0, segments)


def _index(values: Tensor, segments: Tensor) -> Tensor:
    """The user of every entry of `values`, as scatter wants it: in their shape."""
    return segments if values.ndim == 1 else segments[:, None].expand_as(values)
