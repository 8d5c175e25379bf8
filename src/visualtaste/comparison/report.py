"""The comparison's report: one HTML file that explains itself and needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from visualtaste.comparison import wording as words
from visualtaste.comparison.findings import findings
from visualtaste.comparison.page_parts import method_rows, protocol_part, weight_studies
from visualtaste.comparison.results import ComparisonResult
from visualtaste.comparison.settings_table import chosen_settings
from visualtaste.comparison.thresholded import THRESHOLDED
from visualtaste.evaluation.page import environment, themed
from visualtaste.evaluation.wording import METRICS, PROTOCOLS, verdict

TEMPLATES = Path(__file__).parent / "templates"


def report_html(result: ComparisonResult, drawn: Mapping[str, str]) -> str:
    """The report as HTML around the `drawings` of the result.

    All text goes through the template's escaping, and a policy forbids any request.
    """
    made = environment(TEMPLATES)
    made.filters |= {
        "amount": words.amount,
        "parameters": words.parameters,
        "setting": words.setting,
        "weight": words.weight,
        "verdict": verdict,
    }
    return made.get_template("comparison.html.j2").render(
        result=result,
        words=words,
        metrics=METRICS,
        protocol_words=PROTOCOLS,
        sees=words.sees,
        findings=findings(result),
        forest=themed(drawn["forest"]),
        protocols=[protocol_part(compared, drawn) for compared in result.protocols.values()],
        studies=weight_studies(result, drawn),
        methods=method_rows(result),
        chosen=chosen_settings(result),
        provenance=result.provenance,
        thresholded=THRESHOLDED,
        skipped=None,  # every protocol leaves out others, and says so itself
        more_styles="comparison.css",
    )
