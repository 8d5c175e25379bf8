"""Datasets: the folder, importers, filters, splits, protocols, images and the generated shop."""
