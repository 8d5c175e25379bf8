"""`--int8`, on every command that encodes photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from visualtaste.artifact.precision import Precision

Int8Option = Annotated[
    bool, typer.Option("--int8", help="Encode photos in 8-bit integers, where `visualtaste export` has made that.")
]


def precision_of(int8: bool) -> Precision:
    """The precision that the option asks for."""
    return "int8" if int8 else "float32"
