"""Which items are one product."""

import numpy as np

from visualtaste.recommend.products import product_groups

EAST, WEST, NORTH = [1.0, 0.0], [-1.0, 0.0], [0.6, 0.8]


def groups(titles, visual, features=None):
    visual = np.array(visual, dtype=np.float32)
    features = np.arange(len(titles))[:, None] if features is None else np.array(features)
    return product_groups(titles, visual, features.astype(np.float16)).tolist()


def test_one_title_and_alike_photos_are_one_product():
    assert groups(["Tee", "Hat", " tee ", "TEE"], [EAST, EAST, NORTH, EAST]) == [0, 1, 0, 0]


def test_one_title_with_opposite_photos_is_two_products():
    assert groups(["Dress", "Dress", "Dress"], [EAST, WEST, NORTH]) == [0, 1, 0]


def test_items_without_a_title_are_products_of_their_own():
    assert groups(["", " ", ""], [EAST, EAST, EAST]) == [0, 1, 2]


def test_one_photo_is_one_product_whatever_the_title():
    assert groups(["Tee", "Shirt", ""], [EAST, WEST, EAST], features=[[1], [1], [1]]) == [0, 0, 0]


def test_a_doubled_photo_joins_the_products_that_it_stands_between():
    # 1 and 3 are one product by title, 0 and 3 by photo
    assert groups(["a", "b", "c", "b"], [EAST, EAST, EAST, EAST], features=[[5], [6], [7], [5]]) == [0, 0, 2, 0]


def test_a_catalogue_without_directions_goes_by_photos_alone():
    assert groups(["Tee", "Tee"], [[0, 0], [0, 0]], features=[[1], [2]]) == [0, 1]
