"""The networks of both stages, in torch."""
