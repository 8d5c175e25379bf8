"""What an importer shows at its end: what was kept and, filter by filter, what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from visualtaste.cli.console import out

if TYPE_CHECKING:
    from visualtaste.data.dataset import Dataset


def show_import(dataset: Dataset) -> None:
    """Print the counts of the new dataset and of every filter that removed something."""
    from visualtaste.data.malformed import MALFORMED, SIDE_FILE

    table = Table("", "users", "items", "interactions", "categories", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    kept = (len(dataset.user_ids), len(dataset.items), len(dataset.interactions), len(dataset.categories))
    table.add_row("kept", *(f"{count:,}" for count in kept), style="bold green")
    for step in dataset.info.filters:
        removed = (step.removed_users, step.removed_items, step.removed_interactions, step.removed_categories)
        if any(removed):
            table.add_row(escape(f"{step.name}: {step.reason}"), *(f"-{count:,}" if count else "" for count in removed))
    out.print(table, highlight=False)
    if table.row_count > 1:
        where = escape(str(dataset.folder / "dataset.json"))
        out.print(f"[dim]examples of what was removed: {where}[/]", soft_wrap=True)
    if any(step.name == MALFORMED for step in dataset.info.filters):
        out.print(f"[dim]all malformed lines: {escape(str(dataset.folder / SIDE_FILE))}[/]", soft_wrap=True)
    if to_download := dataset.items["image"].null_count():
        command = escape(f"visualtaste images {dataset.folder}")
        out.print(f"photos of {to_download:,} items are still to be downloaded: {command}", soft_wrap=True)
