"""The commands of the README, one after the other, on a small generated shop."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import visualtaste
from visualtaste.cli.app import app
from visualtaste.config import TasteConfig
from visualtaste.errors import TrainingError
from visualtaste.training.fit import fit_interests_on

SMALL = {
    "encoder": {"image_size": 32, "hidden": 16, "frozen_epochs": 0, "epochs": 1},
    "interests": {"hidden": 16, "epochs": 3},
}
OPTIONS = ["--preset", "shop", *(f"-s{stage}.{key}={value}" for stage in SMALL for key, value in SMALL[stage].items())]

pytestmark = pytest.mark.slow


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A shop, an encoder, two models on it."""
    folder = tmp_path_factory.mktemp("way")
    run("shop", "-o", folder / "shop", "--users", 80, "--items", 200, "--categories", 40, "--size", 48)
    run("fit-encoder", folder / "shop", "-o", folder / "encoder", *OPTIONS)
    run("extract", folder / "encoder", folder / "shop")
    for pooling in ("average", "attention2_gating"):
        run(
            *("fit-interests", folder / "shop", "--encoder", folder / "encoder", "-o", folder / pooling),
            *("--pooling", pooling, "-sinterests.hidden=16", "-sinterests.epochs=3"),
        )
    return folder


@pytest.mark.parametrize("protocol", ["observed", "held-out", "new-interests"])
def test_models_are_compared_on_the_users_they_never_saw(folder, protocol):
    models = [folder / "average", folder / "attention2_gating"]
    result = run("evaluate", *models, folder / "shop", "--protocol", protocol, "-o", folder / protocol)
    assert "Popularity" in result.output
    metrics = json.loads((folder / protocol / "metrics.json").read_text())
    assert [method["name"].split("-")[0] for method in metrics["methods"]] == [
        "popularity",
        "item_classifier",
        "average",
        "attention2_gating",
    ]
    assert (folder / protocol / "report.html").read_text().startswith("<!doctype html>")


def test_evaluating_twice_gives_the_same_numbers(folder):
    outputs = [run("evaluate", folder / "average", folder / "shop", "--json").stdout for _ in range(2)]
    first, second = (json.loads(output)["methods"] for output in outputs)
    assert first == second


def test_interests_of_photos(folder):
    photos = sorted((folder / "shop" / "images").iterdir())[:3]
    found = json.loads(run("interests", folder / "average", *photos, "--json").stdout)
    model = visualtaste.load(folder / "average")
    expected = model.interests(photos).top(1)[0]
    assert found["interests"][0]["category"] == expected.category
    assert "average" in run("describe", folder / "average").output.lower()


def test_the_model_answers_as_torch_does(folder):
    """ONNX Runtime on the written folder against the network that the weights make in torch."""
    import torch
    from safetensors.torch import load_file

    from visualtaste.models.interests import InterestsModel

    model = visualtaste.load(folder / "attention2_gating")
    network = InterestsModel(model.manifest.feature_size, len(model.categories), model.manifest.config.interests)
    network.load_state_dict(load_file(folder / "attention2_gating" / "interests.safetensors"))
    features = model.encode(sorted((folder / "shop" / "images").iterdir())[:7])
    offsets = np.array([0, 3, 7])
    with torch.no_grad():
        probabilities, attention = network.eval().predict(torch.from_numpy(features), torch.from_numpy(offsets))
    prediction = model.predict(visualtaste.types.Ragged(features, offsets))
    np.testing.assert_allclose(prediction.probabilities, probabilities.numpy(), atol=1e-5)
    np.testing.assert_allclose(prediction.attention, attention.numpy(), atol=1e-5)


def test_the_encoder_opens_with_transformers(folder):
    import torch
    import transformers

    from visualtaste.features.preprocessing import load_pixels

    model = visualtaste.load(folder / "average")
    photo = next((folder / "shop" / "images").iterdir())
    backbone = transformers.AutoModel.from_pretrained(model.folder / "encoder").eval()
    pixels = torch.tensor(load_pixels(photo, model.manifest.preprocessing)).permute(2, 0, 1)[None]
    with torch.no_grad():
        features = backbone(pixel_values=pixels / 127.5 - 1).pooler_output.flatten(1)
    np.testing.assert_allclose(model.encode([photo]), features.numpy(), atol=1e-4)


def test_from_python(folder, tmp_path):
    config = TasteConfig.preset("shop").updated(SMALL)
    model = visualtaste.fit(folder / "shop", config, tmp_path / "model")
    assert model.categories == visualtaste.load(tmp_path / "model").categories
    assert "observed" in model.describe()


def test_an_encoder_of_another_split_is_refused(folder, tmp_path):
    """Its test users may have been trained on."""
    options = ["--encoder", folder / "encoder", "-ssplit.fold=1", "-o", tmp_path / "m"]
    result = CliRunner().invoke(app, [str(part) for part in ("fit-interests", folder / "shop", *options)])
    assert result.exit_code == 2
    assert not (tmp_path / "m").exists()
    other = TasteConfig.preset("shop").updated({**SMALL, "split": {"fold": 1}})
    with pytest.raises(TrainingError, match="split"):
        fit_interests_on(visualtaste.Dataset.read(folder / "shop"), folder / "encoder", other, tmp_path / "m")
