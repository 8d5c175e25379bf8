import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from support.made_up_comparison import make_comparison
from visualtaste.comparison.cost_figure import Point, cost_points, cost_svg, frontier
from visualtaste.comparison.forest_figure import forest_svg
from visualtaste.comparison.groups import panels
from visualtaste.comparison.reliability_figure import Curve, method_curves, reliability_svg, weight_curves
from visualtaste.evaluation.line_styles import DOTS, INK, LineStyle
from visualtaste.metrics.calibration import Calibration

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result():
    return make_comparison(16, users=60)


def drawn(result) -> dict[str, str]:
    compared = result.protocols["observed"]
    (first, *_) = panels(compared)
    return {
        "forest": forest_svg(result),
        "milliseconds": cost_svg(compared, "milliseconds_per_user"),
        "training": cost_svg(compared, "training_seconds"),
        "methods": reliability_svg("Methods", method_curves(compared, first), "a"),
        "weights": reliability_svg("Weights", weight_curves(result.weights[:5], "raw"), "b"),
    }


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_they_are_the_same_every_time_and_untouched_by_settings(result):
    before = drawn(result)
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": True}):
        assert drawn(result) == before


def test_they_are_documents_whose_ids_do_not_clash(result):
    found = drawn(result)
    ids = [name for svg in found.values() for name in re.findall(r' id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))
    for svg in found.values():
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert set(re.findall(r'"(https?://[^"]+)"', svg)) <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }


def test_the_forest_names_every_method_and_what_its_marks_mean(result):
    written = texts(forest_svg(result))
    for contender in result.protocols["held-out"].contenders.values():
        assert written.count(contender.entry.title) == 1
    assert {"Observed", "Held-out", "New interests", "given the answer, not compared"} <= set(written)
    assert "given the answer, not compared" not in texts(forest_svg(make_comparison(8, ("held-out",), 30)))


def test_methods_given_the_answer_are_not_among_the_costs(result):
    compared = result.protocols["observed"]
    points = cost_points(compared, "milliseconds_per_user")
    assert [point.number for point in points] == list(range(1, 15))
    assert [point.title for point in points] == [method.title for method in compared.ranked]
    written = texts(cost_svg(compared, "milliseconds_per_user"))
    assert "EASE on categories" not in written
    assert {"Average", "1", "14"} <= set(written)


def test_the_frontier_by_hand():
    costs = [(1, 0.2), (2, 0.5), (2, 0.4), (3, 0.5), (4, 0.6), (5, 0.1)]
    points = [Point(number, "", "features", cost, f1) for number, (cost, f1) in enumerate(costs)]
    assert [point.number for point in frontier(points)] == [0, 1, 4]


def test_numbers_in_the_cost_figure_do_not_lie_on_each_other(result):
    root = ElementTree.fromstring(cost_svg(result.protocols["held-out"], "milliseconds_per_user"))
    spots = np.array(
        [
            (float(text.get("x")), float(text.get("y")))
            for text in root.iter(f"{SVG}text")
            if (text.text or "").isdigit()
            and "text-anchor: middle" in text.get("style", "")
            and "11px" in text.get("style", "")
        ]
    )
    assert len(spots) == 16
    across, down = (np.abs(spots[:, None, axis] - spots[None, :, axis]) for axis in (0, 1))
    close = (across < 10) & (down < 10)
    assert close.sum() == 16  # each with itself


def test_true_probabilities_are_drawn_on_the_diagonal():
    """Read back from the SVG: a method of which exactly as many are wanted as it says."""
    counts = np.full(5, 1000)
    shares = np.array([0.01, 0.1, 0.3, 0.6, 0.9])
    exact = Calibration(counts, counts * shares, (counts * shares).astype(np.int64), 0.0, 0.0)
    svg = reliability_svg("x", [Curve("x", exact, LineStyle(INK, "o", DOTS, band=False))], "x")
    lines = [
        np.array([[float(part) for part in point.split()] for point in re.split(r"[ML]", path.get("d", ""))[1:]])
        for path in ElementTree.fromstring(svg).iter(f"{SVG}path")
        if "fill: none" in path.get("style", "") and "z" not in path.get("d", "")
    ]
    diagonal = next(line for line in lines if len(line) == 2 and (line[0] != line[1]).all())
    curve = next(line for line in lines if len(line) == 5)
    slope = np.diff(diagonal[:, 1])[0] / np.diff(diagonal[:, 0])[0]
    np.testing.assert_allclose(curve[:, 1], diagonal[0, 1] + slope * (curve[:, 0] - diagonal[0, 0]), atol=0.01)


def test_bins_too_small_to_say_anything_are_left_out():
    """Three bins of ten pairs, then one of a thousand; every third point has a marker."""
    counts = np.array([10, 10, 10, 1000])
    few = Calibration(counts, counts * np.array([0.01, 0.05, 0.1, 0.3]), np.array([1, 0, 3, 290]), 0.0, 0.0)
    svg = reliability_svg("x", [Curve("x", few, LineStyle(INK, "o", "-", band=False))], "x")
    assert svg.count("<use") == 1 + 1  # the marker of one bin, and the one beside the name


def test_weights_are_drawn_from_small_to_large_and_1_as_the_reference(result):
    curves = weight_curves(list(reversed(result.weights[:5])), "corrected")
    assert [curve.title for curve in curves] == ["w = 1", "w = 10", "w = 36", "w = 72", "w = 140"]
    assert curves[0].drawn.dashes == DOTS
    assert curves[2].calibration is result.weights[2].corrected
