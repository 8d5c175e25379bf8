"""Ranking metrics and intervals over users, NumPy only."""
