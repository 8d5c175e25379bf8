"""The base install in an environment of its own: small, without anything of training, and enough to predict."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCES = ("src", "pyproject.toml", "README.md", "LICENSE")
BUILD_REQUIREMENT = "setuptools>=77"

LIMIT = 350_000_000  # bytes
FORBIDDEN = (
    "torch transformers polars pandas pyarrow scipy sklearn matplotlib jinja2 onnx onnxscript safetensors "
    "tokenizers huggingface_hub httpx msgspec ray implicit myfm optuna cornac pytest"
)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """An environment in which the project is all that was asked for."""

    python: Path
    sizes: Counter[str]  # bytes on disk by what lies in site-packages, without what an empty environment has
    elsewhere: Path  # a working directory from which no source of the project can be imported

    def run(self, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
        """The real `visualtaste` of the environment."""
        return _run([self.python.with_name("visualtaste"), *arguments], cwd=self.elsewhere, COLUMNS="100")

    def succeed(self, *arguments: Path | str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def evaluate(self, code: str, *arguments: Path | str) -> object:
        """What the code prints, as JSON; a warning is a failure."""
        done = _run([self.python, "-W", "error", "-c", code, *arguments], cwd=self.elsewhere)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    reached = _run([*pip, "download", "--no-deps", "--retries", "1", "-d", folder / "probe", BUILD_REQUIREMENT])
    if reached.returncode != 0:
        pytest.skip(f"no package index can be reached: {reached.stderr.strip().splitlines()[-1]}")
    # building leaves traces beside the sources, and takes up those that an earlier one left
    sources = folder / "sources"
    for name in SOURCES:
        original = REPOSITORY / name
        if original.is_dir():
            shutil.copytree(original, sources / name, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
        else:
            sources.mkdir(exist_ok=True)
            shutil.copy2(original, sources / name)
    site_packages = Path(_run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).stdout.strip())
    empty = _sizes(site_packages)
    installed = _run([*pip, "install", sources])
    assert installed.returncode == 0, installed.stderr
    shutil.rmtree(sources)
    (folder / "elsewhere").mkdir()
    return Installed(python, _sizes(site_packages) - empty, folder / "elsewhere")


def test_it_takes_at_most_350_megabytes(base: Installed) -> None:
    largest = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in base.sizes.most_common(8))
    assert 50_000_000 < base.sizes.total() <= LIMIT, f"{base.sizes.total() / 1e6:.0f} MB: {largest}"


def test_nothing_of_training_or_measuring_can_be_imported(base: Installed) -> None:
    find = """
import json, sys
from importlib.util import find_spec
print(json.dumps([name for name in sys.argv[1].split() if find_spec(name)]))
"""
    assert base.evaluate(find, FORBIDDEN) == []
    assert base.evaluate(find, "visualtaste onnxruntime faiss") == ["visualtaste", "onnxruntime", "faiss"]


def test_it_is_the_installed_package_that_answers(base: Installed) -> None:
    where = base.evaluate("import json, visualtaste; print(json.dumps(visualtaste.__file__))")
    assert Path(str(where)).is_relative_to(base.python.parents[1])


def test_interests_and_why(base: Installed, tiny_model_folder: Path, photos: list[Path]) -> None:
    found = json.loads(base.succeed("interests", tiny_model_folder, *photos, "--json"))
    assert found["interests"][0]["category"] == "colour: red"
    shown = base.succeed("interests", tiny_model_folder, *photos, "--explain")
    assert "Because of: Shapley values" in shown


def test_why_from_weights(base: Installed, pooled_model_folder: Callable[[str], Path], photos: list[Path]) -> None:
    model = pooled_model_folder("attention2_gating")
    found = json.loads(base.succeed("interests", model, *photos, "--explain", "--json"))
    why = found["interests"][0]["why"]
    assert why["method"] == "integrated gradients"
    assert why["base"] + sum(why["contributions"]) == pytest.approx(why["logit"], abs=1e-4)


def test_recommending(base: Installed, indexed_model_folder: Path, photos: list[Path]) -> None:
    found = json.loads(base.succeed("recommend", indexed_model_folder, photos[0], "-k", "3", "--json"))
    assert [item["categories"][0] for item in found["items"][:2]] == ["colour: red"] * 2
    shown = base.succeed("recommend", indexed_model_folder, photos[0], "--known", "red-lamp-0", "--explain")
    assert "red shirt" in shown
    assert "because of" in shown


def test_a_profile_that_grows_and_shrinks(base: Installed, tiny_model_folder: Path, photos: list[Path]) -> None:
    file = base.elsewhere / "person.taste"
    base.succeed("profile", "add", tiny_model_folder, file, *photos)
    base.succeed("profile", "remove", tiny_model_folder, file, photos[0])
    shown = json.loads(base.succeed("profile", "show", tiny_model_folder, file, "--json"))
    assert shown["interests"][0]["category"] != "colour: red"


def test_describing(base: Installed, tiny_model_folder: Path) -> None:
    assert "32 x 32 pixels -> 4 features" in base.succeed("describe", tiny_model_folder)


def test_python_answers_without_a_warning(base: Installed, indexed_model_folder: Path, photos: list[Path]) -> None:
    code = """
import json, sys, visualtaste
model = visualtaste.load(sys.argv[1])
recommender = visualtaste.Recommender.load(sys.argv[1])
print(json.dumps([model.interests(sys.argv[2:]).top(1)[0].category, len(recommender.recommend(sys.argv[2:], k=3))]))
"""
    assert base.evaluate(code, indexed_model_folder, *photos) == ["colour: red", 3]


def test_training_says_what_it_needs(base: Installed, indexed_model_folder: Path) -> None:
    done = base.run("fit", indexed_model_folder.parent / "shop", "-o", base.elsewhere / "model")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: this command needs an optional install: pip install 'visualtaste[train]'\n"


def _run(command: list[Path | str], cwd: Path | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run without what would let the environment find this one's packages."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**environment, "PYTHONUTF8": "1", **extra},
        encoding="utf-8",
    )


def _sizes(site_packages: Path) -> Counter[str]:
    """Bytes of all files, bytecode included, by the folder or file that they lie in."""
    sizes: Counter[str] = Counter()
    for path in site_packages.rglob("*"):
        if path.is_file() and not path.is_symlink():
            sizes[path.relative_to(site_packages).parts[0]] += path.stat().st_size
    return sizes
