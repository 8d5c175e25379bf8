"""Both networks as ExecuTorch programs, for phones."""
