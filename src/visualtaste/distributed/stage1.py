"""Stage 1 on a cluster, by Ray Train: the training of everywhere, run by a group of workers.

The first worker saves after every epoch to the workspace, which all machines must see. When a worker dies, Ray
starts the group again, and it goes on from the last epoch, as a training that was killed does anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer

from visualtaste.config import EncoderSettings
from visualtaste.data.locations import absolute
from visualtaste.distributed.nodes import Node, check_folder
from visualtaste.distributed.relay import Posting, relayed
from visualtaste.errors import ClusterError, VisualTasteError
from visualtaste.progress import Reporter, Silent
from visualtaste.training.finetune import FinetunedEncoder, PhotoData, finetune
from visualtaste.training.group import Group

_FAILURES = 10  # deaths of workers that a training outlives


@dataclass(frozen=True)
class Job:
    """What every worker is given."""

    data: PhotoData
    settings: EncoderSettings
    seed: int
    workspace: Path
    identity: Mapping[str, str]
    mailbox: Any


def finetune_on(
    working: list[Node],
    workers: int | None,
    data: PhotoData,
    settings: EncoderSettings,
    seed: int,
    workspace: Path,
    identity: Mapping[str, str],
    reporter: Reporter,
) -> FinetunedEncoder:
    """`finetune` by `workers` processes: by default one a GPU, without GPUs one a machine.

    Raises what `finetune` raises, and ClusterError when machines do not see the workspace or workers die too often.
    """
    workspace = workspace.absolute()
    check_folder(working, str(workspace))
    scaling = _scaling(working, workers, settings, reporter)
    with relayed(reporter) as mailbox:
        job = Job(_reachable(data), _findable(settings), seed, workspace, dict(identity), mailbox)
        trainer = TorchTrainer(
            _work,
            train_loop_config={"job": ray.put(job)},
            scaling_config=scaling,
            run_config=RunConfig(
                name="ray", storage_path=str(workspace), failure_config=FailureConfig(max_failures=_FAILURES)
            ),
        )
        try:
            trainer.fit()
        except ray.train.TrainingFailedError as error:
            lines = str(error).strip().splitlines()
            raise ClusterError(f"stage 1 gave up after {_FAILURES} deaths of workers: {lines[-1]}") from error
        failure = ray.get(mailbox.error.remote())
    if failure is not None:
        raise failure
    # all epochs are in the checkpoint: this reads them, and trains nothing
    return finetune(data, settings, seed, workspace, identity, Silent())


def _work(config: dict[str, Any]) -> None:
    """One worker's part, called by Ray Train in each of them once their process group stands."""
    job: Job = ray.get(config["job"])
    if ray.get(job.mailbox.error.remote()) is not None:
        return  # a wrong setting or a lost photo folder is not mended by trying again
    group = Group.joined()
    reporter = Posting(job.mailbox) if group.rank == 0 else Silent()
    try:
        finetune(job.data, job.settings, job.seed, job.workspace, job.identity, reporter, group)
    except VisualTasteError as error:
        ray.get(job.mailbox.fail.remote(error))
        raise  # the others are waiting for this worker's gradients


def _scaling(working: list[Node], workers: int | None, settings: EncoderSettings, reporter: Reporter) -> ScalingConfig:
    """How many workers there are, and what each is given."""
    gpus = 0 if settings.device == "cpu" else sum(node.gpus for node in working)
    if gpus:
        workers = workers or gpus
        reporter.say(f"stage 1 on {_counted(workers, 'worker')} with a GPU each")
        return ScalingConfig(num_workers=workers, use_gpu=True)
    workers = workers or len(working)
    on_one_machine = -(-workers // len(working))
    cpus = max(1, min(node.cpus for node in working) // on_one_machine)
    reporter.say(f"stage 1 on {_counted(workers, 'worker')} with {_counted(cpus, 'processor')} each")
    return ScalingConfig(num_workers=workers, resources_per_worker={"CPU": cpus}, placement_strategy="SPREAD")


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _reachable(data: PhotoData) -> PhotoData:
    """The same photos by names that mean the same in a worker's working directory."""
    return replace(data, paths=[None if path is None else absolute(path) for path in data.paths])


def _findable(settings: EncoderSettings) -> EncoderSettings:
    folder = os.path.abspath(settings.name)
    return settings.model_copy(update={"name": folder}) if os.path.isdir(folder) else settings
