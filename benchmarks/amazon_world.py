"""Who buys what in the generated Amazon files: ids, power laws, a category tree, texts. Deterministic."""

from __future__ import annotations

import base64
import functools
import hashlib

import numpy as np

from visualtaste.seeding import generator
from visualtaste.types import Int64

SEED = 0

_TALK = """steel kitchen towel glass coffee bamboo garden cotton storage ceramic outdoor wall bath silicone pillow lamp
knife basket bed table vacuum curtain shelf rug candle frame blanket pan rack cutter holder mug cover mat clock the a is
and it great works perfect love size color don't it's easy clean quality would recommend bought husband gift month"""
_WORDS = _TALK.split()
_THINGS = 33  # of the words
_TAILS = ("Accessories", "Sets", "Storage", "Covers", "Supplies", "Racks", "Tools", "Holders", "Organizers")
_ASIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def asins(count: int) -> list[str]:
    """Ids of items, all different: `B0` and eight digits or letters."""
    scattered = (np.arange(count, dtype=np.uint64) * np.uint64(1_000_000_007) + np.uint64(12_345)) % np.uint64(36**8)
    letters = np.frombuffer(_ASIN.encode(), dtype="S1")
    places = [letters[(scattered // np.uint64(36**place)) % np.uint64(36)] for place in range(8)]
    rows = np.stack(places, axis=1).view("S8").ravel()
    return [f"B0{row.decode()}" for row in rows]


def reviewer(number: int, length: int) -> str:
    """A user's id: A and then letters and digits, 14 of them in all up to 2018, 28 since."""
    digest = hashlib.blake2b(number.to_bytes(8, "little"), digest_size=17).digest()
    return "A" + base64.b32encode(digest).decode()[: length - 1]


def power_law(random: np.random.Generator, size: int, among: int, exponent: float, offset: float) -> Int64:
    """`size` draws from 0 to `among` - 1, the k-th with a weight of about (k + offset) ** -exponent."""
    low, high = offset ** (1 - exponent), (among + offset) ** (1 - exponent)
    draws = (low + random.random(size) * (high - low)) ** (1 / (1 - exponent)) - offset
    numbers: Int64 = np.minimum(draws.astype(np.int64), among - 1)
    return numbers


@functools.cache
def category_paths(root: str) -> list[list[str]]:
    """About 1,500 paths of two to four names below `root`."""
    heads = [word.title() for word in _WORDS[:_THINGS]]
    paths = []
    for number, head in enumerate(heads):
        department = f"{head} & {heads[(number * 7 + 3) % len(heads)]}"
        paths.append([root, department])
        for tail in _TAILS:
            paths.append([root, department, f"{head} {tail}"])
            paths.extend([root, department, f"{head} {tail}", f"{other} {head} {tail}"] for other in heads[:4])
    return paths


def texts(count: int, mean_words: float) -> list[str]:
    """Texts of power-law length, with the apostrophes, quotation marks and letters that people write."""
    random = generator(SEED, "texts", count)
    lengths = np.clip(random.lognormal(np.log(mean_words) - 0.5, 1.0, count), 1, 600).astype(int)
    found = []
    for number, length in enumerate(lengths):
        words = " ".join(_WORDS[place] for place in random.integers(0, len(_WORDS), length))
        if number % 11 == 0:
            words += ' 24" wide'
        if number % 17 == 0:
            words += " caf\u00e9 \u2013 na\u00efve"
        if number % 29 == 0:
            words += "\nsecond line\tand a tab"
        found.append(words.capitalize() + ".")
    return found
