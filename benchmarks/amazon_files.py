"""Files as large as the genuine ones, in the genuine formats, written as they are made.

    python -m benchmarks.amazon_files FOLDER --edition 2014                      # Home and Kitchen of 2014
    python -m benchmarks.amazon_files FOLDER --edition 2023 --reviews 20000000   # a third of Home and Kitchen of 2023

Activity of users and popularity of items follow power laws. About one line in 5,000 is damaged in one of the ways
that genuine files are, one item in 50 is there twice, names are escaped here and there, photos and categories lack.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.amazon_world import SEED, asins, category_paths, power_law, reviewer, texts
from visualtaste.seeding import generator

CHUNK = 100_000
KITCHEN_2014 = {"reviews": 551_682, "users": 66_519, "bought": 28_237, "items": 436_988}
_DAMAGED = 5_000  # lines to a damaged one
_DAY = 86_400


def main() -> None:
    """Write one edition's two files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edition", choices=["2014", "2023"], required=True)
    parser.add_argument("--reviews", type=int, default=KITCHEN_2014["reviews"])
    arguments = parser.parse_args()
    if arguments.edition == "2014":
        write_2014(arguments.folder)
    else:
        write_2023(arguments.folder, arguments.reviews)


def write_2014(folder: Path) -> tuple[Path, Path]:
    """Reviews and metadata with the counts of Home and Kitchen of 2014; those that are there already stay."""
    size, ids = KITCHEN_2014, asins(KITCHEN_2014["items"])
    words, names = texts(4000, 90), texts(2000, 9)

    def review(user: int, item: int, day: int, number: int) -> dict[str, Any]:
        return {
            "reviewerID": reviewer(user, 14),
            "asin": ids[item],
            "reviewerName": names[user % len(names)],
            "helpful": [number % 3, number % 5],
            "reviewText": words[number % len(words)],
            "overall": float(number % 5 + 1),
            "summary": names[number % len(names)],
            "unixReviewTime": 1_000_000_000 + day * _DAY,
            "reviewTime": "02 28, 2014",
        }

    def item(number: int, random: np.random.Generator) -> dict[str, Any]:
        record: dict[str, Any] = {"asin": ids[number], "title": names[number % len(names)], "price": 37.12}
        if number % 20:
            record["imUrl"] = f"http://ecx.images-amazon.com/images/I/51{ids[number]}L._SY300_.jpg"
        if number % 5:
            record["description"] = words[number * 31 % len(words)]
        if number % 3:
            counts = random.integers(1, 60, 2)
            related = [ids[other] for other in random.integers(0, len(ids), int(counts.sum()))]
            record["related"] = {"also_bought": related[: counts[0]], "also_viewed": related[counts[0] :]}
        record["categories"] = _paths(number, random, nested=True)
        return record

    users = np.concatenate([np.repeat(np.arange(size["users"]), 5), _more_users(size)])
    generator(SEED, "order").shuffle(users)
    reviews, metadata = folder / "reviews_Home_and_Kitchen_5.json.gz", folder / "meta_Home_and_Kitchen.json.gz"
    _write(reviews, _reviews(users, size["bought"], review, json.dumps))
    _write(metadata, _items(size["items"], item, repr))
    return reviews, metadata


def write_2023(folder: Path, reviews: int) -> tuple[Path, Path]:
    """Reviews and metadata with the proportions of Home and Kitchen of 2023: a user to 2.9 reviews, an item to 18."""
    ids = asins(reviews // 18)
    words, names = texts(4000, 40), texts(2000, 6)

    def review(user: int, item: int, day: int, number: int) -> dict[str, Any]:
        return {
            "rating": float(number % 5 + 1),
            "title": names[number % len(names)],
            "text": words[number % len(words)],
            "images": [],
            "asin": ids[(item + number % 2) % len(ids)],
            "parent_asin": ids[item],
            "user_id": reviewer(user, 28),
            "timestamp": 1_300_000_000_000 + day * _DAY * 1000 + number % 86_400_000,
            "helpful_vote": number % 7 // 6,
            "verified_purchase": number % 9 > 0,
        }

    def item(number: int, random: np.random.Generator) -> dict[str, Any]:
        address = f"https://m.media-amazon.com/images/I/41{ids[number]}L"
        sizes = {"thumb": f"{address}._AC_US40_.jpg", "large": f"{address}._AC_.jpg"}
        return {
            "main_category": "Amazon Home",
            "title": names[number * 7 % len(names)],
            "average_rating": 4.3,
            "rating_number": number % 977,
            "features": [names[(number + place) % len(names)] for place in range(number % 5)],
            "description": [words[number % len(words)]] if number % 2 else [],
            "price": None,
            "images": [{**sizes, "variant": "MAIN", "hi_res": f"{address}._AC_SL1500_.jpg" if number % 4 else None}]
            * (number % 20 > 0),
            "videos": [],
            "store": names[number % 999],
            "categories": _paths(number, random, nested=False),
            "details": {"Brand": names[number % 999], "Color": "White", "Item Weight": "1.2 pounds"},
            "parent_asin": ids[number],
            "bought_together": None,
        }

    random = generator(SEED, "users 2023")
    users = power_law(random, reviews, int(reviews / 2.9), exponent=0.75, offset=3)
    log, metadata = folder / "Home_and_Kitchen.jsonl.gz", folder / "meta_Home_and_Kitchen.jsonl.gz"
    _write(log, _reviews(users, len(ids), review, json.dumps))
    _write(metadata, _items(len(ids), item, json.dumps))
    return log, metadata


def _more_users(size: dict[str, int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Who wrote the reviews beyond everybody's first five."""
    return power_law(generator(SEED, "users"), size["reviews"] - 5 * size["users"], size["users"], 0.9, 20)


def _reviews(
    users: np.ndarray[Any, np.dtype[np.int64]],
    items: int,
    review: Callable[[int, int, int, int], dict[str, Any]],
    text: Callable[[dict[str, Any]], str],
) -> Iterator[bytes]:
    for start in range(0, len(users), CHUNK):
        random = generator(SEED, "reviews", start)
        some = users[start : start + CHUNK]
        bought = power_law(random, len(some), items, exponent=0.8, offset=10)
        days = random.integers(0, 4000, len(some))
        for place, (user, item, day) in enumerate(zip(some.tolist(), bought.tolist(), days.tolist(), strict=True)):
            yield _maybe_damaged(text(review(user, item, day, start + place)), start + place)


def _items(
    rows: int, item: Callable[[int, np.random.Generator], dict[str, Any]], text: Callable[[dict[str, Any]], str]
) -> Iterator[bytes]:
    """`rows` lines, one item in 50 twice."""
    random = generator(SEED, "items")
    number = written = 0
    while written < rows:
        line = _maybe_damaged(text(item(number, random)), number)
        times = min(2 if number % 50 == 7 else 1, rows - written)
        yield from (line,) * times
        written += times
        number += 1


def _paths(number: int, random: np.random.Generator, *, nested: bool) -> Any:
    """The category paths of an item, some of them escaped or shouted; one item in 40 has none."""
    known = category_paths("Home & Kitchen")
    if number % 40 == 0:
        return [] if not nested else [[]]
    path = known[int(random.integers(len(known)))]
    if number % 9 == 0:
        path = [name.replace("&", "&amp;") for name in path]
    if number % 33 == 0:
        path = [name.upper() for name in path]
    return [path, known[number % len(known)]] if nested and number % 4 == 0 else [path] if nested else path


def _maybe_damaged(line: str, number: int) -> bytes:
    """The line, or once in a while what is left of it."""
    content = line.encode()
    if number % _DAMAGED != _DAMAGED // 2:
        return content
    kind = number // _DAMAGED % 5
    if kind == 0:
        return content[: len(content) // 2]
    if kind == 1:
        return content.replace(b"e", b"\xe9", 1)
    if kind == 2:
        return content.replace(b"asin", b"nisa")
    if kind == 3:
        return b""
    return b"<html><head><title>503 Service Unavailable</title></head>"


def _write(path: Path, lines: Iterator[bytes]) -> None:
    """Gzip the lines, unless the file is there already."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with gzip.open(partial, "wb", compresslevel=1) as stream:
        for line in lines:
            stream.write(line + b"\n")
    partial.rename(path)


if __name__ == "__main__":
    main()
