"""The generated shop: a catalogue with pictures, and customers whose tastes are known.

pictures    look -> silhouettes, patterns, palette -> canvas -> wrapping, scene -> draw
truth       catalogue -> naming (categories), purchases (users) -> world
results     generate (a dataset folder), features (no pictures, at the paper's scale)
"""
