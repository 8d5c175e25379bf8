import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.page import Page
from visualtaste.evaluation.examples import Photo, UserExample, make_example
from visualtaste.evaluation.page import shortened
from visualtaste.evaluation.report import report_html, write_report
from visualtaste.evaluation.results import Provenance
from visualtaste.evaluation.thumbnails import thumbnail

CATEGORIES = [f"category {index}" for index in range(60)]


@pytest.fixture(scope="session")
def photo(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "shirt.png"
    Image.new("RGB", (300, 450), (200, 40, 40)).save(path)
    return path


def example(
    path: Path | None,
    photos: int = 3,
    user_id: str = "user-1",
    title: str = "Shirt",
    bought: int = 2,
    contributions: np.ndarray | None = None,
) -> UserExample:
    random = np.random.default_rng(photos)
    probabilities = random.random(60).astype(np.float32)
    return make_example(
        user_id,
        [Photo(path, title)] * photos,
        random.dirichlet(np.ones(photos)).astype(np.float32),
        probabilities,
        probabilities > 0.6,
        CATEGORIES,
        bought=[Photo(path, title)] * bought,
        contributions=contributions,
    )


def test_interests_name_their_photos_where_it_is_known(evaluation, photo):
    """Photos 1 and 3 of 3 contribute to every category."""
    contributions = np.tile(np.array([[1.0], [0.1], [0.8]]), (1, 60))
    explained = Page(report_html(evaluation, [example(photo, contributions=contributions)]))
    text = " ".join(explained.text.split())
    assert len(explained.with_class("because")) == 15
    assert text.count("because of photos 1 and 3") == 15
    assert "below each the photos that contribute most to it" in text
    assert all(f"photo {number} " in text for number in (1, 2, 3))
    silent = Page(report_html(evaluation, [example(photo)]))
    assert not silent.with_class("because")
    assert "contribute" not in silent.text


def test_figures_table_and_users_are_on_the_page(evaluation, photo):
    one = example(photo)
    page = Page(report_html(evaluation, [one], model="Two attention blocks"))
    text = " ".join(page.text.split())
    for number in (3, 4, 5):
        assert f"Figure {number}." in text
    for method in evaluation.methods:
        assert method.title in text
        assert f"{method.scores.mean().f1[14]:.3f}" in text
    assert "photos of the earlier half of their purchases" in text
    assert "user-1" in text
    assert "What the user really bought later" in text
    assert f"{one.hits} of the first 15 right" in text
    assert len(page.with_class("hit")) == one.hits
    assert text.count("✓") == one.hits + 1  # and once in the key: right and wrong differ by more than colour
    assert f"Wanted, but not among the first 15: {len(one.missed)}" in text
    assert "3 with nothing to predict (for example u17, u4, u99)." in text
    assert "colour: black" in text
    assert "interests.pooling" in text


def test_the_page_is_complete_in_itself(evaluation, photo):
    html = report_html(evaluation, [example(photo)])
    page = Page(html)
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "action"):
            assert (attributes.get(name) or "data:").startswith(("data:", "#"))
    assert not {"script", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert "@import" not in html
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {f"#{found}" for found in re.findall(r' id="([^"]+)"', html)}
    policies = [attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_every_colour_of_the_figures_is_one_of_the_page(evaluations):
    """In dark mode a colour left in a figure would be dark on dark."""
    html = report_html(evaluations(12))
    figures = "".join(re.findall(r"<svg .*?</svg>", html, flags=re.DOTALL))
    assert not re.findall(r"#[0-9a-f]{6}\b", figures)
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", html))
    light, dark = html.split("prefers-color-scheme: dark", 1)
    for name in used:
        assert f"--{name}:" in light
        assert f"--{name}:" in dark


def test_text_from_data_is_never_markup(evaluations, photo):
    evil = "<script>alert('x')</script>\"'&"
    evaluation = evaluations(
        2, dataset=evil, provenance=Provenance(command=evil, data={evil: evil}, dropped_categories=(evil,))
    )
    examples = [example(photo, user_id=evil, title=evil), example(None, user_id=evil, title=evil)]
    html = report_html(evaluation, examples)
    page = Page(html)
    assert "<script" not in html
    assert "script" not in {tag for tag, _ in page.elements}
    assert evil in page.text
    assert all(attributes["alt"] == evil for tag, attributes in page.elements if tag == "img")


@pytest.mark.parametrize(("protocol", "notes"), [("observed", 1), ("held-out", 0), ("new-interests", 1)])
def test_what_must_be_known_is_said_loudly(evaluations, protocol, notes):
    page = Page(report_html(evaluations(1, protocol=protocol)))
    assert len(page.with_class("loud")) == notes
    assert ("The answer is in the input." in page.text) == (protocol == "observed")


@pytest.mark.parametrize("photos", [1, 40])
def test_one_and_many_photos(evaluation, photo, photos):
    page = Page(report_html(evaluation, [example(photo, photos, bought=0)]))
    assert len(page.with_class("attention")) == photos
    assert sum(tag == "img" for tag, _ in page.elements) == photos
    widths = [float(re.search(r"width: ([\d.]+)%", each["style"])[1]) for each in page.with_class("share")]
    assert all(0 <= width <= 100 for width in widths)
    assert max(widths) == 100  # the most regarded photo
    assert len(page.with_class("equal")) == (photos if photos > 1 else 0)
    assert "really bought later" not in page.text


def test_even_attention_fills_half_the_bar(evaluation, photo):
    even = make_example(
        "u", [Photo(photo)] * 4, np.full(4, 0.25), np.linspace(0, 1, 60), np.arange(60) > 50, CATEGORIES
    )
    page = Page(report_html(evaluation, [even]))
    assert {each["style"] for each in page.with_class("share")} == {"width: 50.0%"}
    assert {each["style"] for each in page.with_class("equal")} == {"left: 50.0%"}


def test_photos_that_cannot_be_shown_leave_a_note(evaluation, photo, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff not a photo")
    html = report_html(evaluation, [example(tmp_path / "gone.jpg", 1), example(broken, 1), example(None, 1)])
    text = Page(html).text
    assert "photo missing" in text
    assert "no photo" in text
    assert Page(html).with_class("none")
    assert "<img" not in html


@pytest.mark.parametrize(("methods", "users"), [(1, 120), (12, 120), (2, 1)])
def test_any_number_of_methods_and_no_example(evaluations, methods, users):
    page = Page(report_html(evaluations(methods, users)))
    assert "A few users" not in page.text
    assert len(page.with_class("plot")) == 3
    if methods == 1:
        assert "reference" not in page.text


def test_folds_and_left_out_users_are_told(evaluations):
    text = " ".join(Page(report_html(evaluations(2, folds=5, skipped=()))).text.split())
    assert "the one of 5 models that was not trained on them" in text
    assert "No test user was left out." in text


def test_the_best_being_the_reference_is_said(evaluations):
    text = " ".join(Page(report_html(evaluations(3, reference="method0"))).text.split())
    assert "It is the reference that the others are compared with; none of them is above it." in text


def test_many_missed_categories_are_counted(evaluation, photo):
    everything = make_example(
        "u", [Photo(photo)], np.ones(1), np.linspace(0, 1, 60), np.ones(60, dtype=bool), CATEGORIES
    )
    text = Page(report_html(evaluation, [everything])).text
    assert len(re.findall(r"place \d+,", text)) == 18
    assert "and 27 more" in text  # 60 wanted, 15 predicted, 18 listed


def test_writing_is_deterministic(evaluation, photo, tmp_path):
    write_report(evaluation, [example(photo)], tmp_path / "a.html")
    write_report(evaluation, [example(photo)], tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_long_ids_are_shortened_in_the_middle():
    assert shortened("short") == "short"
    assert shortened("0123456789" * 4) == "01234567890123456" + "…" + "23456789"
    assert len(shortened("x" * 64)) == 26


def test_thumbnails_keep_their_shape(photo):
    uri = thumbnail(photo, 90).uri
    assert uri is not None
    image = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))))
    assert image.size == (60, 90)
    assert thumbnail(None, 90).missing == "no photo"
    assert thumbnail(photo.with_name("gone.png"), 90).missing == "photo missing"
