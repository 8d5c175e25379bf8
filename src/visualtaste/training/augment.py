"""Mild augmentation of product photos."""

from __future__ import annotations

import torch
from torch import Tensor

_SHIFT = 1 / 16
_BRIGHTNESS = 0.1


def augment(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror each photo half of the time, shift it by up to 1/16 of its side, change its brightness by up to 10 %.

    Photos (B, S, S, 3) uint8, in and out. Shifted-in borders repeat the edge, as product photos end in background.
    """
    count, side = pixels.shape[:2]
    reach = max(1, round(side * _SHIFT))
    mirrored = torch.rand(count, generator=generator) < 0.5
    rows, columns = torch.randint(-reach, reach + 1, (2, count, 1), generator=generator)
    brightness = 1 + _BRIGHTNESS * (2 * torch.rand(count, 1, 1, 1, generator=generator) - 1)

    index = torch.arange(side)
    y = (index + rows).clamp(0, side - 1)  # (B, S)
    x = (index + columns).clamp(0, side - 1)
    x = torch.where(mirrored[:, None], side - 1 - x, x)
    moved = pixels[torch.arange(count)[:, None, None], y[:, :, None], x[:, None, :]]  # (B, S, S, 3)
    return (moved * brightness).clamp(0, 255).to(torch.uint8)
