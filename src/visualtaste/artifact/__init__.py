"""The TasteModel folder: read, check, write."""
