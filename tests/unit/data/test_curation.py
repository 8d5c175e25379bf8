"""Every filter of an importer on tables small enough to follow by hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest
from PIL import Image

from support.raw_tables import curated, raw_interactions, raw_items, removed, step
from visualtaste.config import CurationSettings
from visualtaste.data.curation import check_output, curate
from visualtaste.data.dataset import LOCK, Dataset, FilterStep
from visualtaste.errors import DataError, InUseError
from visualtaste.locks import exclusive
from visualtaste.progress import Silent


def log(**purchases: str) -> pl.DataFrame:
    """Users and their items, one letter each, in time order: log(ann="abc")."""
    return raw_interactions((user, item, time) for user, items in purchases.items() for time, item in enumerate(items))


def catalogue(letters: str, category: str = "x") -> dict[str, list[str]]:
    return {letter: [category] for letter in letters}


def test_users_with_too_few_items_are_counted(tmp_path: Path) -> None:
    dataset = curated(raw_items(catalogue("abc")), log(ann="abc", ben="ab", eve="a"), tmp_path, min_user_items=3)
    assert removed(dataset) == {"k-core: user with fewer than 3 items": (2, 0, 3, 0)}
    assert step(dataset, "k-core").examples == ("ben", "eve")
    assert step(dataset, "k-core").rounds == 1
    assert dataset.user_ids == ["ann"]


def test_a_minimum_of_users_removes_items_that_nobody_bought(tmp_path: Path) -> None:
    items, purchases = raw_items(catalogue("abcd")), log(ann="abc", ben="ab")
    assert curated(items, purchases, tmp_path / "0").items["item_id"].to_list() == ["a", "b", "c", "d"]
    assert curated(items, purchases, tmp_path / "1", min_item_users=1).items["item_id"].to_list() == ["a", "b", "c"]
    two = curated(items, purchases, tmp_path / "2", min_item_users=2)
    assert two.items["item_id"].to_list() == ["a", "b"]
    assert removed(two) == {"k-core: user with fewer than 1 items, or item with fewer than 2 users": (0, 2, 1, 0)}


def test_rare_categories_items_and_users_pull_each_other_down(tmp_path: Path) -> None:
    # category y has one item, so c has no category; ben is left with one item, so b has one user;
    # category z then has one item, and d goes as well
    items = raw_items({"a": ["x"], "b": ["x", "z"], "c": ["y"], "d": ["z"], "e": ["x"]})
    purchases = log(ann="ae", ben="bc", cat="ae", dan="abe", eve="bd", fay="da")
    dataset = curated(items, purchases, tmp_path, min_user_items=2, min_item_users=2, min_category_items=2)
    assert dataset.items["item_id"].to_list() == ["a", "b", "d", "e"]
    strict = curated(items, purchases, tmp_path, min_user_items=2, min_item_users=3, min_category_items=2)
    assert strict.items["item_id"].to_list() == ["a", "e"]
    assert strict.user_ids == ["ann", "cat", "dan"]
    assert strict.categories == ("x",)
    assert step(strict, "rare categories").examples == ("y",)
    assert step(strict, "k-core").removed_categories == 1  # z went with its last items
    assert step(strict, "no category").removed_items == 1
    assert step(strict, "no category").examples == ("c",)


def test_a_user_is_cut_to_the_earliest_items(tmp_path: Path) -> None:
    ben, eve = [("ben", "c", 5), ("ben", "b", 5), ("ben", "a", None)], [("eve", item, 5) for item in "dcba"]
    purchases = pl.concat([log(ann="dcba"), raw_interactions(ben + eve)])
    dataset = curated(raw_items(catalogue("abcd")), purchases, tmp_path, max_user_items=2)
    kept = [dataset.items["item_id"].gather(row).to_list() for row in dataset.user_items]
    assert kept == [["d", "c"], ["b", "c"], ["a", "b"]]
    assert removed(dataset) == {"cut: beyond the user's earliest 2 items": (0, 0, 5, 0)}
    assert set(step(dataset, "cut").examples) == {"ann", "ben", "eve"}


def test_interactions_are_written_user_by_user_in_time_order(tmp_path: Path) -> None:
    rows = [("eve", "a", 3), ("ben", "b", None), ("eve", "c", 1), ("ben", "c", 9), ("eve", "b", 1), ("ben", "a", 9)]
    dataset = curated(raw_items(catalogue("cab")), raw_interactions(rows), tmp_path)
    assert dataset.interactions.rows() == [
        *[("ben", "a", 9), ("ben", "c", 9), ("ben", "b", None)],
        *[("eve", "b", 1), ("eve", "c", 1), ("eve", "a", 3)],
    ]


def test_what_the_cut_leaves_is_settled_again(tmp_path: Path) -> None:
    # cut to "ab" each; c and d lose all their users and go
    purchases = log(ann="abcd", ben="abcd")
    dataset = curated(raw_items(catalogue("abcd")), purchases, tmp_path, max_user_items=2, min_item_users=2)
    assert dataset.items["item_id"].to_list() == ["a", "b"]
    assert step(dataset, "k-core").removed_items == 2


def test_frequent_means_frequent_among_what_the_cut_left(tmp_path: Path) -> None:
    # x is the most frequent at first, but a, b and c lose their only user
    items = raw_items(catalogue("abc", "x") | catalogue("de", "y"))
    dataset = curated(items, log(ann="deabc"), tmp_path, max_user_items=2, min_item_users=1, max_categories=1)
    assert dataset.categories == ("y",)


def test_a_long_chain_falls_to_its_end(tmp_path: Path) -> None:
    # nobody bought p0, so its category has q0 alone and is rare; so q0 goes, and user 0 with it, and p1, and so on
    links = range(12)
    items = {f"{side}{link}": [f"c{link}"] for link in links for side in "pq"} | {"s": ["z"], "t": ["z"]}
    purchases = [(f"u{link}", item) for link in links for item in (f"q{link}", f"p{link + 1}")]
    purchases += [("zoe", "s"), ("zoe", "t")]
    dataset = curated(
        raw_items(items | {"p12": ["z"]}),
        raw_interactions(purchases),
        tmp_path,
        min_user_items=2,
        min_item_users=1,
        min_category_items=2,
    )
    assert dataset.items["item_id"].to_list() == ["s", "t"]


def test_only_the_most_frequent_categories_stay_and_ties_go_by_name(tmp_path: Path) -> None:
    items = raw_items({"a": ["w", "x"], "b": ["x", "z"], "c": ["y"], "d": ["w", "y"]})
    dataset = curated(items, log(ann="abcd"), tmp_path, max_categories=2)
    assert dataset.categories == ("w", "x")
    assert removed(dataset) == {
        "frequent categories: category is not among the 2 most frequent": (0, 0, 0, 2),
        "no category: item without any category that is kept": (0, 1, 1, 0),
    }
    assert step(dataset, "frequent categories").examples == ("y", "z")
    assert dataset.items["categories"].to_list() == [["w", "x"], ["x"], ["w"]]


def test_items_without_categories_are_removed(tmp_path: Path) -> None:
    items = raw_items({"a": ["x"], "b": [], "c": [" "]})
    items = pl.concat([items, raw_items({"d": []}).with_columns(categories=pl.lit(None, dtype=pl.List(pl.String)))])
    dataset = curated(items, log(ann="abcd", ben="b"), tmp_path)
    assert removed(dataset) == {"no category: item without any category that is kept": (1, 3, 4, 0)}


def test_photos_are_counted_by_reason(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (30, 30)).save(photos / "good.jpg")
    Image.new("RGB", (40, 40)).save(photos / "large.png")
    (photos / "empty.jpg").touch()
    (photos / "text.jpg").write_text("<html>")
    (photos / "cut.jpg").write_bytes((photos / "good.jpg").read_bytes()[:-200])
    named = {
        "a": "good.jpg",
        "b": "gone.jpg",
        "c": "empty.jpg",
        "d": "text.jpg",
        "e": "cut.jpg",
        "f": "large.png",
        "g": None,
    }
    items = raw_items(catalogue("abcdefgh")).with_columns(
        image=pl.col("item_id").replace_strict(named, default=None, return_dtype=pl.String),
        image_url=pl.when(pl.col("item_id") == "h").then("image_url"),
    )
    dataset = curated(items, log(ann="abcdefgh", ben="bc"), tmp_path, max_pixels=1000)
    # h stays: its photo is still to be downloaded
    assert dataset.items["item_id"].to_list() == ["a", "h"]
    assert removed(dataset) == {
        "photos: empty": (0, 1, 2, 0),
        "photos: missing": (1, 2, 3, 0),
        "photos: not-an-image": (0, 1, 1, 0),
        "photos: too-large": (0, 1, 1, 0),
        "photos: truncated": (0, 1, 1, 0),
    }
    assert str(photos / "gone.jpg") in step(dataset, "photos", "missing").examples[0]
    assert "item g" in step(dataset, "photos", "missing").examples[1]

    unchecked = curated(items, log(ann="abcdefgh"), tmp_path, check_images=False)
    assert removed(unchecked) == {"photos: missing": (0, 2, 2, 0)}


def test_photos_of_removed_items_are_not_opened(tmp_path: Path) -> None:
    items = pl.concat([raw_items({"a": ["x"]}), raw_items({"b": ["x"]}, image="gone.jpg")])
    dataset = curated(items, log(ann="a"), tmp_path, min_item_users=1)
    assert [step.name for step in dataset.info.filters if step.removed_items] == ["k-core"]


def test_the_order_of_the_input_does_not_matter(tmp_path: Path) -> None:
    items, purchases = raw_items({"a": ["x", "y"], "b": ["y"], "c": ["x"]}), log(ann="abc", ben="cb", eve="c")
    one = curated(items, purchases, tmp_path / "1", min_user_items=2)
    two = curated(items.reverse(), purchases.reverse(), tmp_path / "2", min_user_items=2)
    assert one.fingerprint == two.fingerprint
    assert one.items.equals(two.items)


def test_the_folder_says_all_that_was_done(tmp_path: Path) -> None:
    curated(raw_items(catalogue("ab")), log(ann="ab", ben="a"), tmp_path, min_user_items=2)
    dataset = Dataset.read(tmp_path / "dataset")
    content = json.loads((tmp_path / "dataset" / "dataset.json").read_text())
    assert (content["name"], content["source"], content["categories"]) == ("test", "a test", ["x"])
    assert [step["name"] for step in content["filters"]] == [
        "ids",
        "ids",
        "duplicates",
        "unknown items",
        "duplicates",
        "rare categories",
        "no category",
        "k-core",
        "cut",
        "frequent categories",
    ]
    assert step(dataset, "k-core").removed_users == 1


def test_photos_inside_the_dataset_folder_move_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for images, root in (("d/photos", "photos"), ("d", "."), ("elsewhere", str(tmp_path / "elsewhere"))):
        Path(images).mkdir(parents=True, exist_ok=True)
        settings = CurationSettings(min_user_items=1, min_category_items=1)
        dataset = curate(
            raw_items(catalogue("a")),
            log(ann="a"),
            images=Path(images),
            folder=Path("d"),
            name="n",
            source="s",
            settings=settings,
            reporter=Silent(),
        )
        assert dataset.info.image_root == root


def test_an_empty_result_names_the_filter_that_removed_most(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"nothing is left.*'k-core', user with fewer than 3 items: 0 items and 3 inter"
    ):
        curated(raw_items(catalogue("ab")), log(ann="ab", ben="a"), tmp_path, min_user_items=3)
    with pytest.raises(DataError, match=r"'photos', missing: 2 items and 3 interactions \(such as .*gone\.jpg"):
        curated(raw_items(catalogue("ab"), image="gone.jpg"), log(ann="ab", ben="a"), tmp_path)
    with pytest.raises(DataError, match=r"'no category', .*: 2 items and 3 interactions"):
        curated(raw_items(catalogue("ab")), log(ann="ab", ben="a"), tmp_path, min_category_items=3)
    items = pl.concat([raw_items(catalogue("ab")), raw_items(catalogue("cdefg"), image="gone.jpg")])
    with pytest.raises(DataError, match="most was removed by 'k-core'"):  # not the photos that nobody asked for
        curated(items, log(ann="ab"), tmp_path, min_user_items=3)
    assert not (tmp_path / "dataset").exists()


def test_empty_tables_and_wrong_folders_are_refused(tmp_path: Path) -> None:
    items, purchases = raw_items(catalogue("a")), log(ann="a")
    with pytest.raises(DataError, match="a test: there are no items"):
        curated(items.clear(), purchases, tmp_path)
    with pytest.raises(DataError, match="a test: there are no interactions"):
        curated(items, purchases.clear(), tmp_path)
    (tmp_path / "dataset").touch()
    with pytest.raises(DataError, match="dataset: is a file"):
        curated(items, purchases, tmp_path)


def test_photos_may_all_be_still_to_download(tmp_path: Path) -> None:
    items = pl.concat([raw_items(catalogue("ab")), raw_items(catalogue("c")).with_columns(image_url=None)])
    dataset = curate(
        items,
        log(ann="abc"),
        images=None,
        folder=tmp_path / "dataset",
        name="n",
        source="s",
        settings=CurationSettings(min_user_items=1, min_category_items=1),
        reporter=Silent(),
        steps=[FilterStep(name="before", reason="by the importer", removed_items=7)],
    )
    assert dataset.info.image_root == "images"
    assert not (tmp_path / "dataset" / "images").exists()
    assert removed(dataset) == {"before: by the importer": (0, 7, 0, 0), "photos: missing": (0, 1, 1, 0)}


def test_while_another_process_writes_there_nothing_is_begun(tmp_path: Path) -> None:
    first = curated(raw_items(catalogue("a")), log(ann="a"), tmp_path)
    (first.folder / ".items.parquet.7.partial").write_text("what a killed import left")
    with exclusive(first.folder / LOCK), pytest.raises(InUseError, match="dataset is being written by process"):
        curated(raw_items(catalogue("ab")), log(ann="ab"), tmp_path)
    assert Dataset.read(first.folder).items.equals(first.items)
    assert len(curated(raw_items(catalogue("ab")), log(ann="ab"), tmp_path).items) == 2
    assert not list(first.folder.glob("*.partial"))


def test_names_that_are_no_text_end_before_anything_is_written(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"shop\xff")
    with pytest.raises(DataError, match="is not UTF-8"):
        check_output(folder)
    assert list(tmp_path.iterdir()) == []
