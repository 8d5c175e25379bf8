"""The examples of docs/explanation/metrics.md, computed: each number that the page gives must be found on it."""

import math
import re
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
import torch

from visualtaste.metrics.calibration import EDGES, Calibration
from visualtaste.metrics.intervals import DRAWS, difference_interval, mean_interval
from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.simultaneous import simultaneous_differences
from visualtaste.metrics.user_scores import UserScores
from visualtaste.models.losses import calibrated_logits, weighted_bce
from visualtaste.training.calibration import fit_shift

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "metrics.md").read_text(encoding="utf-8")
EXAMPLES = " ".join(line.removeprefix("> ") for line in PAGE.splitlines() if line.startswith("> "))

A_TO_E = np.array([0.8, 0.4, 0.9, 0.1, 0.6])
ANN = np.array([False, False, True, True, True])
BOB = np.array([True, False, False, False, False])
ANN_AND_BOB = score_users(np.stack([A_TO_E, A_TO_E]), np.stack([ANN, BOB]), np.stack([A_TO_E, A_TO_E]), ks=[3, 5, 10])
AT_3, AT_5, AT_10 = range(3)


def says(text):
    """The examples of the page have this text, numbers with a real minus."""
    assert re.sub(r"-(?=\d)", "\N{MINUS SIGN}", text) in EXAMPLES, text


def test_ranking_figures():
    ann, bob = ({name: values[user] for name, values in ANN_AND_BOB.per_user().items()} for user in (0, 1))
    says(f"two of them right: precision@3 = {ann['precision'][AT_3]:.3f}")
    says(f"precision@10 = {ann['precision'][AT_10]:.3f}")
    says(f"two of three, recall@3 = {ann['recall'][AT_3]:.3f}. Bob: one of one, recall@3 = {bob['recall'][AT_3]:.3f}")
    says(f"Ann: F1@3 = {ann['f1'][AT_3]:.3f}. Bob has precision 1/3 and recall 1: F1@3 = {bob['f1'][AT_3]:.3f}")
    says(f"/ (1 + {1 / math.log2(3):.3f} + 0.5), so nDCG@3 = {ann['ndcg'][AT_3]:.3f}")
    says(f"two of them: R-precision = {ann['r_precision'][0]:.3f}")
    says(f"is *c*: R-precision = {bob['r_precision'][0]:.3f}")
    says(f"thresholded precision@5 = {ann['thresholded_precision'][AT_5]:.3f}")
    says(f"thresholded recall@5 = {ann['thresholded_recall'][AT_5]:.3f}")
    says(f"while precision@5 = {ann['precision'][AT_5]:.3f}")


def test_averages():
    mean, micro = ANN_AND_BOB.mean(), ANN_AND_BOB.micro()
    p, r, f1 = (curve[AT_3] for curve in (mean.precision, mean.recall, mean.f1))
    says(f"Macro: precision {p:.3f}, recall {r:.3f}, F1 {f1:.3f}.")
    says(f"The F1 of these two means would be {harmonic(p, r):.3f}")
    p, r, f1 = (curve[AT_3] for curve in (micro.precision, micro.recall, micro.f1))
    says(f"3 hits of 6 listed and 4 wanted, precision {p:.3f}, recall {r:.3f}, F1 {f1:.3f}")
    assert f"{harmonic(0.88, 0.80):.3f}: under no single averaging" in " ".join(PAGE.split())


def harmonic(p, r):
    return 2 * p * r / (p + r)


def test_mean_over_seeds():
    rankings = (A_TO_E, np.array([0.9, 0.8, 0.7, 0.1, 0.0]))
    seeds = [score_users(scores[None], ANN[None], ks=[3]) for scores in rankings]
    first, second, mean = (scores.f1.item() for scores in (*seeds, UserScores.mean_of(seeds)))
    says(f"F1@3 {first:.3f} and {second:.3f}, mean {mean:.3f}")
    assert UserScores.mean_of(seeds).top.hits.item() == 1.5


def test_intervals():
    interval = mean_interval(np.array([[0.0], [1.0]]), seed=0)
    says(f"the mean is {interval.value[0]:.3f} and its interval {interval.low[0]:.3f} to {interval.high[0]:.3f}")
    assert f"as many as they are; {DRAWS} times" in PAGE

    gap = difference_interval(np.array([[0.8], [0.4]]), np.array([[0.5], [0.5]]), seed=0)
    says(f"difference {gap.value[0]:.3f}, interval {gap.low[0]:.3f} to {gap.high[0]:.3f}")
    assert gap.probability[0] == pytest.approx(3 / 4, abs=0.03)

    (one,) = simultaneous_differences([np.array([0.8, 0.4])], np.array([0.5, 0.5]), seed=0)
    says(f"the interval is {one.low:.3f} to {one.high:.3f} again")
    assert one.p == pytest.approx(0.5, abs=0.03)


def test_many_methods_at_once():
    reach = {count: NormalDist().inv_cdf((1 + 0.95 ** (1 / count)) / 2) for count in (1, 5, 20)}
    says(f"c is {reach[1]:.3f} for one method, {reach[5]:.3f} for five and {reach[20]:.3f} for twenty")
    random = np.random.default_rng(0)
    for count, expected in reach.items():
        samples = list(random.normal(size=(count, 500)))
        found = simultaneous_differences(samples, np.zeros(500), seed=0)
        errors = [sample.std() / math.sqrt(500) for sample in samples]
        c = np.mean([(one.high - one.value) / error for one, error in zip(found, errors, strict=True)])
        assert c == pytest.approx(expected, rel=0.05)


def test_the_positive_weight():
    logits = torch.linspace(-8, 8, 160_001, dtype=torch.float64)
    wanted, unwanted = (
        torch.nn.functional.softplus(sign * logits) * weight for sign, weight in ((-1, 36 * 0.02), (1, 0.98))
    )
    z = logits[(wanted + unwanted).argmin()]
    says(f"the raw output is q = {torch.sigmoid(z):.3f}, and less ln 36 = {math.log(36):.3f}")
    says(f"that of 0.02, {calibrated_logits(z, 36):.3f}")
    says(f"A raw 0.5 stands for p = {torch.sigmoid(calibrated_logits(torch.zeros(()), 36)):.3f}")
    # the loss that is documented is the one that is trained
    pairs = torch.tensor([True] + [False] * 49)
    assert weighted_bce(z.expand(50), pairs, 36).item() == pytest.approx((wanted + unwanted).min().item())


def test_the_fitted_shift():
    shift = fit_shift(torch.zeros(1, 4), torch.tensor([[True, False, False, False]]))
    says(f"the shift is {shift:.3f}, which makes each probability {1 / (1 + math.exp(-shift)):.3f}")


def test_calibration():
    found = Calibration.of(np.array([[0.25, 0.25, 0.6, 0.9]], dtype=np.float32), np.array([[True, False, False, True]]))
    says(f"= {found.ece:.3f}, the Brier score {found.brier:.3f}, the log loss {found.log_loss:.3f}")
    assert f"$B = {len(found.counts)}$ bins" in PAGE
    assert f"({EDGES[0]:.5f} to {EDGES[-1]:.5f})" in PAGE


def test_cost():
    says(f"are 10 · 1024 · 2 bytes, {np.zeros((10, 1024), dtype=np.float16).nbytes / 1e6:.3f} megabytes")
    assert f"it is {np.median([2.0, 2.4, 9.0])}" in PAGE


def test_every_module_that_the_page_names_exists():
    modules = re.findall(r"`(\w+/\w+\.py)`", PAGE)
    assert len(modules) > 8
    assert [name for name in modules if not (ROOT / "src" / "visualtaste" / name).exists()] == []
