"""The pooling that the settings name."""

from __future__ import annotations

from visualtaste.config import InterestsSettings
from visualtaste.models.pooling.attention import Attention, Average, TwoAttention
from visualtaste.models.pooling.bag_of_words import BagOfWords
from visualtaste.models.pooling.base import Pooling
from visualtaste.models.pooling.categories import CategoryAttention
from visualtaste.models.pooling.deep_sets import DeepSets
from visualtaste.models.pooling.maximum import Maximum
from visualtaste.models.pooling.multihead import MultiheadAttention
from visualtaste.models.pooling.netfv import NetFV
from visualtaste.models.pooling.netvlad import NetVLAD


def make_pooling(settings: InterestsSettings, features: int, categories: int) -> Pooling:
    """The pooling of photos with K = `features`; only attention by category needs to know D = `categories`."""
    zero_query, scale_scores = settings.zero_query, settings.scale_scores
    clusters, reduced = settings.clusters, settings.reduced
    match settings.pooling:
        case "average":
            return Average(features)
        case "max":
            return Maximum(features)
        case "attention":
            return Attention(features, zero_query=zero_query, scale_scores=scale_scores)
        case (
            "attention2"
            | "attention2_gating"
            | "attention2_gating_bn"
            | "attention2_gating_tanh"
            | "attention2_gating_output"
        ):
            return TwoAttention(features, zero_query=zero_query, scale_scores=scale_scores)
        case "bow":
            return BagOfWords(features, words=clusters * reduced)  # as many entries as the next two
        case "netvlad":
            return NetVLAD(features, clusters=clusters, reduced=reduced)
        case "netfv":
            return NetFV(features, clusters=clusters, reduced=reduced // 2)  # of two orders: as many as NetVLAD's
        case "deep_sets":
            return DeepSets(features, reduced=reduced)
        case "pma":
            return MultiheadAttention(
                features, heads=settings.heads, reduced=reduced, zero_query=zero_query, scale_scores=scale_scores
            )
        case "category_attention":
            return CategoryAttention(
                features,
                categories,
                reduced=reduced,
                feature_dropout=settings.feature_dropout,
                dropout=settings.dropout,
                zero_query=zero_query,
                scale_scores=scale_scores,
            )
