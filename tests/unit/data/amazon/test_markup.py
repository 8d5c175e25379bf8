from __future__ import annotations

import pytest

from visualtaste.data.amazon.markup import plain_text, plain_title


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Plain words", "Plain words"),
        ("  odd \t blanks\u00a0here ", "odd blanks here"),
        ("Toys &amp; Games", "Toys & Games"),
        ("Pr45&quot; Wht Athletic Lace", 'Pr45" Wht Athletic Lace'),
        ("Valentine&amp;#39;s Day", "Valentine's Day"),
        ("A &amp;amp;amp;amp;amp; B &amp;amp;amp;lt;i&gt;", "A & B"),
        ("<b>Bold</b> move<br/>on", "Bold move on"),
        ("&lt;i&gt;escaped&lt;/i&gt;", "escaped"),
        ('<span class="a-size-medium a-color-secondary"', ""),
        (' Magazines" />', ""),
        ('Before <img src="x.jpg" alt=', "Before"),
        ("Fits < 5 kg & > 2 kg, I <3 it", "Fits < 5 kg & > 2 kg, I <3 it"),
        ("</span></span></span>", ""),
        ("Cafe\u0301", "Caf\u00e9"),
        ("AT&T; R&D", "AT&T; R&D"),
    ],
)
def test_what_a_reader_would_see(raw: str, plain: str) -> None:
    assert plain_text(raw) == plain


def test_a_title_of_nothing_but_markup_is_none() -> None:
    assert plain_title('<span class="a-size-medium a-color-secondary"') is None
    assert plain_title(None) is None
    assert plain_title("var aPageStart = (new Date()).getTime();") is None
    assert plain_title(" Maggiano&#39;s Gift Card") == "Maggiano's Gift Card"
