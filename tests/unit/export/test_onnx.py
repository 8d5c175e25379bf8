import logging
from pathlib import Path

import onnx
import pytest
import torch
from torch import nn

from visualtaste.errors import TrainingError
from visualtaste.export.onnx import to_onnx
from visualtaste.models.head import Head

EXAMPLE = {"features": torch.randn(3, 4, generator=torch.Generator().manual_seed(0))}
PHOTOS = {"features": {0: "photos"}}


def test_one_file_with_the_given_names_and_dynamic_sizes(tmp_path):
    to_onnx(Head(4, 5, 2, 0.5), EXAMPLE, ("logits",), tmp_path / "head.onnx", PHOTOS)
    graph = onnx.load(tmp_path / "head.onnx").graph
    assert [value.name for value in (*graph.input, *graph.output)] == ["features", "logits"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "photos"
    assert [path.name for path in tmp_path.iterdir()] == ["head.onnx"]


def test_dropout_is_off_in_the_file_and_the_module_keeps_training(tmp_path):
    head = Head(4, 5, 2, 0.5).train()
    to_onnx(head, EXAMPLE, ("logits",), tmp_path / "head.onnx", PHOTOS)  # would not equal torch with dropout
    assert head.training


def test_nothing_of_the_machine_is_in_the_file_and_it_is_the_same_each_time(tmp_path):
    head = Head(4, 5, 2, 0.5)
    for name in ("one.onnx", "other.onnx"):
        to_onnx(head, EXAMPLE, ("logits",), tmp_path / name, PHOTOS)
    content = (tmp_path / "one.onnx").read_bytes()
    assert content == (tmp_path / "other.onnx").read_bytes()
    assert str(Path(torch.__file__).parent).encode() not in content


def test_exporting_is_silent(tmp_path, capfd, caplog):
    with caplog.at_level(logging.INFO):
        to_onnx(Head(4, 5, 2, 0.5), EXAMPLE, ("logits",), tmp_path / "head.onnx", PHOTOS)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


class Forgetful(nn.Module):
    """Takes the number of photos for a constant, which is what tracing can do to a network."""

    def forward(self, features):
        return features / 3


class Real(nn.Module):
    def forward(self, features):
        return features / features.shape[0]


def test_a_file_that_computes_something_else_is_not_left_behind(tmp_path, monkeypatch):
    module = Real()
    export = torch.onnx.export
    monkeypatch.setattr(torch.onnx, "export", lambda _, *args, **options: export(Forgetful().eval(), *args, **options))
    path = tmp_path / "mean.onnx"
    to_onnx(module, EXAMPLE, ("mean",), path, PHOTOS)  # three photos: no difference to see
    path.unlink()
    with pytest.raises(TrainingError, match=r"mean\.onnx: mean differs between ONNX and torch by 1\.33e-01"):
        to_onnx(module, EXAMPLE, ("mean",), path, PHOTOS, checks=[(torch.ones(5, 4),)])
    assert list(tmp_path.iterdir()) == []


def test_not_a_number_fails_the_check(tmp_path):
    head = Head(4, 5, 2, 0.5)
    with torch.no_grad():
        head[3].bias.fill_(torch.nan)
    with pytest.raises(TrainingError, match="nan"):
        to_onnx(head, EXAMPLE, ("logits",), tmp_path / "head.onnx", PHOTOS)
    assert list(tmp_path.iterdir()) == []
