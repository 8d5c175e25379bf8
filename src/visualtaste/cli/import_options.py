"""What all importers share on the command line: where to write, and an option for every setting of curation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from visualtaste.config import CurationSettings
from visualtaste.settings import parse

Output = Annotated[Path, typer.Option("--output", "-o", help="Dataset folder to write.")]


def column(help: str, default: str) -> Any:
    """An option that names a column of the user's file."""
    return typer.Option(help=help, rich_help_panel="Names of columns", metavar="COLUMN", show_default=default)


class CurationOptions:
    """The settings of curation that were given on the command line."""

    def __init__(self, given: Mapping[str, int | bool]) -> None:
        self._given = given

    def over(self, base: CurationSettings | None = None) -> CurationSettings:
        """The given settings, and those of `base` where none was given; raises ConfigError on a wrong value."""
        others = (base or CurationSettings()).model_dump()
        return parse(CurationSettings, {**others, **self._given}, source="options")


def with_curation(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, in place of its parameter `curation`, an option for every field of CurationSettings."""
    hints = get_type_hints(command, include_extras=True)
    own = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(command).parameters.items()
        if name != "curation"
    ]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    options = [_option(name) for name in CurationSettings.model_fields]

    def run(context: typer.Context, **values: Any) -> None:
        of_curation = {name: values.pop(name) for name in CurationSettings.model_fields}
        given = {name: value for name, value in of_curation.items() if _is_given(context, name)}
        command(**values, curation=CurationOptions(given))

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    # typer reads a command's options from its signature and annotations
    signature = inspect.Signature([context, *own, *options])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    return run


def _option(name: str) -> inspect.Parameter:
    """An option whose help is the description of the setting that it fills."""
    field = CurationSettings.model_fields[name]
    description = field.description or ""
    option = typer.Option(help=description[:1].upper() + description[1:] + ".", rich_help_panel="What is kept")
    kind = Annotated[field.annotation, option]  # type: ignore[name-defined]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=kind)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
