import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualtaste.evaluation.canvas import sample_svg, spread
from visualtaste.evaluation.figures import FIGURES, curve_svg
from visualtaste.evaluation.line_styles import COLOURS, INK, line_styles

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("metric", FIGURES)
def test_every_method_is_named_in_the_figure(evaluation, metric, layout):
    written = texts(curve_svg(evaluation, metric, layout))
    for method in evaluation.methods:
        assert method.title in written
    assert {"1", "5", "10", "15", "20"} <= set(written)


def test_the_lines_go_through_the_means(evaluation):
    """Read back from the SVG: the line of the reference, in the axes' own units."""
    svg = curve_svg(evaluation, "recall")
    root = ElementTree.fromstring(svg)
    lines = [
        np.array([[float(part) for part in point.split()] for point in re.split(r"[ML]", path.get("d", ""))[1:]])
        for path in root.iter(f"{SVG}path")
        if f"stroke: {INK}" in path.get("style", "") and "stroke-dasharray" in path.get("style", "")
    ]
    curve = next(line for line in lines if len(line) == 20)
    mean = evaluation.method(evaluation.reference).scores.mean().recall
    slope, offset = np.polyfit(curve[:, 1], mean, 1)
    np.testing.assert_allclose(curve[:, 1] * slope + offset, mean, atol=1e-5)
    assert slope < 0  # y grows downwards
    np.testing.assert_allclose(
        np.diff(curve[:, 0]), np.diff(curve[:, 0])[0], atol=2e-3
    )  # pixels, written to a thousandth


def test_no_state_of_matplotlib_gets_in_or_out(evaluation):
    before = curve_svg(evaluation, "f1")
    with matplotlib.rc_context({"font.size": 30, "grid.linestyle": ":", "svg.fonttype": "path"}):
        kept = dict(matplotlib.rcParams)
        assert curve_svg(evaluation, "f1") == before
        assert dict(matplotlib.rcParams) == kept


def test_another_process_draws_the_same_bytes_and_needs_no_display(evaluation):
    program = (
        "import sys, runpy; from visualtaste.evaluation.figures import curve_svg;"
        f"make = runpy.run_path({__file__.replace('test_figures', 'conftest')!r})['make_evaluation'];"
        "sys.stdout.write(curve_svg(make(), 'f1')); assert 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == curve_svg(evaluation, "f1")


def test_nothing_in_the_svg_leaks_into_a_page_or_asks_for_anything(evaluation):
    drawn = [curve_svg(evaluation, metric, layout) for metric in FIGURES for layout in ("wide", "narrow")]
    ids = [found for svg in drawn for found in re.findall(r' id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))
    for svg in drawn:
        assert "<style" not in svg
        assert "<!DOCTYPE" not in svg
        addresses = set(re.findall(r'"(https?://[^"]+)"', svg))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, never fetched


def test_titles_are_text_not_markup_and_not_formulas(evaluations):
    evaluation = evaluations(1)
    object.__setattr__(evaluation.methods[0], "title", "<b>$x^2$ & co</b>")
    assert "<b>$x^2$ & co</b>" in texts(curve_svg(evaluation, "f1"))


def test_long_titles_are_wrapped(evaluations):
    evaluation = evaluations(2)
    object.__setattr__(evaluation.methods[0], "title", "a method with a name that nobody would want to read twice")
    assert {"a method with a name that nobody would", "want to read twice"} <= set(texts(curve_svg(evaluation, "f1")))


def test_twelve_methods_can_be_told_apart_without_colour(evaluations):
    styles = line_styles(evaluations(12)).values()
    compared = [style for style in styles if style.colour != INK]
    assert len({style.marker for style in compared}) == 11
    assert len({(style.colour, style.dashes) for style in styles}) == 12
    assert sum(style.band for style in styles) == 2


def test_a_single_method_is_no_reference(evaluations):
    (style,) = line_styles(evaluations(1)).values()
    assert style.dashes == "-"


def test_colours_stand_out_from_a_white_page():
    """WCAG asks for a contrast of 3 for graphics."""
    for colour in COLOURS:
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 3, colour


def test_samples_differ_by_method(evaluations):
    samples = {sample_svg(style) for style in line_styles(evaluations(12)).values()}
    assert len(samples) == 12


def test_spread_labels_by_hand():
    apart = spread(np.array([10.0, 50.0]), np.array([10.0, 10.0]), low=0, high=100)
    np.testing.assert_allclose(apart, [10, 50])
    touching = spread(np.array([50.0, 50.0, 53.0]), np.array([10.0, 10.0, 10.0]), low=0, high=100)
    np.testing.assert_allclose(touching, [41, 51, 61])
    at_the_top = spread(np.array([99.0, 99.0]), np.array([10.0, 20.0]), low=0, high=100)
    np.testing.assert_allclose(at_the_top, [75, 90])


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(5, 25)), min_size=1, max_size=12))
def test_spread_labels_never_overlap_nor_leave(labels):
    wanted = np.sort([y for y, _ in labels])
    sizes = np.array([size for _, size in labels])
    centres = spread(wanted, sizes, low=0, high=300)
    assert (np.diff(centres) >= (sizes[1:] + sizes[:-1]) / 2 - 1e-9).all()
    assert centres[0] - sizes[0] / 2 >= -1e-9
    assert centres[-1] + sizes[-1] / 2 <= 300 + 1e-9
