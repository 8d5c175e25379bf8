"""The `visualtaste` command: every module beside this one is a command."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import typer

from visualtaste.cli.compare import compare
from visualtaste.cli.demo import demo
from visualtaste.cli.describe import describe
from visualtaste.cli.evaluate import evaluate
from visualtaste.cli.export import export
from visualtaste.cli.fit import extract, fit, fit_encoder, fit_interests
from visualtaste.cli.images import images
from visualtaste.cli.import_data import import_app
from visualtaste.cli.index import index
from visualtaste.cli.interests import interests
from visualtaste.cli.profile import profile_app
from visualtaste.cli.recommend import recommend
from visualtaste.cli.shop import shop

app = typer.Typer(
    name="visualtaste",
    help="What a person likes, learned from pictures of the products they bought or browsed.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(import_app, name="import")
app.add_typer(profile_app, name="profile")
app.command()(images)
app.command()(shop)
app.command()(fit)
app.command("fit-encoder")(fit_encoder)
app.command()(extract)
app.command("fit-interests")(fit_interests)
app.command()(evaluate)
app.command()(compare)
app.command()(interests)
app.command()(export)
app.command()(index)
app.command()(recommend)
app.command()(describe)
app.command()(demo)


def main() -> None:
    """Entry point of the console script."""
    # Threads that wait must sleep: where other work shares the cores, spinning ones make training many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # A pipe or terminal that cannot write a letter of a name gets a question mark instead of a traceback.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
