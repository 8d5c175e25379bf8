"""`visualtaste compare` on a small generated shop: what it writes, what it keeps, what a kill leaves."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.worlds import needs_compare
from visualtaste.cli.app import app
from visualtaste.data.shop.generate import generate_shop
from visualtaste.data.shop.world import ShopSettings

CONFIG = """
preset = "shop"

[encoder]
image_size = 32
hidden = 16
frozen_epochs = 0
epochs = 1

[interests]
hidden = 16
epochs = 3
learning_rate = 0.02
batch_size = 16
"""
METHODS = "average,popularity,ease_categories,item_noisy_or"
OPTIONS = ["--folds", "0,1", "--seeds", "2", "--trials", "2", "--methods", METHODS]
KILLED_AT = 20  # finished trainings: tuning has 12, so that processes are at work
PATIENCE = 300  # seconds that a comparison may take on a busy machine before the test gives up

pytestmark = [pytest.mark.slow, needs_compare]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    generate_shop(folder / "shop", ShopSettings(users=80, items=200, categories=40, image_size=48), seed=1)
    (folder / "taste.toml").write_text(CONFIG)
    return folder


def start(shop: Path, output: str, workers: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "visualtaste", "compare", "shop", "-o", output, "-c", "taste.toml", *OPTIONS]
    command += ["--workers", str(workers)]
    return subprocess.Popen(command, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: "subprocess.Popen[bytes]") -> str:
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors.decode()
    return output.decode()


def run(*arguments: object) -> dict:
    """The command in this process; what it wrote."""
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads((arguments[arguments.index("-o") + 1] / "comparison.json").read_text())


def prepared(shop: Path, whole: Path, output: str) -> Path:
    """A folder where a comparison finds its folds prepared and nothing else."""
    for fold in ("fold0", "fold1"):
        shutil.copytree(whole / fold, shop / output / fold)
    return shop / output


def times(folder: Path) -> dict[str, int]:
    """When each file below `folder` was written."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files}


def scores(folder: Path) -> dict:
    """comparison.json without what depends on the machine and on the command: the costs in time, the output folder."""

    def cleaned(value):
        if isinstance(value, list):
            return [cleaned(one) for one in value]
        if isinstance(value, dict):
            timed = {"training_seconds", "milliseconds_per_user", "command"}
            return {name: cleaned(one) for name, one in value.items() if name not in timed}
        return value

    return cleaned(json.loads((folder / "comparison.json").read_text()))


@pytest.fixture(scope="module")
def whole(shop):
    """A comparison that was left alone, computed by two processes; what it printed lies beside it."""
    output = finish(start(shop, "whole", 2))
    (shop / "printed.txt").write_text(output)
    return shop / "whole"


def test_tables_report_and_figures_are_written(shop, whole):
    compared = json.loads((whole / "comparison.json").read_text())
    assert list(compared["protocols"]) == ["observed", "held-out", "new-interests"]
    names = ["average", "popularity", "ease_categories", "item_noisy_or"]
    assert list(compared["protocols"]["observed"]["contenders"]) == names
    assert sorted(compared["protocols"]["held-out"]["contenders"]) == sorted(
        [*names, "average_known", "item_noisy_or_known"]
    )
    assert {point["weight"] for point in compared["weights"]} == {1, 10, 36, 72, 140}
    assert [point["protocol"] for point in compared["augmentation"]] == ["observed", "held-out"]
    for contender in compared["protocols"]["held-out"]["contenders"].values():
        assert contender["seeds"] == (2 if contender["title"].startswith("Average") else 1)

    assert "visualtaste compare shop -o whole" in compared["provenance"]["command"]
    assert "| Average " in (whole / "comparison.md").read_text()
    assert (whole / "report.html").read_text().startswith("<!doctype html>")
    figures = list((whole / "figures").iterdir())
    assert figures
    assert all(figure.suffix == ".svg" and "<svg" in figure.read_text() for figure in figures)
    printed = (shop / "printed.txt").read_text()
    assert all(word in printed for word in ("Average", "Popularity", "Held-out", "New interests"))


def test_a_second_run_computes_nothing_and_writes_the_same(shop, whole):
    written = ("comparison.json", "comparison.md", "report.html")
    contents = [(whole / name).read_bytes() for name in written]
    computed = [times(whole / name) for name in ("cells", "fold0", "fold1")]
    finish(start(shop, "whole", 2))
    assert [times(whole / name) for name in ("cells", "fold0", "fold1")] == computed
    for name, content in zip(written, contents, strict=True):
        assert (whole / name).read_bytes() == content, name


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ended(pid: int) -> bool:
    """Whether a process is gone, or dead and nobody has asked how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for(reached) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to know a process's children")
def test_killed_in_the_middle_it_goes_on_and_finds_the_same(shop, whole):
    """Also with another number of processes than the comparison that was left alone."""
    cut = prepared(shop, whole, "cut")
    process = start(shop, "cut", 1)
    wait_for(lambda: process.poll() is not None or len(list(cut.glob("cells/*.npz"))) >= KILLED_AT)
    workers = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was over before it could be killed"
    assert workers
    wait_for(lambda: all(ended(worker) for worker in workers))  # they must not wait for work for ever
    process.communicate()

    finished = {name: when for name, when in times(cut / "cells").items() if name.endswith(".npz")}
    assert KILLED_AT <= len(finished) < len(times(whole / "cells"))
    assert not (cut / "comparison.json").exists()
    finish(start(shop, "cut", 1))
    assert finished.items() <= times(cut / "cells").items()
    assert scores(cut) == scores(whole)


def test_an_unknown_method_is_one_line_with_the_nearest_name(shop):
    arguments = ["compare", str(shop / "shop"), "-o", str(shop / "none"), "--methods", "average,populrity"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert " ".join(result.stderr.split()) == "error: there is no method 'populrity': did you mean 'popularity'?"
    assert not (shop / "none").exists()


def test_where_all_would_be_given_the_answer_nothing_is_compared(shop):
    arguments = ["compare", str(shop / "shop"), "-o", str(shop / "none"), "--methods", "history,ease_items"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "gives history, ease_items the answer: add popularity" in " ".join(result.stderr.split())
    assert not (shop / "none").exists()


def test_a_fold_that_does_not_exist_is_refused(shop):
    arguments = ["compare", str(shop / "shop"), "-o", str(shop / "none"), "--folds", "0,5"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "fold 5 does not exist" in " ".join(result.stderr.split())


def test_quick_is_one_fold_one_seed_and_nothing_tuned(shop, whole):
    output = prepared(shop, whole, "quick")
    options = ["--quick", "--methods", "average", "--methods", "popularity", "--protocols", "held-out"]
    found = run(shop / "shop", "-o", output, "-c", shop / "taste.toml", *options, "--workers", 1)
    assert (found["folds"], found["seeds"], found["trials"]) == (1, 1, 0)
    assert list(found["protocols"]) == ["held-out"]
    assert found["weights"] == found["augmentation"] == []
    assert len(times(output / "cells")) == 2


def test_the_papers_comparison(shop):
    small = [f"-sencoder.{name}" for name in ("image_size=32", "hidden=16", "frozen_epochs=0", "epochs=1")]
    small += ["-sencoder.scratch.depth_multiplier=0.25", "-sinterests.hidden=16", "-sinterests.epochs=2"]
    found = run(shop / "shop", "-o", shop / "paper", "--preset", "paper", *small, "--workers", 1)
    (compared,) = found["protocols"].values()
    assert list(compared["contenders"]) == [
        "average",
        "attention",
        "attention2",
        "attention2_gating",
        "popularity",
        "item_mean",
        "item_max",
        "item_noisy_or",
    ]
    assert compared["evaluation"]["protocol"] == "observed"
    assert {point["weight"] for point in found["weights"]} == {10, 36, 72, 140}
    assert found["provenance"]["split"]["test"] == 0.3
