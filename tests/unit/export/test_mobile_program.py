from importlib.util import find_spec

import pytest
import torch
from torch import nn

from visualtaste.export.mobile.program import write_program

pytestmark = pytest.mark.skipif(find_spec("executorch") is None, reason="pip install 'visualtaste[mobile]'")


def test_what_the_disk_refuses_is_not_blamed_on_the_network(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_program(nn.Linear(2, 2), torch.zeros(1, 2), tmp_path / "nowhere" / "linear.pte")
