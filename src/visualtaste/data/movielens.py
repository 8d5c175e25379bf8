"""Import of MovieLens: who rated which movie, genres as categories, posters from elsewhere.

Three formats, found by the files' first lines; either file may be of any of them:

    100k      u.data (tabs), u.item (bars, a flag a genre)                    Latin-1
    1m, 10m   ratings.dat, movies.dat (two colons, genres between bars)       Latin-1 or UTF-8
    csv       ratings.csv, movies.csv (with headers, genres between bars)     UTF-8
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from visualtaste.config import CurationSettings
from visualtaste.data.curation import curate
from visualtaste.data.dataset import Dataset, FilterStep
from visualtaste.data.photo_folder import with_photos
from visualtaste.data.text_table import numbers, parse_table, read_text
from visualtaste.data.timestamps import to_seconds
from visualtaste.errors import DataError, nearest
from visualtaste.progress import Reporter, Silent

# the flags of u.item, in their order; the first, "unknown", is no genre
GENRES_100K = (
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)
_NO_GENRES = ("(no genres listed)", "unknown")
_RATINGS = ("userId", "movieId", "rating", "timestamp")
_MOVIES = ("movieId", "title", "genres")
_ITEM_100K = ("movieId", "title", "released", "video", "imdb", *GENRES_100K)


def import_movielens(
    ratings: Path,
    movies: Path,
    folder: Path,
    *,
    posters: Path | None = None,
    poster_url: str | None = None,
    min_rating: float | None = None,
    name: str = "movielens",
    settings: CurationSettings | None = None,
    reporter: Reporter | None = None,
) -> Dataset:
    """Read both files, curate them and write the dataset folder.

    Posters are <movie id>.jpg (or .png, ...) in the folder `posters`, or to be downloaded from `poster_url`, in
    which {id} stands for the movie's. Ratings below `min_rating` are no interactions.
    Raises DataError when a file is in none of the formats, a value is no number, there is no way to a poster, or
    nothing is left.
    """
    log = _read_ratings(ratings)
    liked = log if min_rating is None else log.filter(pl.col("rating") >= min_rating)
    if liked.is_empty() and len(log):
        raise DataError(f"{ratings}: none of its {len(log):,} ratings is at least {min_rating:g}")
    step = FilterStep(
        name="ratings",
        reason=f"rating below {min_rating:g}" if min_rating is not None else "no threshold",
        removed_interactions=len(log) - len(liked),
        removed_users=log["user_id"].n_unique() - liked["user_id"].n_unique(),
    )
    return curate(
        with_photos(_read_movies(movies, poster_url), posters, "give --posters FOLDER or --poster-url ADDRESS"),
        liked,
        images=posters,
        folder=folder,
        name=name,
        source=f"MovieLens {ratings.name}, {movies.name}",
        settings=settings or CurationSettings(),
        reporter=reporter or Silent(),
        steps=() if min_rating is None else (step,),
    )


def _read_ratings(path: Path) -> pl.DataFrame:
    content = read_text(path)
    first = _first_line(content)
    if "::" in first:
        table = parse_table(content, path, "::", columns=_RATINGS)
    elif first.count("\t") == 3:
        table = parse_table(content, path, "\t", columns=_RATINGS)
    else:
        table = _parse_csv(content, path, _RATINGS)
    return table.select(
        pl.col("userId").alias("user_id"),
        pl.col("movieId").alias("item_id"),
        numbers(table["rating"], str(path)).alias("rating"),
        to_seconds(table["timestamp"], str(path)).alias("timestamp"),
    )


def _read_movies(path: Path, poster_url: str | None) -> pl.DataFrame:
    content = read_text(path)
    first = _first_line(content)
    if "::" in first:
        table = parse_table(content, path, "::", columns=_MOVIES)
    elif first.count("|") == len(_ITEM_100K) - 1:
        table = parse_table(content, path, "|", columns=_ITEM_100K)
        flagged = [pl.when(pl.col(genre) == "1").then(pl.lit(genre)) for genre in GENRES_100K]
        table = table.with_columns(pl.concat_str(flagged, separator="|", ignore_nulls=True).alias("genres"))
    else:
        table = _parse_csv(content, path, _MOVIES)
    genres = pl.col("genres").str.split("|").list.eval(pl.element().filter(~pl.element().is_in(_NO_GENRES)))
    addresses = [None if poster_url is None else poster_url.replace("{id}", movie or "") for movie in table["movieId"]]
    return table.select(
        pl.col("movieId").alias("item_id"),
        pl.Series("image_url", addresses, dtype=pl.String),
        "title",
        genres.alias("categories"),
    )


def _parse_csv(content: bytes, path: Path, columns: tuple[str, ...]) -> pl.DataFrame:
    table = parse_table(content, path, ",", quoted=True)
    for column in columns:
        if column not in table.columns:
            raise DataError(
                f"{path}: is none of MovieLens's formats; as CSV it has no column {column!r}"
                f"{nearest(column, table.columns)}"
            )
    return table


def _first_line(content: bytes) -> str:
    return content.split(b"\n", 1)[0].decode(errors="replace")
