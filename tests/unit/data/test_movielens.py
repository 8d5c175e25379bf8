"""The three formats of MovieLens, each with what its files are known for."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from support.photos import save_photo
from support.raw_tables import removed
from visualtaste.config import CurationSettings
from visualtaste.data.dataset import Dataset
from visualtaste.data.movielens import GENRES_100K, import_movielens
from visualtaste.errors import DataError

SMALL = CurationSettings(min_user_items=1, min_category_items=1)
FORMATS = ["100k", "1m", "csv"]


def flags(*genres: str) -> str:
    return "|".join("1" if genre in genres else "0" for genre in GENRES_100K)


def write(folder: Path, kind: str) -> tuple[Path, Path]:
    """The same three movies and five ratings in each format; the third movie has no genre."""
    log = [("1", "10", 4), ("1", "20", 2), ("2", "10", 5), ("2", "30", 3), ("2", "10", 1)]
    if kind == "100k":
        names = "u.data", "u.item"
        ratings = "".join(f"{user}\t{movie}\t{stars}\t88125094{stars}\n" for user, movie, stars in log).encode()
        start = "01-Jan-1995||http://us.imdb.com/M/title-exact?x"
        movies = (
            f"10|Mis\u00e9rables, Les (1995)|{start}|{flags('Drama', 'Musical')}\n"
            f'20|"Quoted" (1996)|{start}|{flags("Sci-Fi")}\n30|unknown|||{""}|{flags("unknown")}\n'
        ).encode("latin-1")
    elif kind == "1m":
        names = "ratings.dat", "movies.dat"
        ratings = "".join(f"{user}::{movie}::{stars}::88125094{stars}\n" for user, movie, stars in log).encode()
        movies = (
            '10::Mis\u00e9rables, Les (1995)::Drama|Musical\n20::"Quoted" (1996)::Sci-Fi\n30::unknown::unknown\n'
        ).encode("latin-1")
    else:
        names = "ratings.csv", "movies.csv.gz"
        rows = "".join(f"{user},{movie},{stars}.0,88125094{stars}\r\n" for user, movie, stars in log)
        ratings = b"userId,movieId,rating,timestamp\r\n" + rows.encode()
        movies = gzip.compress(
            (
                'movieId,title,genres\n10,"Mis\u00e9rables, Les (1995)",Drama|Musical\n'
                '20,"""Quoted"" (1996)",Sci-Fi\n30,unknown,(no genres listed)\n'
            ).encode()
        )
    for name, content in zip(names, (ratings, movies), strict=True):
        (folder / name).write_bytes(content)
    return folder / names[0], folder / names[1]


def load(folder: Path, kind: str, **options: Any) -> Dataset:
    options = {"poster_url": "https://posters.example/{id}.jpg", "settings": SMALL, **options}
    import_movielens(*write(folder, kind), folder / "dataset", **options)
    return Dataset.read(folder / "dataset")


@pytest.mark.parametrize("kind", FORMATS)
def test_all_formats_say_the_same(tmp_path: Path, kind: str) -> None:
    dataset = load(tmp_path, kind)
    address = "https://posters.example/{}.jpg".format
    assert dataset.items.rows() == [
        ("10", None, address(10), "Mis\u00e9rables, Les (1995)", ["Drama", "Musical"]),
        ("20", None, address(20), '"Quoted" (1996)', ["Sci-Fi"]),
    ]
    assert dataset.interactions.rows() == [("1", "20", 881250942), ("1", "10", 881250944), ("2", "10", 881250941)]
    assert removed(dataset) == {
        "duplicates: the user has the item already; the earliest row stays": (0, 0, 1, 0),
        "no category: item without any category that is kept": (0, 1, 1, 0),
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_a_threshold_of_ratings_is_counted(tmp_path: Path, kind: str) -> None:
    dataset = load(tmp_path, kind, min_rating=5)
    assert dataset.interactions.rows() == [("2", "10", 881250945)]
    assert removed(dataset)["ratings: rating below 5"] == (1, 0, 4, 0)


def test_a_threshold_that_no_rating_reaches_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none of its 5 ratings is at least 5\.5"):
        load(tmp_path, "1m", min_rating=5.5)


def test_posters_lie_in_a_folder_by_the_movies_ids(tmp_path: Path) -> None:
    (tmp_path / "posters").mkdir()
    save_photo(tmp_path / "posters" / "20.png", (1, 2, 3))
    dataset = load(tmp_path, "1m", posters=tmp_path / "posters", poster_url=None)
    assert dataset.items.select("item_id", "image").rows() == [("20", "20.png")]
    assert dataset.info.image_root == str(tmp_path / "posters")


def test_without_a_way_to_posters_there_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no item has a photo or the address of one: give --posters FOLDER or"):
        load(tmp_path, "csv", poster_url=None)


def test_other_files_are_refused(tmp_path: Path) -> None:
    ratings, movies = write(tmp_path, "csv")
    with pytest.raises(DataError, match=r"movies\.csv\.gz: is none of MovieLens's formats; .* no column 'userId'"):
        import_movielens(movies, ratings, tmp_path / "dataset", poster_url="x")
    ratings.write_text("1::10::good::5\n")
    with pytest.raises(DataError, match=r"ratings\.csv: row 1 of 'rating' is 'good', not a number"):
        import_movielens(ratings, movies, tmp_path / "dataset", poster_url="x")
    ratings.write_text("1::10::4::5\n1::10::4::5::6\n")
    with pytest.raises(DataError, match=r"ratings\.csv: cannot be read as a table"):
        import_movielens(ratings, movies, tmp_path / "dataset", poster_url="x")
    ratings.write_text(" \n")
    with pytest.raises(DataError, match="is empty"):
        import_movielens(ratings, movies, tmp_path / "dataset", poster_url="x")
