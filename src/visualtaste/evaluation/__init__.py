"""Protocols scored, methods compared, the report written."""
