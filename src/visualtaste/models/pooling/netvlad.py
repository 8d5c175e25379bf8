"""NetVLAD (Arandjelovic et al., CVPR 2016): where photos lie relative to the centres that they are assigned to."""

from __future__ import annotations

from torch import Tensor

from visualtaste.models.pooling.base import Pooling, equal_shares
from visualtaste.models.pooling.clusters import Clusters, moment, reduction, unit_blocks
from visualtaste.models.segments import segment_sum


class NetVLAD(Pooling):
    """Summed residuals to C centres, in a space of R learned features y = L x: (T, K) -> (U, C * R).

        V_c = Σ_m a_mc (y_m - c_c)

    Each V_c is brought to unit length (intra-normalisation), then all of them together. The result is multiplied by
    sqrt(C * R), so that its entries are of the size of standardised features, which suits the head. The reduction
    to R is ours: with C * K inputs the head would have more weights than all else together.
    """

    def __init__(self, features: int, *, clusters: int, reduced: int) -> None:
        super().__init__(pooled_size=clusters * reduced)
        self.reduce = reduction(features, reduced)
        self.clusters = Clusters(reduced, clusters)

    def forward(self, features: Tensor, segments: Tensor, users: int) -> tuple[Tensor, Tensor]:
        reduced = self.reduce(features).float()  # (T, R)
        assigned = self.clusters(reduced)  # (T, C)
        mass = segment_sum(assigned, segments, users)  # (U, C)
        first = moment(assigned, reduced, segments, users)  # (U, C, R)
        residuals = first - mass[:, :, None] * self.clusters.centres
        return unit_blocks(residuals), equal_shares(segments, users)
