"""What a download may ask, how often, how long and how much."""

from __future__ import annotations

from pydantic import Field

from visualtaste.data.images import MAX_PIXELS
from visualtaste.settings import Settings


class DownloadSettings(Settings):
    """Settings of `download_images`."""

    concurrency: int = Field(96, ge=1, le=1000, description="requests under way at once, to all hosts together")
    per_host: int = Field(48, ge=1, description="requests under way at once to one host")
    tries: int = Field(4, ge=1, description="how often an address is asked before its trouble counts as lasting")
    timeout: float = Field(30.0, gt=0, description="seconds that one try may take in all, redirects included")
    connect_timeout: float = Field(10.0, gt=0, description="seconds to wait for a connection")
    read_timeout: float = Field(10.0, gt=0, description="seconds to wait for the next part of an answer")
    max_bytes: int = Field(20_000_000, ge=1, description="larger files are not read to their end")
    max_pixels: int = Field(MAX_PIXELS, ge=1, description="larger images are not decoded")
    max_redirects: int = Field(5, ge=0, description="redirects followed for one address")
    backoff: float = Field(1.0, gt=0, description="seconds before the second try; doubled for each further one")
    max_backoff: float = Field(60.0, gt=0, description="longest wait, unless the server asks for more")
    max_retry_after: float = Field(300.0, ge=0, description="longest wait granted to a server that asks for one")
    host_failures: int = Field(
        100, ge=1, description="a host that has not answered so many requests in a row is given up"
    )
    placeholder_addresses: int = Field(
        10, ge=0, description="one picture behind so many addresses stands for dead links; 0 never judges so"
    )
    allow_private: bool = Field(False, description="also ask addresses inside private networks and this machine")
    user_agent: str = Field("visualtaste (product photos for a recommender)", min_length=1)
    seed: int = Field(0, ge=0, description="of the random part of the waits")
