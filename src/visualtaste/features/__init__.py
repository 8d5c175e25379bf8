"""From photos to rows of features: preprocessing, the ONNX encoder, the feature store, extraction."""
