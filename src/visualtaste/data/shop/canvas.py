"""Drawing in product coordinates on a layer of its own, smooth at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from visualtaste.data.shop.outlines import Points
from visualtaste.data.shop.palette import RGB
from visualtaste.types import Float32, Float64

SUPERSAMPLING = 3  # drawn this many times larger, then averaged: Pillow's own polygons have hard edges


@dataclass(frozen=True)
class Pose:
    """How a product stands in its picture."""

    scale: float  # half of the product's extent as a share of half the picture's side
    turn: float  # degrees
    shift: tuple[float, float]  # of the centre, as a share of the side
    stretch: float = 1.0  # above 1: wider and lower, its area the same
    mirrored: bool = False

    def matrix(self) -> Float64:
        """(2, 2), from product coordinates to halves of the picture's side."""
        angle = np.radians(self.turn)
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        width = self.stretch * (-1 if self.mirrored else 1)
        return self.scale * rotation @ np.diag([width, 1 / self.stretch])


class Canvas:
    """One transparent layer for a picture of `side` pixels."""

    def __init__(self, side: int, pose: Pose) -> None:
        self._side, self._pose = side, pose
        self._size = (side * SUPERSAMPLING, side * SUPERSAMPLING)
        half = self._size[0] / 2
        self._matrix = pose.matrix() * half
        self._origin = half + np.array(pose.shift) * self._size[0]
        self._unit = half * pose.scale
        self._layer = Image.new("RGBA", self._size)
        self._pen = ImageDraw.Draw(self._layer)

    def blank(self) -> Canvas:
        """An empty canvas for the same product."""
        return Canvas(self._side, self._pose)

    def flood(self, colour: RGB) -> None:
        """Fill the whole layer."""
        self._layer.paste((*colour, 255), (0, 0, *self._size))

    def fill(self, outline: Points, colour: RGB) -> None:
        """Fill a closed outline."""
        self._pen.polygon(self._place(outline).ravel().tolist(), fill=colour)

    def fill_all(self, outlines: Float64, colour: RGB) -> None:
        """Fill many outlines of as many points each (n, points, 2)."""
        for xy in self._place(outlines).reshape(len(outlines), -1).tolist():
            self._pen.polygon(xy, fill=colour)

    def line(self, points: Points, width: float, colour: RGB) -> None:
        """A line `width` product units wide with round ends."""
        xy = self._place(points).ravel().tolist()
        thickness = max(1, round(width * self._unit))
        self._pen.line(xy, fill=colour, width=thickness, joint="curve")
        reach = thickness / 2 - 0.5
        for x, y in (xy[:2], xy[-2:]):
            self._pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)

    def mask(self, outlines: Sequence[Points]) -> Image.Image:
        """The union of the outlines as a mask of one bit a pixel."""
        mask = Image.new("1", self._size)
        pen = ImageDraw.Draw(mask)
        for outline in outlines:
            pen.polygon(self._place(outline).ravel().tolist(), fill=1)
        return mask

    def drawn(self) -> Image.Image:
        """Everything drawn so far as a mask."""
        return self._layer.getchannel("A").convert("1", dither=Image.Dither.NONE)

    def lay(self, other: Canvas, within: Image.Image) -> None:
        """Lay what another canvas shows inside a mask over this one."""
        self._layer.paste(other._layer, mask=within)

    def cut(self, within: Image.Image) -> None:
        """Keep only what lies inside a mask."""
        layer = Image.new("RGBA", self._size)
        layer.paste(self._layer, mask=within)
        self._layer.paste(layer)

    def pixels_and_cover(self) -> tuple[Float32, Float32]:
        """Colours (S, S, 3), 0..255, and how much of each pixel is covered (S, S, 1), 0..1."""
        small = np.asarray(self._layer.reduce(SUPERSAMPLING), dtype=np.float32)
        return small[..., :3], small[..., 3:] / np.float32(255)

    def _place(self, points: Float64) -> Float64:
        placed: Float64 = points @ self._matrix.T + self._origin
        return placed
