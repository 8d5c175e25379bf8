"""Import of the Amazon product data: a file of reviews and one of metadata become a dataset folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from visualtaste.config import CurationSettings
from visualtaste.data.amazon.detect import AskedEdition, detect_edition
from visualtaste.data.amazon.items import read_items
from visualtaste.data.amazon.reviews import read_reviews
from visualtaste.data.curation import check_output, curate
from visualtaste.data.dataset import Dataset
from visualtaste.data.ids import IdTypes
from visualtaste.data.malformed import Malformed
from visualtaste.data.photo_folder import with_photos
from visualtaste.progress import Reporter, Silent


def import_amazon(
    reviews: Path,
    metadata: Path,
    folder: Path,
    *,
    edition: AskedEdition = "auto",
    images: Path | None = None,
    stop: Iterable[str] = (),
    name: str = "amazon",
    settings: CurationSettings | None = None,
    reporter: Reporter | None = None,
) -> Dataset:
    """Read both files, plain or gzipped, curate what is in them and write the dataset folder.

    Without `images` no photo is opened: items keep the address of theirs, which `visualtaste images` downloads into
    the dataset folder. With `images` an item's photo is there as such a download names it, or as <item_id>.jpg.
    `stop` names labels that are no categories. Lines that cannot be used are listed in the folder's malformed.jsonl.

    Raises EditionError when the files are of another edition than `edition` or of two, DataError when a file cannot
    be opened, has no usable line, or nothing is left, InUseError while another process writes to the folder.
    """
    reporter = reporter or Silent()
    check_output(folder)
    found = detect_edition(reviews, metadata, edition)
    if edition == "auto":
        reporter.say(f"taken for the edition {found.name}, by the first lines of {metadata.name}")
    ids = IdTypes()
    with Malformed(folder) as malformed:
        log = read_reviews(reviews, found, ids, malformed, reporter)
        items, label_steps = read_items(metadata, found, ids, stop, malformed, reporter)
        reporter.say(f"filtering {len(items):,} items and {len(log):,} interactions")
        return curate(
            with_photos(items, images, "give --images FOLDER"),
            log,
            images=images,
            folder=folder,
            name=name,
            source=f"Amazon product data {found.name}, {reviews.name}, {metadata.name}",
            settings=settings or CurationSettings(),
            reporter=reporter,
            steps=(*malformed.steps(), *label_steps),
            alongside=malformed.keep,
        )
