"""`visualtaste images`: the photos of a dataset are fetched by their addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from visualtaste.cli.console import RichReporter, errors_as_one_line, out, printable

if TYPE_CHECKING:
    from visualtaste.data.downloads.summary import DownloadSummary


def images(
    dataset: Annotated[Path, typer.Argument(help="Dataset folder, as `visualtaste import` writes it.")],
    retry: Annotated[bool, typer.Option("--retry", help="Try again what failed before.")] = False,
    concurrency: Annotated[int, typer.Option(help="Requests under way at once, to all hosts together.")] = 96,
    per_host: Annotated[int, typer.Option(help="Requests under way at once to one host.")] = 48,
    tries: Annotated[int, typer.Option(help="How often an address is asked before it counts as failed.")] = 4,
    timeout: Annotated[float, typer.Option(help="Seconds that one try may take, redirects included.")] = 30.0,
    max_retry_after: Annotated[
        float, typer.Option(help="Longest wait, in seconds, granted to a server that asks for one.")
    ] = 300.0,
    max_bytes: Annotated[int, typer.Option(help="Larger files are not read to their end.")] = 20_000_000,
    max_pixels: Annotated[int, typer.Option(help="Larger images are not decoded.")] = 50_000_000,
    placeholder_addresses: Annotated[
        int, typer.Option(help="One picture behind so many addresses stands for dead links; 0 never judges so.")
    ] = 10,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also ask addresses inside private networks and this machine.")
    ] = False,
    min_user_items: Annotated[
        int, typer.Option(min=1, help="Users with so many items with a photo are counted at the end.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of the random part of the waits between tries.")] = 0,
) -> None:
    """Fetch the photos of a dataset's items by their addresses.

    Every item gets a row in images.parquet, and in items.parquet the photo that was fetched.

    Killed or interrupted and started again, it goes on where it was.
    """
    with errors_as_one_line():
        from visualtaste.data.downloads.download import download_images
        from visualtaste.data.downloads.settings import DownloadSettings
        from visualtaste.settings import parse

        wanted = {
            "concurrency": concurrency,
            "per_host": per_host,
            "tries": tries,
            "timeout": timeout,
            "max_retry_after": max_retry_after,
            "max_bytes": max_bytes,
            "max_pixels": max_pixels,
            "placeholder_addresses": placeholder_addresses,
            "allow_private": allow_private,
            "seed": seed,
        }
        settings = parse(DownloadSettings, wanted, "visualtaste images")
        _show(
            download_images(dataset, settings, retry=retry, min_user_items=min_user_items, reporter=RichReporter()),
            dataset,
        )


def _show(summary: DownloadSummary, dataset: Path) -> None:
    """What became of the items, what of the users, and what to do next."""
    from visualtaste.data.downloads.statuses import MEANINGS

    table = Table("", "items", "", "for example", box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.columns[0].no_wrap = True
    table.columns[1].justify = "right"
    table.columns[3].overflow = "fold"
    for count in summary.statuses:
        style = "bold green" if count.status in ("ok", "present") else ""
        example = Text.assemble(printable(count.example), (f"  {printable(count.message)}", "dim"))
        table.add_row(Text(count.status, style), f"{count.items:,}", Text(MEANINGS[count.status], "dim"), example)
    out.print(table, highlight=False)
    out.print()
    if summary.addresses:
        rate = summary.addresses / max(summary.seconds, 1e-9)
        _line(
            f"{summary.fetched:,} of {summary.addresses:,} addresses gave a photo, {summary.bytes / 1e6:,.1f} MB, "
            f"in {summary.seconds:,.0f} s ({rate:,.0f} a second)"
        )
    _line(
        f"{summary.users_kept:,} of {summary.users:,} users have at least {summary.min_user_items} items with a photo"
    )
    for line in _next_steps(summary, dataset):
        out.print(Text(line, "dim"), soft_wrap=True)


def _next_steps(summary: DownloadSummary, dataset: Path) -> list[str]:
    steps = []
    if summary.items("timeout", "unreachable", "server error", "busy", "truncated"):
        steps.append(f"to try failures again: visualtaste images {dataset} --retry")
    if summary.with_photo:
        steps.append(f"to train on what is there: visualtaste fit {dataset} -o models/{dataset.absolute().name}")
    steps.append(f"each item's outcome: {dataset / 'images.parquet'}")
    return steps


def _line(text: str) -> None:
    out.print(text, highlight=False, soft_wrap=True)
