"""Why this? How much each photo contributed to each interest; docs/explanation/why.md has the formulas.

attribution   what all methods give: a base value and contributions that add up to the logit
weighing      which photos an interest is because of, in words
pooled_path   integrated gradients from the average photo to the pooled vector, exact; for weighted means of photos
head          the classifier on the pooled vector, as weights
shapley       Shapley values over sets of photos; for every other pooling
explain       which method for which model
"""
