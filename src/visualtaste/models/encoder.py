"""The image encoder: any vision backbone of transformers, from pixels to one feature vector a photo."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn
from transformers.image_processing_base import ImageProcessingMixin

from visualtaste.config import EncoderSettings
from visualtaste.errors import ConfigError, TrainingError
from visualtaste.features.preprocessing import PreprocessingSpec


class Encoder(nn.Module):
    """Pixels (B, S, S, 3) uint8 RGB to pooled features (B, K).

    Scaling and normalisation are part of the network, so that a server, a browser and a phone that feed it the
    same pixels get the same features.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, backbone: nn.Module, spec: PreprocessingSpec) -> None:
        super().__init__()
        self.backbone = backbone
        self.spec = spec
        self.register_buffer("mean", torch.tensor(spec.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.std).view(1, 3, 1, 1), persistent=False)
        self._frozen: list[nn.Module] = []

    def forward(self, pixels: Tensor) -> Tensor:
        # (B, S, S, 3) seen as (B, 3, S, S) is already what torch calls channels-last, its fastest convolution layout
        images = pixels.permute(0, 3, 1, 2).float() / 255
        return pooled(self.backbone(pixel_values=(images - self.mean) / self.std))

    @torch.no_grad()
    def feature_size(self) -> int:
        """K, found by encoding one blank photo; raises ConfigError when the backbone refuses the image size."""
        blank = torch.zeros(1, self.spec.size, self.spec.size, 3, dtype=torch.uint8, device=self.mean.device)
        training = self.training
        try:
            return int(self.eval()(blank).shape[1])
        except (ValueError, RuntimeError) as error:
            raise ConfigError(f"image_size = {self.spec.size} does not suit this encoder: {error}") from None
        finally:
            self.train(training)

    def freeze(self, layers: int) -> None:
        """Freeze the first `layers` layers that have parameters, all others are trained.

        Of MobileNet v1, 14 are the first convolution and three separable blocks, each convolution with its batch
        norm: the first 22 layers as Keras counts them (with input, activations and padding).
        """
        parametrised = [
            module for module in self.backbone.modules() if next(module.parameters(recurse=False), None) is not None
        ]
        self._frozen = parametrised[:layers]
        self.backbone.requires_grad_(True)
        for module in self._frozen:
            for parameter in module.parameters(recurse=False):
                parameter.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> Encoder:
        """Training mode, in which frozen batch norms keep their statistics too."""
        super().train(mode)
        for module in self._frozen:
            module.eval()
        return self


def pooled(output: Any) -> Tensor:
    """One vector a photo (B, K) from whatever a backbone of transformers puts out."""
    if getattr(output, "pooler_output", None) is not None:
        vectors: Tensor = output.pooler_output.flatten(1)  # (B, K) or (B, K, 1, 1)
        return vectors
    hidden: Tensor = output.last_hidden_state
    # tokens (B, L, K) of transformers, or maps (B, K, H, W) of convolutional networks
    return hidden.mean(1) if hidden.ndim == 3 else hidden.mean((2, 3))


def make_encoder(settings: EncoderSettings) -> Encoder:
    """The encoder that stage 1 starts from: pretrained weights by hub name or folder, or random ones.

    Raises TrainingError when the weights cannot be had.
    """
    if settings.scratch is not None:
        config = transformers.MobileNetV1Config(
            depth_multiplier=settings.scratch.depth_multiplier, image_size=settings.image_size
        )
        with quiet_transformers():
            backbone = transformers.AutoModel.from_config(config)
        spec = PreprocessingSpec(size=settings.image_size)
    else:
        with quiet_transformers():
            backbone = _pretrained(settings.name)
        spec = PreprocessingSpec(size=settings.image_size, **_normalisation(settings.name))
    for module in backbone.modules():
        if isinstance(module, nn.BatchNorm2d):
            # transformers writes TensorFlow's decay 0.9997 where torch expects its complement: as it stands, the
            # running statistics would be those of the last batch alone
            module.momentum = settings.batch_norm_momentum
    return Encoder(backbone, spec)


def load_encoder(folder: Path, spec: PreprocessingSpec) -> Encoder:
    """The trained encoder of a model folder, for prediction, from its subfolder `encoder/`."""
    with quiet_transformers():
        return Encoder(_pretrained(str(folder / "encoder")), spec).eval()


def _pretrained(name: str) -> nn.Module:
    # A folder's weights must not be pickled. What a hub has only pickled is read by torch's reader of plain tensors.
    plain = True if Path(name).is_dir() else None
    try:
        # False, not unset: transformers would ask at the terminal whether the code that a configuration names may run
        backbone: nn.Module = transformers.AutoModel.from_pretrained(
            name, trust_remote_code=False, use_safetensors=plain
        )
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise TrainingError(
            f"cannot load the encoder {name!r}: {reason} Without the hub, give a folder in the same layout (--encoder)"
        ) from None
    return backbone.float()


def _normalisation(name: str) -> dict[str, tuple[float, ...]]:
    """Mean and standard deviation that the pretrained weights expect; [-1, 1] scaling when they do not say."""
    try:
        processor, _ = ImageProcessingMixin.get_image_processor_dict(name)
    except OSError:
        return {}
    fields = {"mean": "image_mean", "std": "image_std"}
    return {ours: tuple(processor[theirs]) for ours, theirs in fields.items() if processor.get(theirs)}


@contextlib.contextmanager
def quiet_transformers() -> Iterator[None]:
    """Without transformers' own bars, and its report that a classifier's head is not loaded, as is meant here.

    Nor the reports of torchao, which transformers imports where it is installed (with ExecuTorch): that its kernels
    for GPUs do not load.
    """
    talkative = [logging.getLogger(name) for name in ("torchao", "torch.utils._pytree")]
    levels = [logger.level for logger in talkative]
    for logger in talkative:
        logger.setLevel(logging.ERROR)
    log = transformers.utils.logging
    verbosity, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(verbosity)
        if bars:
            log.enable_progress_bar()
        for logger, level in zip(talkative, levels, strict=True):
            logger.setLevel(level)
