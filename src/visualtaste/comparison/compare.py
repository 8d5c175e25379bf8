"""The whole comparison: folds, tuning, cells, studies, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from visualtaste.baselines.entry import Entry
from visualtaste.comparison.choice import Tuner
from visualtaste.comparison.collect import collect_protocol
from visualtaste.comparison.entries import choose, entries
from visualtaste.comparison.fold import Fold, load_fold, prepare_fold
from visualtaste.comparison.plan import plan_augmentation, plan_cells, plan_weights
from visualtaste.comparison.pool import Jobs
from visualtaste.comparison.results import ComparisonResult
from visualtaste.comparison.settings import ComparisonSettings
from visualtaste.comparison.studies import study_augmentation, study_weights
from visualtaste.config import Protocol, SplitSettings, TasteConfig
from visualtaste.data.dataset import Dataset
from visualtaste.errors import ConfigError
from visualtaste.evaluation.provenance import describe_data, versions
from visualtaste.evaluation.results import Provenance
from visualtaste.features.session import usable_cores
from visualtaste.progress import Reporter, Silent


def compare(
    dataset: Dataset,
    folder: Path,
    config: TasteConfig | None = None,
    settings: ComparisonSettings | None = None,
    workers: int | None = None,
    command: str = "",
    reporter: Reporter | None = None,
) -> ComparisonResult:
    """Train and ask every method on the same users, the same shown items and the same targets.

    `folder` keeps a prepared fold each in `fold0/` ... and every finished training in `cells/`; killed and called
    again, with the same settings or others, what is there is not computed again. Hyper-parameters are tuned on the
    first fold's validation users. `workers` processes compute one training each (default: as many as there are
    cores); the results do not depend on their number.

    Raises ConfigError on methods or folds that do not exist, DataError when a fold leaves nobody to train or ask,
    TrainingError when a training cannot be done.
    """
    config, settings, reporter = config or TasteConfig(), settings or ComparisonSettings(), reporter or Silent()
    chosen_entries = choose(entries(config.interests), settings.methods)
    _refuse_known_answers(chosen_entries, settings.protocols)
    numbers = _fold_numbers(settings.folds, config.split)
    folders = [prepare_fold(dataset, config, number, folder / f"fold{number}", reporter) for number in numbers]
    jobs = Jobs(folder / "cells", folders, workers or usable_cores(), reporter)

    tuner = Tuner(numbers[0], settings.trials, config.seed, jobs)
    chosen = tuner.choose_known(tuner.choose(chosen_entries, settings.protocols))
    cells = plan_cells(chosen, numbers, settings.seeds)
    by_weight = {weight: plan_weights(chosen, numbers, weight) for weight in settings.weights}
    without, augmented = (
        plan_augmentation(chosen, numbers, subsets) if settings.augmentation else [] for subsets in (False, True)
    )
    studied = [cell for planned in (*by_weight.values(), without, augmented) for cell in planned]
    # seed by seed, so that an unfinished comparison can already be had with fewer seeds; then fold by fold, so that
    # a process seldom has to load another one
    wanted = [cell.job for cell in cells] + [cell.job for cell in studied]
    wanted.sort(key=lambda job: (job.seed, job.fold))
    results = jobs.run("Comparing", wanted)

    folds = [load_fold(one, reporter) for one in folders]
    provenance = _provenance(dataset, config, settings, folds[0], command)
    return ComparisonResult(
        dataset=dataset.name,
        protocols={
            protocol: collect_protocol(protocol, chosen, cells, results, folds, provenance, config.seed)
            for protocol in settings.protocols
        },
        weights=study_weights(by_weight, results, config.seed),
        augmentation=study_augmentation(without, augmented, results, config.seed),
        folds=len(folds),
        seeds=settings.seeds,
        trials=settings.trials,
        provenance=provenance,
    )


def _refuse_known_answers(methods: Sequence[Entry], protocols: Sequence[Protocol]) -> None:
    """Raise ConfigError when a protocol would compare nobody: whoever is given its answer takes no part."""
    if "observed" in protocols and all(entry.given_the_answer for entry in methods):
        names = ", ".join(entry.name for entry in methods)
        raise ConfigError(f"the observed protocol gives {names} the answer: add popularity, or leave the protocol out")


def _fold_numbers(wanted: Sequence[int] | None, split: SplitSettings) -> list[int]:
    """The folds to compute, in order; raises ConfigError on one that the split does not make."""
    existing = range(int(1 / split.test + 1e-9))
    for number in wanted or ():
        if number not in existing:
            raise ConfigError(f"fold {number} does not exist: test = {split.test} makes folds 0 to {existing[-1]}")
    return sorted(set(existing if wanted is None else wanted))


def _provenance(
    dataset: Dataset, config: TasteConfig, settings: ComparisonSettings, fold: Fold, command: str
) -> Provenance:
    return Provenance(
        command=command,
        data=describe_data(dataset),
        split=config.split.model_dump(exclude={"fold"}),
        settings={
            "comparison": settings.model_dump(mode="json"),
            **config.model_dump(mode="json", exclude={"split": True, "interests": {"pooling", "protocol"}}),
        },
        versions=versions("torch", "onnxruntime", "implicit", "myfm", "optuna", "polars"),
        dropped_categories=fold.manifest.dropped_categories,
    )
