"""`visualtaste profile add|remove|merge|show`: one person's photos as a file that grows, shrinks and merges."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from visualtaste.cli.console import err, errors_as_one_line, out, printable
from visualtaste.cli.interests import for_programs, show_interests
from visualtaste.cli.photos import find_photos
from visualtaste.cli.precision import Int8Option, precision_of
from visualtaste.errors import ImageError, ProfileError

if TYPE_CHECKING:
    from visualtaste.artifact.precision import Precision
    from visualtaste.inference.profile.profile import Profile
    from visualtaste.inference.taste_model import TasteModel

profile_app = typer.Typer(
    help="Keep one person's photos as a small file: add and remove photos, merge devices.", no_args_is_help=True
)

Model = Annotated[Path, typer.Argument(help="Model folder, as `visualtaste fit` writes it.")]
File = Annotated[Path, typer.Argument(help="The profile.")]


@profile_app.command()
def add(
    model: Model,
    file: File,
    photos: Annotated[list[Path], typer.Argument(help="Photos of this person's products, or folders of them.")],
    drop_features: Annotated[
        bool,
        typer.Option(
            "--drop-features",
            help="A new profile keeps sums instead of features: smaller, but removing a photo takes the photo.",
        ),
    ] = False,
    int8: Int8Option = False,
) -> None:
    """Add photos to a profile, which is made when there is none; a photo that it has already counts once.

    Photos that cannot be read are reported and left out.
    """
    with errors_as_one_line():
        opened = _model(model, precision_of(int8))
        content = _content(file) if file.exists() else None
        profile = opened.profile(keep_features=not drop_features) if content is None else _read(opened, file, content)
        if drop_features and profile.keeps_features:
            raise ProfileError(f"{file} keeps features already: --drop-features is for a new profile")
        before, found, skipped = len(profile), find_photos(photos), 0
        for photo in found:
            try:
                profile.add(photo)
            except ImageError as error:
                skipped += 1
                err.print(Text.assemble(("skipped: ", "yellow"), printable(str(error))), soft_wrap=True)
        if skipped == len(found):
            raise ProfileError("none of the photos could be read: the profile stays as it was")
        added = len(profile) - before
        done = _counted(added, "photo added", len(found) - skipped - added, "already there")
        _write(profile, file, content, done)


@profile_app.command()
def remove(
    model: Model,
    file: File,
    photos: Annotated[list[str], typer.Argument(help="Photos, or their ids or the beginnings of these.")],
    int8: Int8Option = False,
) -> None:
    """Remove photos from a profile without a trace; when one is not in it, nothing is removed.

    Where features are dropped, a photo is encoded again: with --int8 if it was added so.
    """
    with errors_as_one_line():
        content = _content(file)
        profile = _read(_model(model, precision_of(int8)), file, content)
        for photo in photos:
            path = Path(photo)
            if path.is_file():
                profile.remove(_id_of(path), path)
            else:
                profile.remove(_id_from(photo, profile))
        _write(profile, file, content, _counted(len(photos), "photo removed"))


@profile_app.command()
def merge(
    model: Model,
    file: File,
    others: Annotated[list[Path], typer.Argument(help="Other profiles of the same person; they stay as they are.")],
) -> None:
    """Add the photos of other profiles; those that several have count once."""
    with errors_as_one_line():
        opened, content = _model(model), _content(file)
        profile = _read(opened, file, content)
        before = len(profile)
        for other in others:
            profile.merge(_read(opened, other, _content(other)))
        _write(profile, file, content, _counted(len(profile) - before, "photo added"))


@profile_app.command()
def show(
    model: Model,
    file: File,
    top: Annotated[int, typer.Option("-k", "--top", min=1, help="How many categories to show.")] = 15,
    explain: Annotated[bool, typer.Option("--explain", help="Say which photos each category is because of.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object, for programs.")] = False,
) -> None:
    """Show what the person likes, and the photos by their ids."""
    with errors_as_one_line():
        opened = _model(model)
        profile = _read(opened, file, _content(file))
        found = profile.interests()
        if as_json:
            state = {"photos": len(profile), "bytes": profile.nbytes, "keeps_features": profile.keeps_features}
            typer.echo(json.dumps({**for_programs(opened, found, top, explain), "profile": state}, indent=2))
        else:
            show_interests(opened, found, top, explain)
            out.print()
            out.print(_state(profile), markup=False, highlight=False)


def _model(folder: Path, precision: Precision = "float32") -> TasteModel:
    from visualtaste.inference.taste_model import TasteModel

    return TasteModel.load(folder, precision)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProfileError(f"{file} cannot be read: {error.strerror}") from None


def _read(model: TasteModel, file: Path, content: bytes) -> Profile:
    from visualtaste.inference.profile.profile import Profile

    try:
        return Profile.from_bytes(model, content)
    except ProfileError as error:
        raise ProfileError(f"{file}: {error}") from None


def _write(profile: Profile, file: Path, before: bytes | None, done: str) -> None:
    """Replace the file, unless it is no longer what was read (None where there was none)."""
    from visualtaste.files import write_bytes

    if (_content(file) if file.exists() else None) != before:
        raise ProfileError(f"{file} was changed by somebody else meanwhile and is left as it is: run this again")
    write_bytes(file, profile.to_bytes())
    typer.echo(f"{done}. {_state(profile)}")


def _state(profile: Profile) -> str:
    photos = _counted(len(profile), "photo")
    kept = "features are kept" if profile.keeps_features else "features are dropped, sums kept"
    return f"{photos} in {profile.nbytes / 1000:,.1f} kB; {kept}."


def _counted(count: int, what: str, others: int = 0, how: str = "") -> str:
    noun, *rest = what.split(" ", 1)
    first = " ".join([f"{count}", noun if count == 1 else f"{noun}s", *rest])
    return f"{first}, {others} {how}" if others else first


def _id_of(path: Path) -> str:
    from visualtaste.inference.profile.intake import photo_id

    return photo_id(path)


def _id_from(beginning: str, ids: Iterable[str]) -> str:
    """The one id that begins so; what is none, or of several, is refused."""
    ids = list(ids)
    fitting = [beginning] if beginning in ids else [id for id in ids if id.startswith(beginning)]
    if len(fitting) != 1:
        fault = f"{len(fitting)} photos have ids that begin" if fitting else "no photo has an id that begins"
        raise ProfileError(f"{fault} with {beginning!r}: `visualtaste profile show` lists them; or give the photo")
    return fitting[0]
