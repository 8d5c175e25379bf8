import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from support.made_up_comparison import make_comparison
from support.page import Page
from visualtaste.comparison.comparison_json import to_json
from visualtaste.comparison.drawings import drawings
from visualtaste.comparison.markdown import markdown
from visualtaste.comparison.report import report_html
from visualtaste.comparison.write import write_comparison


@pytest.fixture(scope="module")
def result():
    return make_comparison(7, users=60)


@pytest.fixture(scope="module")
def html(result):
    return report_html(result, drawings(result))


def plain(html: str) -> str:
    return " ".join(Page(html).text.split())


def part(html: str, name: str) -> str:
    """The section headed by an id."""
    return html.split(f'<section aria-labelledby="{name}">')[1].split("</section>")[0]


def rows(html: str) -> dict[str, str]:
    """Rows of the first table by what they begin with."""
    table = html.split("<table")[1].split("</table>")[0]
    found = (f"<table><tr{row}" for row in table.split("<tr")[1:])
    return {text.split(" P ")[0].split(" best")[0].split(" †")[0]: text for text in map(_row_text, found)}


def _row_text(row: str) -> str:
    return " ".join(
        re.sub(r"<[^>]*>", " ", re.sub(r"<svg.*?</svg>", "", row.split("</tr>")[0], flags=re.DOTALL)).split()
    )


def test_the_numbers_are_those_of_the_result(result, html):
    for name, compared in result.protocols.items():
        found = rows(part(html, name))
        row = found["Item classifier, noisy-or"]
        mean = compared.evaluation.method("noisy_or").scores.mean()
        for value in (mean.precision[14], mean.recall[14], mean.f1[14], mean.ndcg[14], mean.r_precision):
            assert f" {value:.3f} " in row
        assert f"{compared.differences['noisy_or'].value:+.3f}".replace("-", "\N{MINUS SIGN}") in row


def test_every_section_is_there(html):
    text = plain(html)
    for heading in (
        "In short",
        "All methods at a glance",
        "F1 over k (Figure 5)",
        "Precision and recall over k (Figures 3 and 4)",
        "Quality against cost",
        "Can the probabilities be believed?",
        "The positive weight",
        "Parts of users as further examples",
        "The methods and what they cost",
        "Chosen hyper-parameters",
        "How this was made",
    ):
        assert heading in text


def test_left_out_users_are_told_where_they_were_left_out(html):
    assert "3 with nothing to predict" in " ".join(part(html, "held-out").split())
    assert "nothing to predict" not in part(html, "observed")
    assert "No test user was left out" not in html


def test_methods_given_the_answer_are_apart_and_flagged(html):
    observed = part(html, "observed")
    ranked, given = observed.split('<div class="apart">')
    assert "EASE on categories" not in ranked
    assert "The answer is in the input." in ranked
    assert "Not to be compared with the above." in given
    assert "EASE on categories" in given
    held_out = part(html, "held-out")
    assert '<div class="apart">' not in held_out
    assert 'class="loud"' not in held_out


def test_the_page_is_complete_in_itself(html):
    page = Page(html)
    anchors = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "action"):
            address = attributes.get(name) or "data:"
            assert address.startswith("data:") or address[1:] in anchors
    assert not {"script", "iframe", "object", "img"} & {tag for tag, _ in page.elements}
    assert "@import" not in html
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {f"#{name}" for name in anchors}
    policies = [attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_no_two_elements_share_an_id(html):
    # the same sample of a line stands in several tables, ids included
    samples = re.findall(r'<svg aria-hidden="true".*?</svg>', html, flags=re.DOTALL)
    others = re.sub(r'<svg aria-hidden="true".*?</svg>', "", html, flags=re.DOTALL)
    ids = [name for text in (others, *set(samples)) for name in re.findall(r' id="([^"]+)"', text)]
    assert len(ids) == len(set(ids))


def test_every_colour_of_the_figures_is_one_of_the_page(html):
    figures = "".join(re.findall(r"<svg .*?</svg>", html, flags=re.DOTALL))
    assert not re.findall(r"#[0-9a-f]{6}\b", figures)


def test_text_from_data_is_never_markup(result):
    evil = "<script>alert('x')</script>\"'&"
    compared = result.protocols["held-out"]
    contender = compared.contenders["noisy_or"]
    renamed = replace(contender, entry=replace(contender.entry, title=evil, note=evil), settings={evil: evil})
    methods = tuple(
        replace(method, title=evil) if method.name == "noisy_or" else method for method in compared.evaluation.methods
    )
    odd = replace(
        compared,
        contenders={**compared.contenders, "noisy_or": renamed},
        evaluation=replace(compared.evaluation, methods=methods),
    )
    made = replace(result.provenance, command=evil, data={evil: evil})
    evil_result = replace(result, dataset=evil, protocols={"held-out": odd}, provenance=made)
    html = report_html(evil_result, drawings(evil_result))
    assert "<script" not in html
    assert evil in Page(html).text


@pytest.mark.parametrize("methods", [1, 2])
def test_the_least_that_can_be_compared(methods):
    least = make_comparison(methods, ("held-out",), 20, studies=False, seeds=1, trials=0, folds=1)
    html = report_html(least, drawings(least))
    assert "positive weight" not in plain(html)
    assert "nothing was tuned" in plain(html)
    assert "level with the best" not in html or methods > 1
    assert to_json(least)["weights"] == []
    assert "Average" in markdown(least)


def test_all_files_are_written_and_the_same_twice(result, tmp_path):
    least = replace(result, protocols={"observed": result.protocols["observed"]})
    report = write_comparison(least, tmp_path / "a")
    assert report == tmp_path / "a" / "report.html"
    write_comparison(least, tmp_path / "b")
    names = sorted(str(path.relative_to(tmp_path / "a")) for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert {"comparison.json", "comparison.md", "report.html", "figures/forest.svg"} <= set(names)
    assert {f"figures/observed-{metric}-features.svg" for metric in ("precision", "recall", "f1")} <= set(names)
    assert "figures/held-out-weights-two-attention-blocks-corrected.svg" in names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        if name.endswith(".svg"):
            ElementTree.parse(tmp_path / "a" / name)
    assert json.loads((tmp_path / "a" / "comparison.json").read_text()) == json.loads(json.dumps(to_json(least)))
