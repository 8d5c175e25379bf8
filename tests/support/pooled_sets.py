"""Three users with three, one and four photos, and pooling networks away from where they start."""

import numpy as np
import torch
from torch import nn

K = 6
LENGTHS = (3, 1, 4)
SEGMENTS = torch.tensor([0, 0, 0, 1, 2, 2, 2, 2])


def photos(seed: int = 0) -> torch.Tensor:
    """Features (8, K)."""
    return torch.randn(8, K, generator=torch.Generator().manual_seed(seed))


def scattered(module: nn.Module, seed: int = 1) -> nn.Module:
    """The module with every parameter drawn anew, in evaluation mode."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=random))
    return module.eval()


def numbers(module: nn.Module) -> dict[str, np.ndarray]:
    """Its parameters by name, in double precision."""
    return {name: tensor.double().numpy() for name, tensor in module.state_dict().items()}


def users(features: torch.Tensor) -> list[list[np.ndarray]]:
    """Every user's photos, one vector each, in double precision."""
    return [list(part.detach().double().numpy()) for part in features.split(list(LENGTHS))]


def softmax(scores: list[float]) -> list[float]:
    """Of plain numbers that are not large."""
    exponentials = [np.exp(score) for score in scores]
    return [exponential / sum(exponentials) for exponential in exponentials]
