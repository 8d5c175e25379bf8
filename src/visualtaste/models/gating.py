"""Context gating (Miech et al. 2017): a vector decides which of its own entries matter."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visualtaste.config import InterestsSettings


class ContextGating(nn.Module):
    """y = sigmoid(W x + b) * x, entry by entry: (U, K) -> (U, K).

    W starts as N(0, spread/sqrt(K)), b as `bias`; published are a spread of 1 and a bias of 0, at which all gates
    are half open and differ at random. With a small spread and a bias above 0 the gating starts as nearly nothing
    and becomes what the data can teach it, which matters where they are few.
    """

    def __init__(self, features: int, *, spread: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.gate = nn.Linear(features, features)
        nn.init.normal_(self.gate.weight, std=spread / math.sqrt(features))
        nn.init.constant_(self.gate.bias, bias)

    def forward(self, features: Tensor) -> Tensor:
        return torch.sigmoid(self.gate(features)) * features


class TanhGating(ContextGating):
    """y = tanh(W x + b) * x: gates that may turn an entry's sign, as in later code of Demochkin and Savchenko."""

    def forward(self, features: Tensor) -> Tensor:
        return torch.tanh(self.gate(features)) * features


class BatchNormGating(nn.Module):
    """y = sigmoid(BN(W x)) * x, the form of Miech et al.'s own code: (U, K) -> (U, K).

    The batch norm has the bias, and its factor decides how much gates differ: they start as `bias` and `spread`,
    which mean what they mean to ContextGating; W starts as N(0, 1/sqrt(K)). In evaluation mode the running
    statistics normalise, so that a user's result does not depend on who else is asked about.
    """

    def __init__(self, features: int, *, spread: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.gate = nn.Linear(features, features, bias=False)
        self.norm = nn.BatchNorm1d(features)
        nn.init.normal_(self.gate.weight, std=1 / math.sqrt(features))
        nn.init.constant_(self.norm.weight, spread)
        nn.init.constant_(self.norm.bias, bias)

    def forward(self, features: Tensor) -> Tensor:
        gates = self.gate(features).float()
        if self.training and len(gates) == 1:
            # a last batch of one user has no variance: what is known of the others must do
            norm = self.norm
            gates = F.batch_norm(gates, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)
        else:
            gates = self.norm(gates)
        return torch.sigmoid(gates) * features


class OutputGating(nn.Module):
    """Context gating of the categories' probabilities, p' = sigmoid(h) * p with h = W p + b: logits to logits (U, D).

    p = sigmoid(z) of the logits z that come in. What goes out is the logit of p', not p' itself, in float32:

        1/p' = (1 + e^-z)(1 + e^-h)   gives   logit(p') = h - softplus(softplus(h) - z)

    which tends to z as h grows, and is finite wherever z and h are. p and p' are probabilities as the weighted loss
    shapes them, with w-fold odds, and ln w is to be subtracted from what goes out, and only there. `bias` is
    therefore counted in calibrated odds: b starts at bias + ln w, as otherwise a gate that is open by 0.95 would
    not let a probability above 0.35 pass at w = 36. W starts as N(0, spread/sqrt(D)).
    """

    def __init__(self, categories: int, positive_weight: float, *, spread: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.gate = nn.Linear(categories, categories)
        nn.init.normal_(self.gate.weight, std=spread / math.sqrt(categories))
        nn.init.constant_(self.gate.bias, bias + math.log(positive_weight))

    def forward(self, logits: Tensor) -> Tensor:
        gates: Tensor = self.gate(torch.sigmoid(logits)).float()
        return gates - F.softplus(F.softplus(gates) - logits)


def make_gating(settings: InterestsSettings, features: int) -> nn.Module:
    """The gating of a pooled vector (P,) that the settings' pooling ends with; most end without one."""
    spread, bias = settings.gate_spread, settings.gate_bias
    match settings.pooling:
        case "attention2_gating" | "attention2_gating_output":
            return ContextGating(features, spread=spread, bias=bias)
        case "attention2_gating_bn":
            return BatchNormGating(features, spread=spread, bias=bias)
        case "attention2_gating_tanh":
            return TanhGating(features, spread=spread, bias=bias)
        case _:
            return nn.Identity()


def make_output_gating(settings: InterestsSettings, categories: int) -> nn.Module:
    """The gating of the logits (D,): none, but for attention2_gating_output."""
    if settings.pooling != "attention2_gating_output":
        return nn.Identity()
    return OutputGating(categories, settings.positive_weight, spread=settings.gate_spread, bias=settings.gate_bias)
