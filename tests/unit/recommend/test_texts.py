"""Texts as arrays."""

from visualtaste.recommend.texts import Texts


def test_texts_come_back_as_they_were():
    texts = ["a", "", "größe 写真", "\N{SMILING FACE WITH SMILING EYES}", "a\nb"]
    kept = Texts.of(texts)
    assert list(kept) == texts
    assert len(kept) == 5
    assert kept[2] == "größe 写真"
    assert kept.rows == {text: row for row, text in enumerate(texts)}
    assert list(Texts.of([])) == []
