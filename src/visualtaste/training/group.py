"""The processes that train one network together, data-parallel: each takes its part of every batch.

Alone, a process is a group of one, which communicates with nobody and changes nothing. In a group, batches, order,
learning rates and schedule are those of one process, and so is each step's gradient, up to rounding. Three things
differ: dropout and augmentation draw from a stream of each worker, batch norm normalises by each worker's part of
the batch, and its running statistics are averaged over the workers once an epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parallel import DistributedDataParallel

from visualtaste.errors import TrainingError
from visualtaste.types import Int64


@dataclass(frozen=True)
class Group:
    """One process of `size`, the one numbered `rank`; torch's process group connects them when they are several."""

    rank: int = 0
    size: int = 1

    @classmethod
    def joined(cls) -> Group:
        """The group that this process's torch.distributed belongs to."""
        return cls(dist.get_rank(), dist.get_world_size())

    def part(self, order: Int64, batch_size: int) -> tuple[Int64, int]:
        """This process's part of every batch of `order` (whole batches), end to end, and the length of one part.

        Raises TrainingError when a batch leaves a worker less than two photos, of which batch norm has no statistics.
        """
        if self.size > 1 and batch_size < 2 * self.size:
            raise TrainingError(
                f"a batch of {batch_size} photos leaves {self.size} workers less than two each: "
                "raise encoder.batch_size or take fewer workers"
            )
        start, stop = (batch_size * rank // self.size for rank in (self.rank, self.rank + 1))
        return order.reshape(-1, batch_size)[:, start:stop].ravel(), stop - start

    def share(self, rows: Int64) -> Int64:
        """This process's share of rows that no batch binds together."""
        return rows[self.rank :: self.size]

    def stream(self, name: str) -> str:
        """The name of this process's stream of random numbers; the first one's is that of a process alone."""
        return name if self.rank == 0 else f"{name}/worker-{self.rank}"

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network with gradients that are averaged over the group."""
        # broadcast_buffers would spread the first worker's running statistics; all workers' are averaged instead
        return network if self.size == 1 else DistributedDataParallel(network, broadcast_buffers=False)

    def gather(self, count: int, device: torch.device) -> list[int]:
        """The `count` of every process, in the order of their ranks."""
        if self.size == 1:
            return [count]
        counts = torch.zeros(self.size, dtype=torch.int64, device=device)
        counts[self.rank] = count
        dist.all_reduce(counts)
        return [int(each) for each in counts]

    def total(self, value: float, device: torch.device) -> float:
        """The sum of `value` over the group."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64, device=device)
        dist.all_reduce(summed)
        return float(summed)

    def union(self, rows: set[int]) -> set[int]:
        """The rows of all processes."""
        if self.size == 1:
            return rows
        gathered: list[list[int]] = [[] for _ in range(self.size)]
        dist.all_gather_object(gathered, sorted(rows))
        return set().union(*gathered)

    def average_statistics(self, network: nn.Module) -> None:
        """Give every process the mean of the running statistics of every batch norm that is being trained."""
        if self.size == 1:
            return
        for module in network.modules():
            if isinstance(module, _BatchNorm) and module.training:
                for statistic in (module.running_mean, module.running_var):
                    if statistic is not None:
                        dist.all_reduce(statistic)
                        statistic /= self.size


ALONE = Group()
