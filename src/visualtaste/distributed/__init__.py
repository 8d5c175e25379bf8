"""The same jobs on a Ray cluster: extraction and stage 1 on many machines, and what makes sure that they fit."""
