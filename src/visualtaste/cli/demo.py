"""`visualtaste demo`: the whole way on a generated shop, from pictures to a report, in about two minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from visualtaste.cli.console import RichReporter, err, errors_as_one_line, out
from visualtaste.config import PAPER_POOLINGS

USERS, ITEMS, CATEGORIES, GIFTS = 1500, 2400, 80, 0.35


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for everything the demo makes.")] = Path(
        "runs/demo"
    ),
    seed: Annotated[int, typer.Option("--seed", help="Seed of the shop and of the training.")] = 0,
) -> None:
    """Generate a shop, train both stages with the four published poolings, evaluate, write a report.

    In the generated shop a third of what people buy are gifts for others: photos that say nothing about the
    buyer. Attention learns to look past them, averaging cannot. Stopped and run again, it goes on where it was.
    """
    with errors_as_one_line():
        from visualtaste.config import TasteConfig
        from visualtaste.data.dataset import Dataset
        from visualtaste.data.shop.generate import generate_shop
        from visualtaste.data.shop.world import ShopSettings
        from visualtaste.evaluation.evaluate import evaluate
        from visualtaste.evaluation.table import terminal_table
        from visualtaste.evaluation.write import write_evaluation
        from visualtaste.training.fit import fit_encoder, fit_interests_on

        reporter = RichReporter()
        shop = output / "shop"
        if (shop / "dataset.json").exists():
            dataset = Dataset.read(shop)
        else:
            settings = ShopSettings(users=USERS, items=ITEMS, categories=CATEGORIES, gift_share=GIFTS)
            dataset = generate_shop(shop, settings, seed, reporter)
        config = TasteConfig.preset("shop").updated({"seed": seed})
        encoder = fit_encoder(dataset, config, output / "encoder", reporter)
        models = []
        for pooling in PAPER_POOLINGS:
            chosen = config.updated({"interests": {"pooling": pooling}})
            models.append(fit_interests_on(dataset, encoder, chosen, output / pooling, reporter))
        evaluated = evaluate(models, dataset, "observed", seed, f"visualtaste demo --seed {seed}", reporter)
        report = write_evaluation(evaluated, dataset, output)
        out.print(terminal_table(evaluated.evaluation))
        err.print(f"[bold green]report:[/] {report}", highlight=False)
