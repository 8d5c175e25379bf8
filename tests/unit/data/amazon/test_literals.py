"""Python literals as JSON, by example; the law is in tests/property/test_amazon_line_laws.py."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from visualtaste.data.amazon.literals import as_json

GENUINE = Path(__file__).parents[5] / "shared" / "data" / "amazon" / "meta_2014_genuine_lines.json"


@pytest.mark.parametrize(
    "line",
    [
        "{'asin': 'B0', 'price': 37.12, 'categories': [['Toys & Games', 'Puzzles']]}",
        """{'title': "Three Dr. Suess' Puzzles", 'description': 'Pack of 6 pairs, 45", white'}""",
        r"""{'both': 'it\'s 24" wide\n\ttab \\ \xe9 \u20ac \U0001f600', 'empty': '', "e": ""}""",
        "{'caf\u00e9': 'na\u00efve \U0001f600', 'n': [-1, 2.5e3, {}], 'salesRank': {'Home &amp; Kitchen': 865765}}",
        "{'text': 'nothing true or null about it'}\r",
    ],
)
def test_lines_as_the_genuine_ones_are_rewritten(line: str) -> None:
    rewritten = as_json(line.encode())
    assert rewritten is not None
    assert json.loads(rewritten) == ast.literal_eval(line)


@pytest.mark.parametrize(
    "line",
    [
        "{'a': None}",
        "{'a': u'x'}",
        "{'a': b'x'}",
        "{'a': r'\\n'}",
        "{'a': 'x' 'y'}",
        "{'a': '''x'''}",
        '{"a": """x"""}',
        "{'a': 'x', }",
        "{'a': (1, 2)}",
        "{'a': {1, 2}}",
        "{1: 'a'}",
        "{'a': 0x1f}",
        "{'a': 1_000}",
        "{'a': 1} # comment",
        "{'a': true}",
        "{'a': 'x}",
        "{'a': 'x\x01'}",
        "{'a': 1, \\ 'b': 2}",
        "{'a': " + "[" * 99 + "]" * 99 + "}",
    ],
)
def test_what_json_cannot_say_is_left_to_python(line: str) -> None:
    rewritten = as_json(line.encode())
    if rewritten is not None:
        with pytest.raises(json.JSONDecodeError):
            json.loads(rewritten)


@pytest.mark.skipif(not GENUINE.is_file(), reason="needs the Amazon data in ../shared/data/amazon")
def test_genuine_lines_are_rewritten() -> None:
    lines = GENUINE.read_bytes().splitlines()
    assert len(lines) == 7
    for line in lines:
        rewritten = as_json(line)
        assert rewritten is not None
        assert json.loads(rewritten) == ast.literal_eval(line.decode())
