import json

import pytest
import torch
import transformers
from safetensors.torch import load_file
from torch import nn

from visualtaste.config import EncoderSettings
from visualtaste.errors import ConfigError, TrainingError
from visualtaste.models.encoder import make_encoder

SCRATCH = EncoderSettings(scratch={"depth_multiplier": 0.25}, image_size=64)


def _pixels(count=2, side=64):
    return torch.randint(0, 256, (count, side, side, 3), dtype=torch.uint8)


@pytest.fixture
def mobilenet():
    return make_encoder(SCRATCH)


def test_features_are_one_row_a_photo(mobilenet):
    assert mobilenet.eval()(_pixels(3)).shape == (3, 256)
    assert mobilenet.feature_size() == 256


def test_frozen_layers_are_the_first_convolution_and_three_separable_blocks(mobilenet):
    """Keras's first 22 layers end with the third block's pointwise convolution and its batch norm."""
    mobilenet.freeze(14)
    frozen = [name for name, parameter in mobilenet.named_parameters() if not parameter.requires_grad]
    assert {name.split(".")[1] for name in frozen} == {"conv_stem", "layer"}
    assert {int(name.split(".")[2]) for name in frozen if ".layer." in name} == set(range(6))
    mobilenet.freeze(0)
    assert all(parameter.requires_grad for parameter in mobilenet.parameters())


def test_frozen_batch_norm_keeps_its_statistics_while_training(mobilenet):
    mobilenet.freeze(14)
    norms = [module for module in mobilenet.modules() if isinstance(module, nn.BatchNorm2d)]
    before = [norm.running_mean.clone() for norm in norms]
    mobilenet.train()(_pixels(4))
    moved = [not torch.equal(norm.running_mean, old) for norm, old in zip(norms, before, strict=True)]
    assert moved == [False] * 7 + [True] * (len(norms) - 7)


def test_batch_norm_remembers_more_than_the_last_batch(mobilenet):
    momenta = {module.momentum for module in mobilenet.modules() if isinstance(module, nn.BatchNorm2d)}
    assert momenta == {SCRATCH.batch_norm_momentum}


def _tiny_resnet():
    config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    return transformers.ResNetModel(config), 16


def _tiny_vit():
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=64, patch_size=16
    )
    return transformers.ViTModel(config, add_pooling_layer=False), 16


def _tiny_convnext():
    return transformers.ConvNextModel(transformers.ConvNextConfig(hidden_sizes=[8, 8, 8, 24], depths=[1, 1, 1, 1])), 24


@pytest.mark.parametrize("make", [_tiny_resnet, _tiny_vit, _tiny_convnext])
def test_other_backbones_work_by_their_folder(tmp_path, make):
    backbone, size = make()
    backbone.save_pretrained(tmp_path)
    encoder = make_encoder(EncoderSettings(name=str(tmp_path), image_size=64))
    assert encoder.eval()(_pixels()).shape == (2, size)


def test_the_normalisation_of_the_weights_is_used(tmp_path):
    _tiny_resnet()[0].save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text(
        '{"image_processor_type": "ConvNextImageProcessor", "image_mean": [0.4, 0.5, 0.6], '
        '"image_std": [0.1, 0.2, 0.3]}'
    )
    encoder = make_encoder(EncoderSettings(name=str(tmp_path), image_size=64))
    assert encoder.spec.mean == (0.4, 0.5, 0.6)
    assert encoder.spec.std == (0.1, 0.2, 0.3)


def test_an_image_size_that_the_backbone_refuses_is_a_setting_error(tmp_path):
    _tiny_vit()[0].save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="image_size = 96"):
        make_encoder(EncoderSettings(name=str(tmp_path), image_size=96)).feature_size()


def test_weights_that_cannot_be_had_name_the_remedy(tmp_path):
    with pytest.raises(TrainingError, match="--encoder"):
        make_encoder(EncoderSettings(name=str(tmp_path / "nothing")))


def test_pickled_weights_in_a_folder_are_refused(tmp_path):
    transformers.AutoModel.from_config(transformers.MobileNetV1Config(depth_multiplier=0.25)).save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors").unlink()
    torch.save(weights, tmp_path / "pytorch_model.bin")
    with pytest.raises(TrainingError, match=r"no file named model\.safetensors"):
        make_encoder(EncoderSettings(name=str(tmp_path), image_size=32))


def test_code_that_a_folder_brings_is_never_run(tmp_path):
    """Not after a question at the terminal either, which is what transformers would do by itself."""
    proof = tmp_path / "it ran"
    (tmp_path / "evil.py").write_text(f"open({str(proof)!r}, 'w')\n")
    names = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "evil", "auto_map": names}))
    with pytest.raises(TrainingError, match="cannot load the encoder"):
        make_encoder(EncoderSettings(name=str(tmp_path), image_size=32))
    assert not proof.exists()
