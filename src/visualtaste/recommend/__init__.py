"""Items for a person: the item index of a model, made once, and the recommender that asks it."""
