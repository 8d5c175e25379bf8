"""NetFV (Miech et al. 2017, after Fisher vectors): first and second order statistics around learned centres."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualtaste.models.pooling.base import Pooling, equal_shares
from visualtaste.models.pooling.clusters import Clusters, moment, reduction, unit_blocks
from visualtaste.models.segments import segment_sum


class NetFV(Pooling):
    """Statistics of C clusters with centres c and deviations s, of R learned features y = L x: (T, K) -> (U, 2CR).

        first order    F1_c = Σ_m a_mc (y_m - c_c) / s_c
        second order   F2_c = Σ_m a_mc ((y_m - c_c)² / s_c² - 1)

    As in the authors' code each order is normalised as NetVLAD's residuals are, by cluster and then as a whole. The
    deviations are exp of what is learned, so that they stay positive, and start at 1, that of standardised features.
    """

    def __init__(self, features: int, *, clusters: int, reduced: int) -> None:
        super().__init__(pooled_size=2 * clusters * reduced)
        self.reduce = reduction(features, reduced)
        self.clusters = Clusters(reduced, clusters)
        self.log_deviations = nn.Parameter(torch.zeros(clusters, reduced))

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        reduced = self.reduce(features).float()  # (T, R); squares of bfloat16 would not cancel below
        assigned = self.clusters(reduced)  # (T, C)
        mass = segment_sum(assigned, segments, users)[:, :, None]  # (U, C, 1)
        first = moment(assigned, reduced, segments, users)  # Σ a y: (U, C, R)
        second = moment(assigned, reduced.square(), segments, users)  # Σ a y²
        centres, precision = self.clusters.centres, torch.exp(-self.log_deviations)  # (C, R)
        residuals = (first - mass * centres) * precision
        # Σ a (y - c)² = Σ a y² - 2 c Σ a y + c² Σ a: no array of photos by clusters by features for the squares
        squares = (second - 2 * centres * first + centres.square() * mass) * precision.square() - mass
        return torch.cat([unit_blocks(residuals), unit_blocks(squares)], 1), equal_shares(segments, users)
