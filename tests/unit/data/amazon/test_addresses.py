from __future__ import annotations

import pytest

from visualtaste.data.amazon.addresses import first_address


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (["https://a/b.jpg"], "https://a/b.jpg"),
        (["http://a/b%2Bc.jpg"], "http://a/b%2Bc.jpg"),
        (["//a/b.jpg"], "https://a/b.jpg"),
        ([" https://a/b?x=1&amp;y=2 "], "https://a/b?x=1&y=2"),
        ([None, "", "b.jpg", "data:image/gif;base64,xx", "https://a/c.jpg"], "https://a/c.jpg"),
        (["http://ecx.images-amazon.com/images/G/01/x-site/icons/no-img-sm._CB192198896_.gif"], None),
        ([], None),
    ],
)
def test_the_first_real_address_is_taken(given: list[str | None], address: str | None) -> None:
    assert first_address(given) == address
