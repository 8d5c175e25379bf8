import errno

import numpy as np
import pytest

from support.exportable_model import SIZE
from support.full_disk import files_of_at_most
from visualtaste.export.int8.quantize import quantize_encoder
from visualtaste.progress import Silent

PIXELS = np.random.default_rng(0).integers(0, 256, (8, SIZE, SIZE, 3), dtype=np.uint8)


def test_a_full_disk_is_said_in_one_error_with_a_place(exportable_folder, tmp_path, caplog):
    with (
        Silent().task("", 16) as task,
        files_of_at_most(1000),
        pytest.raises(OSError, match="visualtaste-int8-") as full,
    ):
        quantize_encoder(exportable_folder / "model" / "encoder.onnx", tmp_path / "int8.onnx", PIXELS, task)
    assert full.value.errno == errno.EFBIG
    assert caplog.text == ""
    assert list(tmp_path.iterdir()) == []
