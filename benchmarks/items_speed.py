"""Recommendations a second and how long one takes, on generated catalogues; and what a search graph is worth.

    python -m benchmarks.items_speed [--items 30000] [--graph] [--runs 200]

The catalogue is the generated shop's: 1024 features and some of 1000 categories an item. A person has 5 to 20 items;
half of the people show photos of unknown things, half know their items. A recommendation starts at the photos'
features and ends at 20 items: the interests network (two attention blocks and gating, hidden layer 2048), the search,
exact scores, seen items and doubled products left out. It is timed one person at a time, and 64 people at once.
Where other work shares the cores, wall times say little: what holds then is the processor time of one thread.
With --graph the catalogue is searched by graph as well, and how many of the exact search's items it finds is said.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from benchmarks.machine import milliseconds, report
from visualtaste.config import InterestsSettings
from visualtaste.data.shop.features import FeaturesShop, features_shop
from visualtaste.export.interests import export_interests
from visualtaste.features.session import open_session, usable_cores
from visualtaste.models.interests import InterestsModel
from visualtaste.recommend.catalogue import ItemCatalogue
from visualtaste.recommend.graph import GraphSearch, stretches
from visualtaste.recommend.make import make_catalogue
from visualtaste.recommend.purchases import Purchases
from visualtaste.recommend.query import Person, Query
from visualtaste.recommend.ranking import Ranked, Wish, rank
from visualtaste.recommend.search import ExactSearch, ItemSearch
from visualtaste.recommend.weights import Blend
from visualtaste.types import Float32, Float64, Ragged

CATEGORIES = 1000
USERS = 2000
BATCH = 64


@dataclass(frozen=True, eq=False)
class Shop:
    """A catalogue, the people who ask, and the network that reads their interests."""

    catalogue: ItemCatalogue
    sets: Ragged  # (U, ·) rows of each one's items
    probabilities: Float32  # (U, D) stands for what a trained network would say
    network: Path

    def rank(self, index: ItemSearch, network: Any, first: int, count: int) -> list[Ranked]:
        """Recommend to some people, network included."""
        people = self.sets.take(np.arange(first, first + count))
        features = self.catalogue.features[people.values].astype(np.float32)
        network.run(["probabilities"], {"features": features, "offsets": people.offsets})
        return rank(index, self._queries(people, features, first), Wish())

    def queries(self, first: int, count: int) -> list[Query]:
        """What some people ask the catalogue; every second one shows photos alone."""
        people = self.sets.take(np.arange(first, first + count))
        return self._queries(people, self.catalogue.features[people.values].astype(np.float32), first)

    def _queries(self, people: Ragged, features: Float32, first: int) -> list[Query]:
        return [
            Query.of(
                Person(
                    features[people.offsets[person] : people.offsets[person + 1]],
                    self.probabilities[first + person],
                    people[person] if person % 2 else people[person][:0],
                ),
                self.catalogue,
                Blend(),
            )
            for person in range(len(people))
        ]


def main() -> None:
    """Time and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=200, help="people timed one at a time")
    parser.add_argument("--graph", action="store_true", help="time a search graph as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop = make_shop(arguments.items, Path(folder))
        exact = ExactSearch(shop.catalogue.vectors)
        results = timed(shop, exact, "exact", arguments.runs)
        if arguments.graph:
            start = time.perf_counter()
            typical = np.stack([query.vector for query in shop.queries(USERS // 2, USERS // 2)])
            graph = GraphSearch.build(shop.catalogue.vectors, stretches(typical), shop.catalogue.layout.spare)
            built = time.perf_counter() - start
            results += timed(shop, graph, "graph", arguments.runs)
            results.append(agreement(shop, exact, graph, arguments.runs) | {"build seconds": round(built)})
        results.append(memory(shop))
    report(f"recommendations from {arguments.items:,} items", results)


def make_shop(items: int, folder: Path) -> Shop:
    """Generate the catalogue and the people, and write the network."""
    generated = features_shop(USERS, items, USERS * 12, CATEGORIES)
    probabilities = interests_of(generated)
    catalogue = make_catalogue(
        ids=[str(row) for row in range(items)],
        titles=[f"product {row // 2}" for row in range(items)],
        categories=generated.item_categories,
        features=generated.features,
        purchases=Purchases(generated.user_items, np.linspace(0, 1e8, len(generated.user_items.values))),
        predictions=probabilities,
    )
    network = folder / "interests.onnx"
    export_interests(InterestsModel(generated.features.shape[1], CATEGORIES, InterestsSettings()), network)
    return Shop(catalogue, generated.user_items, probabilities, network)


def interests_of(generated: FeaturesShop) -> Float32:
    """Each user's smoothed shares of the categories (U, D), as a calibrated network would come near to them."""
    base = np.bincount(generated.item_categories.values, minlength=CATEGORIES) / len(generated.item_categories)
    counts = np.zeros((len(generated.user_items), CATEGORIES))
    labels = generated.item_categories.take(generated.user_items.values)
    np.add.at(counts, (np.repeat(generated.user_items.segments, labels.lengths), labels.values), 1)
    sizes = generated.user_items.lengths[:, None]
    return ((counts + 5 * base) / (sizes + 5)).astype(np.float32)


def timed(shop: Shop, index: ItemSearch, name: str, runs: int) -> list[dict[str, Any]]:
    """Milliseconds of one recommendation, recommendations a second, and the processor time of one."""
    network = open_session(shop.network)
    shop.rank(index, network, 0, 8)
    alone = _seconds(time.perf_counter, lambda person: shop.rank(index, network, person, 1), range(runs))
    firsts = range(0, USERS - BATCH + 1, BATCH)
    together = _seconds(time.perf_counter, lambda first: shop.rank(index, network, first, BATCH), firsts)

    one_thread = open_session(shop.network, threads=1)
    faiss.omp_set_num_threads(1)
    processor = _seconds(time.thread_time, lambda person: shop.rank(index, one_thread, person, 1), range(runs))
    processor_together = _seconds(time.thread_time, lambda first: shop.rank(index, one_thread, first, BATCH), firsts)
    faiss.omp_set_num_threads(usable_cores())

    limit = 50.0 if len(shop.catalogue) > 100_000 else 5.0
    rate = BATCH / float(np.median(together))
    return [
        milliseconds(f"one recommendation, {name}", alone, limit),
        {
            "name": f"{BATCH} people at once, {name}",
            "figure": round(rate, 1),
            "reference": 500.0,
            "ratio": round(rate / 500, 2),
            "unit": "recommendations a second, median",
            "fastest twentieth": round(BATCH / float(np.percentile(together, 5)), 1),
        },
        milliseconds(f"processor time of one recommendation, one thread, {name}", processor, limit),
        # 500 a second on 2 cores are 4 ms of a core for each
        milliseconds(f"processor time of one of {BATCH}, one thread, {name}", processor_together / BATCH, 4.0),
    ]


def _seconds(clock: Callable[[], float], run: Callable[[int], object], starts: range) -> Float64:
    """How long each run takes by the given clock."""
    taken = []
    for start in starts:
        before = clock()
        run(start)
        taken.append(clock() - before)
    return np.array(taken)


def agreement(shop: Shop, exact: ItemSearch, graph: ItemSearch, people: int) -> dict[str, Any]:
    """Which share of the 20 items of the exact search the graph finds."""
    queries = shop.queries(0, people)
    pairs = zip(rank(exact, queries, Wish()), rank(graph, queries, Wish()), strict=True)
    found = float(np.mean([len(np.intersect1d(a.rows, b.rows)) / max(1, len(a.rows)) for a, b in pairs]))
    return {"name": "recall@20 of the graph", "figure": round(found, 4), "reference": 1.0, "ratio": round(found, 4)}


def memory(shop: Shop) -> dict[str, Any]:
    """What the vectors take, and the most that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # kilobytes on Linux
    vectors = shop.catalogue.vectors.nbytes / 2**30
    return {
        "name": "peak memory, generating included",
        "figure": round(peak, 2),
        "reference": round(vectors, 2),
        "ratio": round(peak / vectors, 1),
        "unit": "GiB; reference: the vectors that are searched",
    }


if __name__ == "__main__":
    main()
