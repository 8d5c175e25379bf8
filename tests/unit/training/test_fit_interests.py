"""Training of stage 2 on a world small enough to check what it should find."""

import numpy as np
import pytest
import torch

from visualtaste.config import POOLING_TITLES, InterestsSettings
from visualtaste.errors import EmptySetError, TrainingError
from visualtaste.training.interests import InterestsData, fit_interests
from visualtaste.training.interests_run import InterestsRun
from visualtaste.types import Ragged

N, K, D = 60, 8, 6
SMALL = InterestsSettings(hidden=16, epochs=5, batch_size=8, patience=None)


def world(train=40, validation=10, seed=0):
    """Items whose features say their categories; users with one to seven of them."""
    random = np.random.default_rng(seed)
    labels = Ragged.from_rows([random.choice(D, 2, replace=False) for _ in range(N)])
    features = labels.multi_hot(D).astype(np.float16)
    features = np.hstack([features, random.normal(size=(N, K - D))]).astype(np.float16)
    users = Ragged.from_rows(
        [random.choice(N, random.integers(1, 8), replace=False) for _ in range(train + validation)]
    )
    rows = np.arange(train + validation)
    return InterestsData(features, labels, users.take(rows[:train]), users.take(rows[train:]))


def weights(fitted):
    return fitted.model.state_dict()


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def losses(fitted):
    return [(record.loss, record.validation_loss) for record in fitted.history]


class KilledError(Exception):
    pass


class KillAfter:
    """A reporter that ends the training after some epochs, as a kill would: between two of them."""

    def __init__(self, epochs):
        self.left = epochs

    def task(self, title, total, done=0):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def advance(self, amount=1, note=""):
        self.left -= amount
        if self.left == 0:
            raise KilledError

    def say(self, message):
        pass


@pytest.mark.parametrize("patience", [None, 3])
@pytest.mark.parametrize("pooling", POOLING_TITLES)
def test_killed_and_resumed_ends_with_the_same_numbers(tmp_path, pooling, patience):
    settings = SMALL.model_copy(update={"pooling": pooling, "patience": patience})
    whole = fit_interests(world(), D, settings, seed=3)
    with pytest.raises(KilledError):
        fit_interests(world(), D, settings, seed=3, workspace=tmp_path, reporter=KillAfter(2))
    resumed = fit_interests(world(), D, settings, seed=3, workspace=tmp_path)
    assert losses(resumed) == losses(whole)
    assert same(weights(resumed), weights(whole))


def test_a_finished_training_is_not_trained_again(tmp_path):
    first = fit_interests(world(), D, SMALL, seed=0, workspace=tmp_path)
    again = fit_interests(world(), D, SMALL, seed=0, workspace=tmp_path, reporter=KillAfter(1))
    assert same(weights(again), weights(first))
    assert again.history == first.history


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"settings": SMALL.model_copy(update={"dropout": 0.1})}, "settings"),
        ({"seed": 1}, "settings"),
        ({"data": world(seed=1)}, "data"),
    ],
)
def test_another_training_in_the_workspace_is_refused(tmp_path, change, named):
    arguments = {"data": world(), "categories": D, "settings": SMALL, "seed": 0, "workspace": tmp_path}
    fit_interests(**arguments)
    with pytest.raises(TrainingError, match=f"other {named}"):
        fit_interests(**arguments | change)


def test_the_seed_decides_everything():
    one, other, third = (fit_interests(world(), D, SMALL, seed=seed) for seed in (0, 0, 1))
    assert same(weights(one), weights(other))
    assert not same(weights(one), weights(third))


def test_training_leaves_torchs_own_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit_interests(world(), D, SMALL, seed=0)
    assert torch.equal(torch.rand(3), expected)


def test_stops_early_and_keeps_the_best_weights():
    settings = SMALL.model_copy(update={"patience": 2, "epochs": 400, "learning_rate": 0.03, "subsets": False})
    data = world()
    fitted = fit_interests(data, D, settings, seed=0)
    validation = [record.validation_loss for record in fitted.history]
    best = int(np.argmin(validation))
    assert len(validation) == best + 1 + 2 < 400
    assert fitted.validation_loss == validation[best]

    run = InterestsRun(data, D, settings, seed=0)
    run.model.load_state_dict(weights(fitted))
    assert run._validate() == pytest.approx(validation[best], rel=1e-6)


def test_without_validation_users_all_epochs_run_and_the_last_weights_are_kept():
    fitted = fit_interests(world(validation=0), D, SMALL.model_copy(update={"patience": 1}), seed=0)
    assert len(fitted.history) == 5
    assert fitted.validation_loss is None
    assert [record.validation_loss for record in fitted.history] == [None] * 5


def test_statistics_are_those_of_the_training_users_photos():
    data = world()
    fitted = fit_interests(data, D, SMALL.model_copy(update={"epochs": 1}), seed=0)
    shown = data.features[data.train.values].astype(np.float64)
    np.testing.assert_allclose(fitted.model.feature_mean, shown.mean(axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(1 / fitted.model.feature_scale, shown.std(axis=0), rtol=1e-4)


def test_a_feature_that_never_varies_stays_finite():
    data = world()
    data.features[:, 0] = 2.0
    fitted = fit_interests(data, D, SMALL.model_copy(update={"epochs": 1}), seed=0)
    probabilities, _ = fitted.model.predict(torch.full((2, K), 9.0), torch.tensor([0, 2]))
    assert probabilities.isfinite().all()
    assert fitted.model.feature_scale.isfinite().all()


def test_frequency_and_users_left_out():
    labels = Ragged.from_rows([[0], [1], []])
    users = Ragged.from_rows([[0, 1], [0], [2, 0, 1], [1, 2]])
    data = InterestsData(np.eye(3, 4, dtype=np.float16), labels, users, users.take(np.array([1])))
    held_out = SMALL.model_copy(update={"protocol": "held-out", "epochs": 1})
    fitted = fit_interests(data, 2, held_out, seed=0)
    assert fitted.category_frequency.tolist() == [0, 1]  # of [0 | 1] and [2, 0 | 1]
    assert fitted.left_out == 3


def test_nobody_to_learn_from_is_an_error():
    data = InterestsData(
        np.eye(3, 4, dtype=np.float16), Ragged.from_rows([[0], [1], []]), Ragged.from_rows([[2]]), Ragged.from_rows([])
    )
    with pytest.raises(TrainingError, match="none of 1 training users has anything to predict"):
        fit_interests(data, 2, SMALL, seed=0)


def test_a_user_without_items_is_an_error():
    data = InterestsData(
        np.eye(3, 4, dtype=np.float16), Ragged.from_rows([[0]] * 3), Ragged.from_rows([[1], []]), Ragged.from_rows([])
    )
    with pytest.raises(EmptySetError):
        fit_interests(data, 2, SMALL, seed=0)


def test_a_diverged_loss_says_what_to_lower():
    with pytest.raises(TrainingError, match=r"loss of epoch \d is .*: lower interests\.learning_rate 1e\+30"):
        fit_interests(world(), D, SMALL.model_copy(update={"learning_rate": 1e30}), seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [1.0, 36.0])
def test_probabilities_are_probabilities(weight):
    """Users of two kinds, told apart by their photo, own category 0 in 5 % and 30 % of the cases."""
    kinds, number = np.arange(4000) % 2, np.arange(4000) // 2
    owned = np.where(kinds == 0, number % 20 < 1, number % 10 < 3)  # the very shares in every part
    # items: (kind, owned or not); category 1 is everybody else's, so that nobody is left out
    features = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float16)
    labels = Ragged.from_rows([[1], [0], [1], [0]])
    users = Ragged.from_rows([[2 * kind + own] for kind, own in zip(kinds, owned, strict=True)])
    rows = np.arange(4000)
    settings = InterestsSettings(
        pooling="average",
        hidden=8,
        dropout=0,
        feature_dropout=0,  # of two features, each would be missed
        epochs=150,
        batch_size=1000,  # large steps, so that the last one's noise is small beside the tolerance
        learning_rate=0.01,
        positive_weight=weight,
        patience=None,
        precision="float32",
    )
    for validation in (rows[3000:], rows[:0]):  # with the shift that validation users give, and without
        data = InterestsData(features, labels, users.take(rows[:3000]), users.take(validation))
        model = fit_interests(data, 2, settings, seed=0).model
        probabilities, _ = model.predict(torch.eye(2), torch.tensor([0, 1, 2]))
        np.testing.assert_allclose(probabilities[:, 0].detach(), [0.05, 0.3], atol=0.02)
