"""What is written in a manifest about a model's further forms: how each was made, and what its checks measured."""

from __future__ import annotations

from pydantic import Field

from visualtaste.artifact.record import DataReference, Digest, InsidePath, Record, Share

ENCODER_INT8 = "encoder.int8.onnx"
ENCODER_PTE = "encoder.pte"
INTERESTS_PTE = "interests.pte"


class Int8Export(Record):
    """The encoder in 8-bit integers, for ONNX Runtime on a CPU."""

    file: InsidePath = ENCODER_INT8
    encoder: Digest = Field(description="of encoder.onnx, which it stands in for")
    data: DataReference
    calibration_photos: int = Field(ge=1, description="of training users")
    compared_photos: int = Field(ge=1, description="other ones, on which features were compared with PyTorch's")
    cosine_mean: float
    cosine_most: float = Field(description="which 99 of 100 photos reach")
    cosine_worst: float
    validation_users: int = Field(ge=1)
    f1_at_15_float32: Share
    f1_at_15: Share


class ExecutorchExport(Record):
    """Both networks as ExecuTorch programs, for phones."""

    encoder_file: InsidePath = ENCODER_PTE
    interests_file: InsidePath = INTERESTS_PTE
    encoder: Digest = Field(description="of encoder.onnx, which computes the same")
    interests: Digest = Field(description="of interests.onnx, which computes the same")
    pixels: str = Field(description="what the encoder's program reads")
    max_photos: int = Field(ge=1, description="of one user that the interests' program reads at once")
    compared_photos: int = Field(ge=1)
    cosine_worst: float
    probability_gap: float = Field(ge=0, description="largest difference to PyTorch's probabilities")


class Exports(Record):
    """Which further forms there are."""

    int8: Int8Export | None = None
    executorch: ExecutorchExport | None = None

    @property
    def files(self) -> frozenset[str]:
        """All files that belong to an export."""
        files = {self.int8.file} if self.int8 else set()
        if self.executorch:
            files |= {self.executorch.encoder_file, self.executorch.interests_file}
        return frozenset(files)
