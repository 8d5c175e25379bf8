"""The public names, and what importing and predicting must not import."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import visualtaste


def run(code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


LOADED = "; import sys; print(sorted({name.split('.')[0] for name in sys.modules} & set(sys.argv[1].split())))"
HEAVY = "torch transformers polars onnxruntime onnx matplotlib jinja2 pydantic numpy PIL rich typer"
TRAINING = "torch transformers polars matplotlib jinja2 safetensors onnx rich typer"


def test_the_public_names_are_these() -> None:
    assert visualtaste.__all__ == [
        "ArtifactError",
        "ClusterError",
        "ConfigError",
        "DataError",
        "Dataset",
        "EmptySetError",
        "ImageError",
        "MissingExtraError",
        "Profile",
        "ProfileError",
        "Recommender",
        "TasteModel",
        "TrainingError",
        "VisualTasteError",
        "__version__",
        "fit",
        "load",
    ]
    assert set(visualtaste.__all__) <= set(dir(visualtaste))
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        visualtaste.lode  # noqa: B018


def test_lazy_names_are_what_they_say() -> None:
    from visualtaste.data.dataset import Dataset
    from visualtaste.inference.taste_model import TasteModel

    assert visualtaste.Dataset is Dataset
    assert visualtaste.TasteModel is TasteModel
    assert visualtaste.__version__ == version("visualtaste")


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert run("import visualtaste" + LOADED, HEAVY) == "[]"


def test_the_command_line_imports_nothing_heavy() -> None:
    assert run(
        "import visualtaste.cli.interests, visualtaste.cli.profile, visualtaste.cli.describe" + LOADED,
        f"{TRAINING} onnxruntime",
    ) == ("['rich', 'typer']")


def test_loading_and_predicting_imports_nothing_of_training(tiny_model_folder: Path, photos: list[Path]) -> None:
    code = "import sys, visualtaste; visualtaste.load(sys.argv[2]).interests(sys.argv[3:])"
    assert run(code + LOADED, TRAINING, str(tiny_model_folder), *map(str, photos)) == "[]"


def test_loading_and_describing_needs_no_runtime_and_reads_no_photo(tiny_model_folder: Path) -> None:
    code = "import sys, visualtaste; visualtaste.load(sys.argv[2]).describe()"
    assert run(code + LOADED, "onnxruntime PIL simplejpeg", str(tiny_model_folder)) == "[]"


@pytest.mark.parametrize(("name", "missing"), [("fit", "torch"), ("Dataset", "polars")])
def test_a_missing_extra_is_named_with_its_command(name: str, missing: str) -> None:
    code = f"""
import sys
sys.modules[{missing!r}] = None  # as if it were not installed
import visualtaste
try:
    visualtaste.{name}
except visualtaste.MissingExtraError as error:
    print(error)
"""
    assert run(code) == f"visualtaste.{name} needs an optional install: pip install 'visualtaste[train]'"
