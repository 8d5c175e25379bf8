"""`visualtaste import ...`: a shop's data, or a published data set, becomes a dataset folder."""

from __future__ import annotations

import typer

from visualtaste.cli.import_amazon import amazon
from visualtaste.cli.import_hm import hm
from visualtaste.cli.import_movielens import movielens
from visualtaste.cli.import_recbole import recbole
from visualtaste.cli.import_tables import tables

import_app = typer.Typer(help="Turn tables and photos into a dataset folder.", no_args_is_help=True)
import_app.command()(tables)
import_app.command()(hm)
import_app.command()(amazon)
import_app.command()(movielens)
import_app.command()(recbole)
