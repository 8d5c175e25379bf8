"""What all our pages share: the templates' environment, the figures' colours by theme, lists of provenance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from visualtaste.evaluation import wording
from visualtaste.evaluation.canvas import FONTS
from visualtaste.evaluation.line_styles import COLOURS, GRID, INK, MUTED, PAPER
from visualtaste.evaluation.results import Provenance

TEMPLATES = Path(__file__).parent / "templates"

# A page has a light and a dark form: the figures' colours become the page's own.
_THEME = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"} | {
    colour: f"line-{index}" for index, colour in enumerate(COLOURS)
}


def environment(*folders: Path) -> Environment:
    """Templates of the given folders and of the evaluation, strict and escaping, with our wording as filters."""
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": wording.number,
        "signed": wording.signed,
        "span": wording.span,
        "signed_span": wording.signed_span,
        "percent": wording.percent,
        "shortened": shortened,
        "groups": provenance_groups,
    }
    made.globals |= {"count": wording.count, "fonts": Markup(FONTS)}
    return made


def themed(svg: str) -> Markup:
    """Our SVG with the page's colours in the place of its own."""
    return Markup(re.sub(r"#[0-9a-f]{6}\b", lambda found: _variable(found.group()), svg))


def provenance_groups(made: Provenance) -> list[tuple[str, dict[str, str]]]:
    """The provenance as headed lists of names and values."""
    groups = (
        ("Data", made.data),
        ("Split", made.split),
        ("Settings", made.settings),
        ("Versions", made.versions),
    )
    return [(heading, _flat(mapping)) for heading, mapping in groups if mapping]


def shortened(text: str, length: int = 26) -> str:
    """A long id with its middle left out; both ends tell ids apart."""
    return text if len(text) <= length else f"{text[: length - 9]}…{text[-8:]}"


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings with dotted names."""
    flat: dict[str, str] = {}
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        elif isinstance(value, bool) or value is None:
            flat[prefix + key] = {True: "yes", False: "no", None: "none"}[value]
        elif isinstance(value, int) and abs(value) >= 10_000:
            flat[prefix + key] = f"{value:,}"
        else:
            flat[prefix + key] = str(value)
    return flat


def _variable(colour: str) -> str:
    return f"var(--{_THEME[colour]})" if colour in _THEME else colour
