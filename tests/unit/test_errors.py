from __future__ import annotations

import inspect

from visualtaste import errors
from visualtaste.errors import ImageError, MissingExtraError, VisualTasteError, nearest


def test_every_error_is_one_of_ours_and_drawn_in_the_tree() -> None:
    classes = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, Exception)]
    assert len(classes) >= 8
    for error in classes:
        assert issubclass(error, VisualTasteError)
        assert error.__name__ in str(errors.__doc__)


def test_errors_carry_what_programs_need() -> None:
    assert ImageError("a.jpg: no such file", reason="missing").reason == "missing"
    error = MissingExtraError("Training", "train")
    assert str(error) == "Training needs an optional install: pip install 'visualtaste[train]'"


def test_an_unknown_name_gets_the_nearest_or_all() -> None:
    assert nearest("catgories", ["categories", "title"]) == ": did you mean 'categories'?"
    assert nearest("xyz", ["categories", "title"]) == ": it is one of categories, title"
