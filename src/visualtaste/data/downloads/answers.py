"""What may come of one request."""

from __future__ import annotations

from dataclasses import dataclass

from visualtaste.data.downloads.statuses import Status


@dataclass(frozen=True, slots=True)
class Fetched:
    """The whole body of a good answer, decompressed; whether it is a picture is still to be seen."""

    content: bytes
    http_status: int


@dataclass(frozen=True, slots=True)
class Redirected:
    """What is to be asked instead."""

    address: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no body."""

    status: Status
    message: str
    http_status: int | None = None
    passing: bool = False  # trouble that another try may not meet
    wait: float | None = None  # seconds that the server asks us to stay away

    @property
    def silent(self) -> bool:
        """Whether the host did not answer at all."""
        return self.http_status is None and self.status in ("timeout", "unreachable")


Answer = Fetched | Redirected | Failed
