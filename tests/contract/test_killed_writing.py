"""A writing that is killed, really, before any of its steps on the disk leaves the old folder whole, or the new one."""

import json
import os
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "kill_at_every_step.py"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges two folders in one step")
@pytest.mark.parametrize(("kind", "stride"), [("model", 1), ("items", 3)])
def test_a_kill_at_any_step_leaves_a_whole_folder(
    indexed_model_folder: Path, tmp_path: Path, kind: str, stride: int
) -> None:
    model = Path(shutil.copytree(indexed_model_folder, tmp_path / "model"))
    done = subprocess.run(
        [sys.executable, SCRIPT, kind, model, str(stride)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # a process with more threads could not be forked
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 15
    assert [name for name, _ in groupby(found)] == ["old", "new", "done"]  # and it never goes back
    assert [path.name for path in (tmp_path, model) for path in path.iterdir() if "partial" in path.name] == []
