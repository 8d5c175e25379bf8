"""Python literals as JSON: the metadata of 2014 are dictionaries as Python prints them, one a line.

`ast.literal_eval` reads such a line exactly, and slowly: it builds a syntax tree of every list of related products.
Rewriting the line as JSON, which then is decoded in one pass, is many times faster.

Why the result is the same. A text without backslashes stands between the same kind of quotation mark, and it ends at
the next one: so the line is cut into texts and what is between them without understanding more of it. Of texts only
the marks are exchanged (those with backslashes are read by `ast.literal_eval` themselves). What is between the texts
is left as it is, so that whatever Python and JSON read differently there makes invalid JSON: texts side by side or
with a prefix (u'', '''...'''), tuples, sets, comments, None, trailing commas. The exceptions are excluded: `null`,
`true` and `false`, which are no Python literals, and nesting deeper than Python reads. (One is left: numbers of more
than 4,300 digits, which Python refuses.)
"""

from __future__ import annotations

import ast
import json
import re

_TEXT = re.compile(
    rb"""(?P<plain>(?:[^'"\\]++|'[^'"\\]*+')++)|(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+')"""
)
_NO_LITERALS = (b"null", b"true", b"false")
_VALUE_OF_JSON = re.compile(rb"(?:null|true|false) *(?:[],}:]|$)")
_DEEPEST = 90  # brackets; literal_eval manages more than 90 levels of them on every version of Python


def as_json(line: bytes) -> bytes | None:
    """The line, which is UTF-8, as JSON that means the same, or None when it takes `ast.literal_eval` to read it."""
    if line.count(b"[") + line.count(b"{") > _DEEPEST:
        return None
    # looking for the words first is many times faster, and few lines have them
    if any(word in line for word in _NO_LITERALS) and _VALUE_OF_JSON.search(line):
        return None
    if b'"' not in line and b"\\" not in line:
        return line.replace(b"'", b'"')
    pieces = []
    position = 0
    for match in _TEXT.finditer(line):
        plain = match["plain"]
        piece = plain.replace(b"'", b'"') if plain is not None else _text_as_json(match["text"])
        if match.start() != position or piece is None:  # a mark without its partner, or a backslash outside of texts
            return None
        pieces.append(piece)
        position = match.end()
    return b"".join(pieces) if position == len(line) else None


def _text_as_json(text: bytes) -> bytes | None:
    if b"\\" not in text:
        return text if text.startswith(b'"') else b'"' + text[1:-1].replace(b'"', b'\\"') + b'"'
    try:
        return json.dumps(ast.literal_eval(text.decode())).encode()
    except (SyntaxError, ValueError):
        return None
