"""`visualtaste demo`: the whole way on a generated shop, from pictures to items and an int8 model, in two minutes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.cli.export import show_int8
from visualtaste.cli.recommend import show_items
from visualtaste.config import PAPER_POOLINGS, POOLING_TITLES

if TYPE_CHECKING:
    from visualtaste.data.dataset import Dataset
    from visualtaste.evaluation.evaluate import Evaluated
    from visualtaste.inference.taste_model import TasteModel
    from visualtaste.progress import Reporter

USERS, ITEMS, CATEGORIES, GIFTS = 1500, 2400, 80, 0.35

RECOMMENDED = 8


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for everything the demo makes.")] = Path(
        "runs/demo"
    ),
    seed: Annotated[int, typer.Option("--seed", help="Seed of the shop and of the training.")] = 0,
) -> None:
    """Generate a shop, train with the four published poolings, evaluate, report, recommend items, export int8.

    In the generated shop a third of what people buy are gifts for others: photos that say nothing about the
    buyer. Attention learns to look past them, averaging cannot. The report says because of which photos each
    interest is, the list of items says it of each item. Stopped and run again, it goes on where it was.
    """
    with errors_as_one_line():
        reporter = RichReporter()
        dataset = _shop(output / "shop", seed, reporter)
        models = _train(dataset, output, seed, reporter)
        evaluated = _evaluate(models, dataset, output, seed, reporter)
        best = min(models, key=lambda model: model.manifest.metrics["validation_loss"])
        _recommend(best, dataset, evaluated, reporter)
        _export(best, dataset, reporter)


def _shop(folder: Path, seed: int, reporter: Reporter) -> Dataset:
    from visualtaste.data.dataset import Dataset
    from visualtaste.data.shop.generate import generate_shop
    from visualtaste.data.shop.world import ShopSettings

    if (folder / "dataset.json").exists():
        return Dataset.read(folder)
    settings = ShopSettings(users=USERS, items=ITEMS, categories=CATEGORIES, gift_share=GIFTS)
    return generate_shop(folder, settings, seed, reporter)


def _train(dataset: Dataset, output: Path, seed: int, reporter: Reporter) -> list[TasteModel]:
    """One model a pooling, on one encoder."""
    from visualtaste.config import TasteConfig
    from visualtaste.training.fit import fit_encoder, fit_interests_on

    config = TasteConfig.preset("shop").updated({"seed": seed})
    encoder = fit_encoder(dataset, config, output / "encoder", reporter)
    chosen = [config.updated({"interests": {"pooling": pooling}}) for pooling in PAPER_POOLINGS]
    return [
        fit_interests_on(dataset, encoder, config, output / config.interests.pooling, reporter) for config in chosen
    ]


def _evaluate(models: Sequence[TasteModel], dataset: Dataset, output: Path, seed: int, reporter: Reporter) -> Evaluated:
    from visualtaste.evaluation.evaluate import evaluate
    from visualtaste.evaluation.table import terminal_table
    from visualtaste.evaluation.write import write_evaluation

    evaluated = evaluate(models, dataset, "observed", seed, f"visualtaste demo --seed {seed}", reporter)
    report = write_evaluation(evaluated, dataset, output)
    out.print(terminal_table(evaluated.evaluation))
    err.print(f"[bold green]report:[/] {report}", highlight=False)
    return evaluated


def _recommend(model: TasteModel, dataset: Dataset, evaluated: Evaluated, reporter: Reporter) -> None:
    """Items for the test user who is served as well as the median one, neither flattering nor chosen by hand."""
    from visualtaste.evaluation.examples import pick_users
    from visualtaste.recommend.build import index_items
    from visualtaste.recommend.recommender import Recommender

    recommender = Recommender(model, index_items(model, dataset, reporter))
    scores = {method.name: method.scores for method in evaluated.evaluation.methods}[model.manifest.pooling]
    median = int(pick_users(scores, evaluated.evaluation.headline_k, 1)[0])
    asked = evaluated.exams[0].asked  # one split, hence the same users in every exam
    items = asked.items[median].tolist()
    found = recommender.recommend([path for item in items if (path := dataset.image_path(item))], k=RECOMMENDED)
    titles = dataset.item_column("title")
    out.print(
        f"[bold]Recommended to {dataset.user_ids[asked.users[median]]}[/], a test user, for the photos below: by "
        f"{POOLING_TITLES[model.manifest.pooling].lower()}, the best of the four by validation loss",
        "",
        sep="\n",
        highlight=False,
    )
    show_items(found, explain=True, names=[titles[item] or "" for item in items])


def _export(model: TasteModel, dataset: Dataset, reporter: Reporter) -> None:
    """The same model in 8-bit integers; that it is refused, being worse, is a result too."""
    from visualtaste.errors import TrainingError
    from visualtaste.export.int8.export import export_int8

    try:
        made = export_int8(model.folder, dataset, reporter)
    except TrainingError as refusal:
        err.print(refusal, style="yellow", markup=False, highlight=False, soft_wrap=True)
        return
    out.print("", "[bold]The encoder in 8-bit integers[/]", "", sep="\n")
    show_int8(model.folder, made)
    err.print(f"[bold green]int8:[/] {model.folder / made.file}", highlight=False)
