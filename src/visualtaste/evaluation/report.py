"""The report: one HTML file that explains itself and needs nothing but a browser.

Everything is inside: styles, figures, photos. A content security policy forbids any request. All text goes through
jinja2's escaping; the only markup that is taken as such is our own SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from visualtaste.evaluation import wording
from visualtaste.evaluation.examples import PICKED, UserExample
from visualtaste.evaluation.figures import FONTS
from visualtaste.evaluation.line_styles import MOST_BANDS
from visualtaste.evaluation.page_parts import figures, forest_scale, provenance_groups, table_rows, user_card
from visualtaste.evaluation.results import Evaluation
from visualtaste.files import write_bytes

TEMPLATES = Path(__file__).parent / "templates"


def write_report(
    evaluation: Evaluation,
    examples: Sequence[UserExample],
    path: Path,
    *,
    model: str = "",
    chosen: str = PICKED,
) -> None:
    """Write the report of an evaluation to an HTML file.

    `examples` are a few users as one of the methods saw them: `model` is that method's title, `chosen` a sentence that
    says how the users were chosen.
    """
    write_bytes(path, report_html(evaluation, examples, model=model, chosen=chosen).encode())


def report_html(
    evaluation: Evaluation, examples: Sequence[UserExample] = (), *, model: str = "", chosen: str = PICKED
) -> str:
    """The report as HTML; see `write_report`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": wording.number,
        "signed": wording.signed,
        "span": wording.span,
        "signed_span": wording.signed_span,
        "percent": wording.percent,
        "shortened": shortened,
    }
    return environment.get_template("report.html.j2").render(
        evaluation=evaluation,
        k=evaluation.headline_k,
        protocol=wording.PROTOCOLS[evaluation.protocol],
        metrics=wording.METRICS,
        count=wording.count,
        rows=table_rows(evaluation),
        forest=forest_scale(evaluation),
        bands_for_all=len(evaluation.methods) <= MOST_BANDS,
        figures=figures(evaluation),
        model=model,
        chosen=chosen,
        examples=[user_card(example) for example in examples],
        made=provenance_groups(evaluation),
        fonts=Markup(FONTS),
    )


def shortened(text: str, length: int = 26) -> str:
    """A long id with its middle left out; both ends tell ids apart."""
    return text if len(text) <= length else f"{text[: length - 9]}…{text[-8:]}"
