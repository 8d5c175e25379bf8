"""Import of the Amazon product data, editions 2014, 2018 and 2023.

lines       records (a line becomes a record), literals (Python literals, which the 2014 edition is written in)
editions    formats (what the editions' records look like), detect (which edition a file is of)
contents    addresses (photos), labels (categories), markup (HTML left in texts)
results     reviews and items (whole files become tables), recipes, importer
"""
