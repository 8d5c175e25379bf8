from __future__ import annotations

import numpy as np
import pytest

from visualtaste.data.shop.outlines import box, closed, ellipse, mirror, polygon, smooth


def test_a_smooth_curve_passes_every_corner() -> None:
    corners = polygon((0, 0), (1, 0), (1, 1), (0, 1))
    np.testing.assert_allclose(smooth(corners, steps=5)[::5], corners)
    line = smooth(corners, closed=False, steps=5)
    np.testing.assert_allclose(line[::5], corners)
    assert len(line) == 16


def test_a_mirrored_outline_is_symmetrical() -> None:
    outline = mirror((0.0, -1.0), (0.5, 0.0), (0.2, 1.0))
    assert outline.tolist() == [[0, -1], [0.5, 0], [0.2, 1], [-0.2, 1], [-0.5, 0], [0, -1]]


def test_angles_run_from_the_right_downwards() -> None:
    arc = ellipse(1, 2, 3, 4, (0, 90), steps=2)
    np.testing.assert_allclose(arc, [[4, 2], [1, 6]], atol=1e-12)
    assert len(np.unique(ellipse(0, 0, 1, 1, steps=8).round(6), axis=0)) == 8


@pytest.mark.parametrize("radius", [0.0, 0.2])
def test_a_box_keeps_to_its_sides(radius: float) -> None:
    outline = box(-1, -2, 3, 4, radius)
    np.testing.assert_allclose(outline.min(axis=0), [-1, -2])
    np.testing.assert_allclose(outline.max(axis=0), [3, 4])


def test_a_closed_line_ends_where_it_starts() -> None:
    assert closed(polygon((0, 0), (1, 0))).tolist() == [[0, 0], [1, 0], [0, 0]]
