"""Where the work on photos is done: both jobs that read every photo, in this process or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from visualtaste.config import EncoderSettings
from visualtaste.data.locations import Location
from visualtaste.features.encoder import OnnxEncoder
from visualtaste.features.encoding import FeatureBatch, encode_here
from visualtaste.progress import Reporter
from visualtaste.training.finetune import FinetunedEncoder, PhotoData, finetune
from visualtaste.types import Int64


class Backend(Protocol):
    """Fine-tunes an encoder and computes features; see `finetune` and `features.encoding.Encode`."""

    def finetune(
        self,
        data: PhotoData,
        settings: EncoderSettings,
        seed: int,
        workspace: Path,
        identity: Mapping[str, str],
        reporter: Reporter,
    ) -> FinetunedEncoder: ...

    def encode(
        self, photos: Sequence[Location | None], rows: Int64, encoder: OnnxEncoder
    ) -> Iterator[FeatureBatch]: ...


class _Here:
    finetune = staticmethod(finetune)
    encode = staticmethod(encode_here)


HERE: Backend = _Here()
