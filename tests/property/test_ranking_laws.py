"""Laws of the ranking metrics, and an independent oracle in plain Python: loops, sorted, no NumPy arithmetic."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.user_scores import UserScores

KS = (1, 2, 3, 5, 8)

# Few distinct values, so that ties are common; some negative, some infinite.
VALUES = st.sampled_from([-math.inf, -1.5, -0.0, 0.0, 1e-40, 0.25, 0.5, 0.75, 1.0, math.inf]) | st.floats(
    -1, 1, width=32
)


@st.composite
def questions(draw):
    users, categories = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    shape = (users, categories)
    scores = draw(npst.arrays(np.float32, shape, elements=VALUES))
    probabilities = draw(npst.arrays(np.float32, shape, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])))
    wanted = draw(npst.arrays(np.bool_, shape))
    scored = draw(npst.arrays(np.bool_, shape))
    sure = draw(npst.arrays(np.int64, users, elements=st.integers(0, categories - 1)))
    wanted &= scored
    wanted[np.arange(users), sure] = scored[np.arange(users), sure] = True
    return scores, wanted, probabilities, scored


def oracle(scores, wanted, probabilities, scored, k):
    """All metrics of one user at one k, by the book."""
    candidates = [index for index in range(len(scores)) if scored[index]]
    ranking = sorted(candidates, key=lambda index: (-scores[index], index))
    relevant = {index for index in candidates if wanted[index]}

    def harmonic(a, b):
        return 0.0 if a == 0 or b == 0 else 2 / (1 / a + 1 / b)

    hits = [index for index in ranking[:k] if index in relevant]
    kept = [index for index in ranking[:k] if probabilities[index] >= 0.5]
    kept_hits = [index for index in kept if index in relevant]
    gain = sum(1 / math.log2(rank + 1) for rank, index in enumerate(ranking[:k], start=1) if index in relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    precision, recall = len(hits) / k, len(hits) / len(relevant)
    kept_precision = len(kept_hits) / len(kept) if kept else 0.0
    kept_recall = len(kept_hits) / len(relevant)
    return {
        "precision": precision,
        "recall": recall,
        "f1": harmonic(precision, recall),
        "ndcg": gain / best,
        "r_precision": sum(index in relevant for index in ranking[: len(relevant)]) / len(relevant),
        "thresholded_precision": kept_precision,
        "thresholded_recall": kept_recall,
        "thresholded_f1": harmonic(kept_precision, kept_recall),
    }


@given(questions())
@settings(max_examples=300, deadline=None)
def test_equal_to_the_oracle(question):
    found = score_users(*question, ks=KS).per_user()
    for user, row in enumerate(zip(*(matrix.tolist() for matrix in question), strict=True)):
        for column, k in enumerate(KS):
            for name, expected in oracle(*row, k).items():
                value = found[name][user, column if found[name].shape[1] > 1 else 0]
                assert math.isclose(value, expected, abs_tol=1e-12), (name, user, k)


@given(questions())
@settings(deadline=None)
def test_laws(question):
    scores = score_users(*question, ks=KS)
    assert (np.diff(scores.recall, axis=1) >= 0).all()
    counts = scores.precision * KS
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-12)
    for values in scores.per_user().values():
        assert ((values >= 0) & (values <= 1)).all()
    assert (scores.f1 <= np.maximum(scores.precision, scores.recall) + 1e-12).all()
    # the harmonic mean is jointly concave: no averaging over users lifts F1 above that of the averages
    mean = scores.mean()
    of_means = 2 * mean.precision * mean.recall / np.maximum(mean.precision + mean.recall, 1e-300)
    assert (mean.f1 <= of_means + 1e-12).all()


@given(questions(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_and_company_of_users_do_not_matter(question, random):
    order = list(range(len(question[0])))
    random.shuffle(order)
    whole = score_users(*question, ks=KS).per_user()
    shuffled = score_users(*(matrix[order] for matrix in question), ks=KS).per_user()
    for name, values in whole.items():
        np.testing.assert_array_equal(values[order], shuffled[name])


@given(questions(), st.integers(0, 6))
@settings(deadline=None)
def test_folds_put_together_are_the_whole(question, cut):
    parts = [tuple(matrix[rows] for matrix in question) for rows in (slice(None, cut), slice(cut, None))]
    joined = UserScores.concat([score_users(*part, ks=KS) for part in parts])
    whole = score_users(*question, ks=KS)
    for name, values in whole.per_user().items():
        np.testing.assert_array_equal(values, joined.per_user()[name])


@given(questions())
@settings(deadline=None)
def test_a_perfect_ranking_scores_one(question):
    _, wanted, probabilities, scored = question
    scores = score_users(wanted.astype(np.float32), wanted, probabilities, scored, ks=KS)
    assert (scores.ndcg == 1).all()
    assert (scores.r_precision == 1).all()


@given(questions())
@settings(deadline=None)
def test_only_the_order_of_scores_matters(question):
    """Subtracting ln w from every logit, or any other change that keeps the order, changes no ranking metric."""
    scores, wanted, _, scored = question
    _, dense = np.unique(scores, return_inverse=True)
    before = score_users(scores, wanted, scored=scored, ks=KS).per_user()
    after = score_users(dense.reshape(scores.shape) - 3.5, wanted, scored=scored, ks=KS).per_user()
    for name, values in before.items():
        np.testing.assert_array_equal(values, after[name])
