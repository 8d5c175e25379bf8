import json
from dataclasses import replace

import numpy as np
import pytest

from visualtaste.errors import DataError
from visualtaste.evaluation.results import Evaluation, MethodResult
from visualtaste.metrics.intervals import difference_interval, mean_interval
from visualtaste.metrics.ranking import score_users
from visualtaste.metrics.user_scores import METRICS, THRESHOLDED_METRICS, UserScores


def result(name: str, scores: UserScores) -> MethodResult:
    return MethodResult(name, name.title(), scores)


def scored(wanted: list[list[int]], ks=(1, 2), seed: int = 0) -> UserScores:
    target = np.array(wanted, dtype=bool)
    return score_users(np.random.default_rng(seed).random(target.shape), target, ks=ks)


def tiny(*methods: MethodResult, reference: str = "a") -> Evaluation:
    return Evaluation("tiny", "held-out", 3, methods, reference, draws=50)


def test_intervals_are_those_of_the_metrics(evaluation):
    method, reference = evaluation.methods[0], evaluation.method(evaluation.reference)
    column = evaluation.ks.tolist().index(15)
    alone = mean_interval(method.scores.f1, evaluation.seed, evaluation.draws)
    found = evaluation.estimate(method.name, "f1")
    assert (found.value, found.low, found.high) == pytest.approx(
        (alone.value[column], alone.low[column], alone.high[column])
    )
    gap = difference_interval(method.scores.f1, reference.scores.f1, evaluation.seed, evaluation.draws)
    lead = evaluation.difference(method.name, "f1")
    assert (lead.value, lead.low, lead.high, lead.probability) == pytest.approx(
        (gap.value[column], gap.low[column], gap.high[column], gap.probability[column])
    )


def test_estimates_at_other_k_and_without_k(evaluation):
    method = evaluation.methods[1]
    assert evaluation.estimate(method.name, "recall", 1).value == pytest.approx(method.scores.mean().recall[0])
    assert evaluation.estimate(method.name, "r_precision").value == pytest.approx(method.scores.mean().r_precision)
    with pytest.raises(DataError, match="nothing was scored at k = 99"):
        evaluation.estimate(method.name, "recall", 99)


def test_the_reference_has_no_difference_and_the_best_comes_first(evaluation):
    assert evaluation.difference(evaluation.reference, "f1") is None
    values = [evaluation.estimate(method.name, "f1").value for method in evaluation.ranked]
    assert values == sorted(values, reverse=True)
    assert evaluation.best is evaluation.ranked[0]


def test_a_metric_that_one_method_lacks_has_no_difference(evaluations):
    evaluation = evaluations(6)  # the sixth gives no probabilities
    without = evaluation.methods[5].name
    assert "thresholded_f1" not in evaluation.estimates[without].mean
    assert "thresholded_f1" in evaluation.estimates["method0"].mean
    assert evaluation.difference("method0", "thresholded_f1") is None
    assert evaluation.difference("method0", "f1") is not None


@pytest.mark.parametrize(("ks", "headline"), [(range(1, 21), 15), ((1, 5, 10), 10), ((13, 17), 13), ((20,), 20)])
def test_the_headline_k_is_15_or_the_nearest(ks, headline):
    assert tiny(result("a", scored([[1, 0, 1]], ks))).headline_k == headline


def test_counts(evaluation):
    assert evaluation.users == 120
    assert evaluation.wanted_per_user == pytest.approx(evaluation.methods[0].scores.relevant.mean())


def test_what_cannot_be_compared_is_refused():
    a, other_users = result("a", scored([[1, 0, 1]])), result("b", scored([[1, 1, 1]]))
    with pytest.raises(DataError, match="at least one method"):
        tiny()
    with pytest.raises(DataError, match="same name: a, a"):
        tiny(a, a)
    with pytest.raises(DataError, match="'z' is none of the methods: a"):
        tiny(a, reference="z")
    with pytest.raises(DataError, match="b was cut at other k than a"):
        tiny(a, result("b", scored([[1, 0, 1]], ks=(1, 3))))
    with pytest.raises(DataError, match="b was scored on other users than a"):
        tiny(a, other_users)
    nobody = score_users(np.zeros((0, 3)), np.zeros((0, 3), dtype=bool))
    with pytest.raises(DataError, match="no user was scored"):
        tiny(result("a", nobody))


def test_json_has_everything_behind_the_figures(evaluations):
    evaluation = evaluations(6)
    content = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert content["schema_version"] == 1
    assert content["ks"] == list(range(1, 21))
    assert (content["dataset"], content["protocol"]) == ("Simulated shop", "held-out")
    assert content["skipped"] == [{"reason": "with nothing to predict", "count": 3, "examples": ["u17", "u4", "u99"]}]
    assert content["provenance"]["dropped_categories"] == ["colour: black", "section: everyday"]

    first, popularity = content["methods"][0], content["methods"][5]
    assert tuple(first["mean"]) == METRICS + THRESHOLDED_METRICS
    scores = evaluation.methods[0].scores
    assert first["mean"]["f1"]["value"] == pytest.approx(scores.mean().f1.tolist(), abs=1e-6)
    assert first["mean"]["r_precision"]["value"] == pytest.approx(scores.mean().r_precision, abs=1e-6)
    assert first["micro"]["precision"] == pytest.approx(scores.micro().precision.tolist(), abs=1e-6)
    assert set(first["difference_to_reference"]["ndcg"]) == {"value", "low", "high", "probability"}
    for curve in first["mean"]["ndcg"].values():
        assert len(curve) == 20
    assert popularity["mean"]["thresholded_f1"] is None
    assert popularity["thresholded_micro"] is None


def test_the_same_evaluation_gives_the_same_json(evaluations):
    assert json.dumps(evaluations(3).to_json()) == json.dumps(evaluations(3).to_json())


def test_some_of_the_methods_keep_their_intervals(evaluation):
    names = {"method1", evaluation.reference}
    part = evaluation.only(names)
    assert [method.name for method in part.methods] == ["method1", evaluation.reference]
    alone = replace(evaluation, methods=part.methods)
    assert part.estimate("method1", "f1") == alone.estimate("method1", "f1")
    assert part.difference("method1", "f1") == alone.difference("method1", "f1")
    with pytest.raises(DataError, match="reference"):
        evaluation.only({"method0"})
