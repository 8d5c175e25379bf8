"""Named settings to start from, each as what it changes of the defaults."""

from __future__ import annotations

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {
        "split": {"test": 0.3, "validation": 0.0, "encoder_only": 0.5, "max_category_share": 1.0},
        "interests": {
            "learning_rate": 1e-3,
            "batch_size": 64,
            "weight_decay": 0.0,
            "patience": None,
            "calibrate": False,
            "standardise": False,
            "zero_query": False,
            "scale_scores": False,
            "attention_rate": 1.0,
            "gate_bias": 0.0,
            "gate_spread": 1.0,
            "feature_dropout": 0.0,
            "subsets": False,
        },
    },
    # What 2 cores manage in minutes: small images, a short schedule, the same method.
    "small": {"encoder": {"image_size": 128, "frozen_epochs": 2, "epochs": 4, "augment": True}},
    # A first impression of a data set in minutes: an encoder that has seen each photo three times, and small.
    "quick": {"encoder": {"image_size": 96, "frozen_epochs": 1, "epochs": 2, "augment": True}},
    # The generated shop: 64 px suffice for its products, and no weights need to be downloaded.
    "shop": {
        "encoder": {
            "scratch": {"depth_multiplier": 0.25},
            "image_size": 64,
            "hidden": 256,
            # from scratch nothing is worth freezing: the two phases are a fast and a fine one
            "frozen_layers": 0,
            "frozen_epochs": 20,
            "frozen_learning_rate": 4e-3,
            "epochs": 8,
            "learning_rate": 5e-4,
            "batch_norm_momentum": 0.1,
        },
        "interests": {"hidden": 256, "attention_rate": 1.0},
    },
}
