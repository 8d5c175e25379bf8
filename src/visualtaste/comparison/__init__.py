"""Every method on equal terms: the same users, the same shown items, the same targets, the same tuning."""
