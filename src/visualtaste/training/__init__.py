"""Stage 1 (the encoder) and stage 2 (the interests); the only user of torch besides models and export."""
