"""What surrounds a product in its picture: the backdrop, the shadow it throws, the light and the camera's noise."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from visualtaste.data.shop.palette import BACKGROUNDS, RGB, blend, distance
from visualtaste.types import Float32


def backdrop(side: int, product: RGB, rng: np.random.Generator) -> Float32:
    """White, one colour, a soft gradient, a spot of light or a table before a wall: (S, S, 3), 0..255.

    Backdrops too near the product's own colour are passed over, so that its outline can be seen.
    """
    choices = [colour for colour in BACKGROUNDS if distance(colour, product) > 90]
    near = choices[rng.integers(len(choices))]
    far = blend(near, choices[rng.integers(len(choices))], 0.6)
    style = rng.integers(5)
    if style == 0:
        return np.full((side, side, 3), choices[0], dtype=np.float32)
    start, end = np.array(near, dtype=np.float32), np.array(far, dtype=np.float32)
    return start + (end - start) * _transition(side, int(style), rng)


def _transition(side: int, style: int, rng: np.random.Generator) -> Float32:
    """How far a backdrop has gone from its first colour to its second (S, S, 1), 0..1."""
    across, down = coordinates(side)
    share = np.zeros((side, side))
    if style == 2:  # a gradient in any direction
        angle = rng.uniform(0, 2 * np.pi)
        share = 0.5 + 0.35 * (np.cos(angle) * across + np.sin(angle) * down)
    elif style == 3:  # a spot of light
        share = 0.6 * np.hypot(across - rng.uniform(-0.3, 0.3), down - rng.uniform(-0.4, 0.1))
    elif style == 4:  # the edge of a table
        share = share + (down - rng.uniform(0.3, 0.55)) * side / 3
    return np.clip(share, 0, 1).astype(np.float32)[..., None]


def compose(pixels: Float32, cover: Float32, behind: Float32, rng: np.random.Generator) -> Float32:
    """Light a product of colours (S, S, 3) and cover (S, S, 1) and put it, with its shadow, before its backdrop."""
    side = len(pixels)
    across, down = coordinates(side)
    sun = np.float32(rng.uniform(-1, 1))
    soft = _blurred(cover, 0.038 * side)
    # soft falls towards the outline: darker edges give volume
    light = (0.80 + 0.22 * soft) * (1 + 0.09 * (sun * across - down))[..., None]
    shadow = 0.34 * _shifted(soft, down=round(0.035 * side), right=round(-0.03 * float(sun) * side))
    return np.minimum(pixels * light, 255) * cover + behind * ((1 - shadow) * (1 - cover))


def exposed(picture: Float32, rng: np.random.Generator) -> Float32:
    """Vary brightness and warmth a little and add the noise of a camera."""
    gain = rng.uniform(0.92, 1.06) * (1 + rng.uniform(-0.03, 0.03) * np.array([1, 0, -1]))
    noise = rng.standard_normal((*picture.shape[:2], 1), dtype=np.float32) * np.float32(rng.uniform(0.5, 4))
    return picture * gain.astype(np.float32) + noise


def coordinates(side: int) -> tuple[Float32, Float32]:
    """Across (1, S) and down (S, 1), both from -1 to 1."""
    line = np.linspace(-1, 1, side, dtype=np.float32)
    return line[None, :], line[:, None]


def _blurred(cover: Float32, radius: float) -> Float32:
    mask = Image.fromarray((cover[..., 0] * 255).astype(np.uint8))
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32)
    return soft[..., None] / np.float32(255)


def _shifted(soft: Float32, down: int, right: int) -> Float32:
    """Moved by whole pixels; what comes in from outside repeats the edge."""
    rows = np.clip(np.arange(len(soft)) - down, 0, len(soft) - 1)
    columns = np.clip(np.arange(len(soft)) - right, 0, len(soft) - 1)
    return soft[rows][:, columns]
