"""Soft assignment of photos to learned clusters, and the statistics by cluster that NetVLAD and NetFV share."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visualtaste.models.segments import segment_sum


class Clusters(nn.Module):
    """C centres c (C, R) and the assignment to them, a_mc = softmax_c(w_c · x_m + b_c): (T, R) -> (T, C).

    Centres start as points distributed as the photos are, N(0, I); w and b as those of Arandjelovic et al. 2016
    (equations 2 and 3), where the softmax is of -alpha |x_m - c_c|², with alpha = 1 / (2 sqrt(R)). From there on
    centres and assignment learn apart from each other, as there.
    """

    def __init__(self, features: int, clusters: int) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(clusters, features))
        self.assign = nn.Linear(features, clusters)
        with torch.no_grad():
            self.assign.weight.copy_(self.centres / math.sqrt(features))
            self.assign.bias.copy_(-self.centres.square().sum(1) / (2 * math.sqrt(features)))

    def forward(self, features: Tensor) -> Tensor:
        return torch.softmax(self.assign(features).float(), 1)


def reduction(features: int, reduced: int) -> nn.Linear:
    """A learned linear map (K,) -> (R,) that starts by keeping variances: statistics of C clusters stay small."""
    linear = nn.Linear(features, reduced, bias=False)
    nn.init.normal_(linear.weight, std=1 / math.sqrt(features))
    return linear


def moment(assigned: Tensor, values: Tensor, segments: Tensor, users: int) -> Tensor:
    """Each user's values (T, R) summed for every cluster, by assignment (T, C): (U, C, R)."""
    products = assigned[:, :, None] * values[:, None, :]  # (T, C, R)
    return segment_sum(products.flatten(1), segments, users).view(users, *products.shape[1:])


def unit_blocks(statistics: Tensor) -> Tensor:
    """Each of C rows to unit length, then all together to length sqrt(C * R): (U, C, R) -> (U, C * R)."""
    rows = F.normalize(statistics, dim=2).flatten(1)
    return F.normalize(rows, dim=1) * math.sqrt(rows.shape[1])
