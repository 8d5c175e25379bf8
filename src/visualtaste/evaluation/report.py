"""The report: one HTML file that explains itself and needs nothing but a browser.

Everything is inside: styles, figures, photos. A content security policy forbids any request. All text goes through
jinja2's escaping; the only markup that is taken as such is our own SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from visualtaste.evaluation import wording
from visualtaste.evaluation.examples import PICKED, UserExample
from visualtaste.evaluation.line_styles import MOST_BANDS
from visualtaste.evaluation.page import environment
from visualtaste.evaluation.page_parts import figures, forest_scale, table_rows, user_card
from visualtaste.evaluation.results import Evaluation
from visualtaste.files import write_bytes


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
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            evaluation=evaluation,
            k=evaluation.headline_k,
            protocol=wording.PROTOCOLS[evaluation.protocol],
            metrics=wording.METRICS,
            rows=table_rows(evaluation),
            forest=forest_scale(evaluation),
            bands_for_all=len(evaluation.methods) <= MOST_BANDS,
            figures=figures(evaluation),
            model=model,
            chosen=chosen,
            examples=[user_card(example) for example in examples],
            provenance=evaluation.provenance,
            skipped=evaluation.skipped,
        )
    )
