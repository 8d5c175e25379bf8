"""Plain text out of what was cut from web pages: tags, halves of tags, entities, odd blanks."""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]*>|<!--.*?-->")
# a tag that the text was cut in: `<span class="a-size-medium"` at its end, `Magazines" />` at its beginning
_TAG_BEGUN = re.compile(r"<[a-zA-Z][a-zA-Z0-9]*\s[^<>]*=[^<>]*$")
_TAG_ENDED = re.compile(r"^[^<>]*[\"']\s*/>")
_SUSPICIOUS = re.compile(r"[<>&]")

_MOST_ESCAPES = 20  # `&amp;amp;quot;` is a quotation mark; nobody escapes a text more often but to keep us busy


def plain_text(text: str) -> str:
    """The text as a reader would see it: without markup, entities resolved, in NFC, single blanks."""
    if _SUSPICIOUS.search(text):
        for _ in range(_MOST_ESCAPES):
            text = _TAG_ENDED.sub(" ", _TAG_BEGUN.sub(" ", _TAG.sub(" ", text)))
            text, before = html.unescape(text), text
            if text == before:
                break
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def plain_title(text: str | None) -> str | None:
    """A title as a reader would see it, or None where nothing of it is left or the page's program took its place."""
    if text is None or "getTime" in text:
        return None
    return plain_text(text) or None
