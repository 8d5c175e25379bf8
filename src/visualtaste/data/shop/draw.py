"""Draws the picture of an article: the product with its colour, pattern and finish, wrapped or not, in a scene.

Everything that varies comes from the generator passed in, so one state of it gives one picture.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from visualtaste.data.shop.canvas import Canvas, Pose
from visualtaste.data.shop.look import Finish, Look
from visualtaste.data.shop.palette import COLOURS, CREAM, GREY, HEART, RGB, blend, tone_of
from visualtaste.data.shop.patterns import PATTERNS, Ink
from visualtaste.data.shop.scene import backdrop, compose, coordinates, exposed
from visualtaste.data.shop.silhouettes import Part, silhouette_of
from visualtaste.data.shop.wrapping import wrap
from visualtaste.types import Float32, UInt8

JPEG_QUALITY = 90


def draw_jpeg(look: Look, side: int, rng: np.random.Generator) -> bytes:
    """The picture of an article as the content of a JPEG file."""
    content = io.BytesIO()
    Image.fromarray(draw(look, side, rng)).save(content, format="JPEG", quality=JPEG_QUALITY)
    return content.getvalue()


def draw(look: Look, side: int, rng: np.random.Generator) -> UInt8:
    """The picture of an article (S, S, 3), RGB."""
    body = _varied(COLOURS[look.colour], rng)
    accent = _varied(GREY if look.colour == "white" else CREAM, rng)
    product = _product(look, body, accent, Canvas(side, _pose(rng)), rng)
    wrapping = wrap(product, body, rng) if look.gift else None
    pixels, cover = product.pixels_and_cover()
    pixels = _finished(pixels, look.finish, rng)
    if wrapping is not None:
        pixels, cover = _over(wrapping.pixels_and_cover(), pixels, cover)
    picture = compose(pixels, cover, backdrop(side, body, rng), rng)
    picture = exposed(picture, rng)
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _pose(rng: np.random.Generator) -> Pose:
    return Pose(
        scale=rng.uniform(0.78, 0.94),
        turn=float(np.clip(rng.normal(0, 5), -12, 12)),
        shift=(rng.uniform(-0.04, 0.04), rng.uniform(-0.04, 0.04)),
        stretch=rng.uniform(0.95, 1.06),
        mirrored=bool(rng.random() < 0.5),
    )


def _product(look: Look, body: RGB, accent: RGB, canvas: Canvas, rng: np.random.Generator) -> Canvas:
    """Draw the product; its pattern is printed on a canvas of its own, from which the body is cut."""
    silhouette = silhouette_of(look.kind, look.shape)
    _draw_parts(canvas, silhouette.behind, body, accent)
    for outline in silhouette.body:
        canvas.fill(outline, body)
    offset = rng.uniform(-0.12, 0.12, size=2)
    prints = PATTERNS[look.pattern](rng.uniform(0.38, 0.48))
    if prints:
        inks: dict[Ink, RGB] = {"accent": accent, "half": blend(body, accent, 0.5), "heart": HEART}
        cloth = canvas.blank()
        cloth.flood(body)
        for outlines, ink in prints:
            cloth.fill_all(outlines + offset, inks[ink])
        canvas.lay(cloth, within=canvas.mask(silhouette.body))
    _draw_parts(canvas, silhouette.front, body, accent)
    return canvas


def _draw_parts(canvas: Canvas, parts: tuple[Part, ...], body: RGB, accent: RGB) -> None:
    for part in parts:
        colour = tone_of(part.tone, body, accent)
        if part.width is None:
            canvas.fill(part.points, colour)
        else:
            canvas.line(part.points, part.width, colour)


def _finished(pixels: Float32, finish: Finish, rng: np.random.Generator) -> Float32:
    """A shiny product shows a band of light, a matte one does not."""
    if finish == "matte":
        return pixels
    across, down = coordinates(len(pixels))
    along = across + 0.6 * down - np.float32(rng.uniform(-0.35, 0.05))
    gleam = 0.75 * np.exp(-((along / 0.15) ** 2)) + 0.45 * np.exp(-(((along - 0.40) / 0.07) ** 2))
    shining: Float32 = pixels + (255 - pixels) * gleam[..., None].astype(np.float32)
    return shining


def _over(upper: tuple[Float32, Float32], pixels: Float32, cover: Float32) -> tuple[Float32, Float32]:
    """The upper layer's colours and cover over those of the lower one."""
    top, share = upper
    rest = cover * (1 - share)
    total: Float32 = share + rest
    colours = (top * share + pixels * rest) / np.maximum(total, 1e-6)
    return colours.astype(np.float32), total


def _varied(colour: RGB, rng: np.random.Generator) -> RGB:
    shifts = rng.integers(-8, 9, size=3).tolist()
    red, green, blue = (min(max(value + shift, 0), 255) for value, shift in zip(colour, shifts, strict=True))
    return red, green, blue
