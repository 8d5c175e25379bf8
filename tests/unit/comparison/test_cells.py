from dataclasses import asdict, replace

import numpy as np
import pytest

from support.outcomes import FAILED, calibration, outcome, result, scores
from visualtaste.comparison.cells import read_cell, write_cell
from visualtaste.comparison.job import JobResult, Took
from visualtaste.errors import DataError

PLAIN = outcome([1, 3])
CALIBRATED = outcome([2], "observed", calibrated=calibration(0.3, [True, False]))
UNCALIBRATED = replace(
    CALIBRATED, uncalibrated={"raw": calibration(0.9, [True]), "corrected": calibration(0.1, [False, False])}
)
COMPANION = outcome([4, 5], "new-interests", companion=1, took=Took(1.5, 0.25, 10, 2048))
KINDS = {
    "plain": result(PLAIN),
    "thresholded": result(replace(PLAIN, scores=scores([1, 3], thresholded=True))),
    "averaged over lists": result(outcome([1.5, 2.25])),
    "calibrated": result(CALIBRATED),
    "uncalibrated beside": result(UNCALIBRATED),
    "with companion": result(PLAIN, COMPANION, replace(COMPANION, companion=0)),
    "failed": FAILED,
    "failed for odd reasons": JobResult((), 'Straße "ß"\n中'),
}


def assert_same(found, expected):
    """Equal in every value, and arrays in their type."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert_same(found[name], value)
    elif isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    else:
        assert type(found) is type(expected)
        assert found == expected


@pytest.mark.parametrize("name", KINDS)
def test_what_was_written_is_read(tmp_path, name):
    write_cell(tmp_path / "cells" / "a.npz", KINDS[name])
    found, expected = read_cell(tmp_path / "cells" / "a.npz"), KINDS[name]
    assert found.failed == expected.failed
    assert len(found.outcomes) == len(expected.outcomes)
    for one, other in zip(found.outcomes, expected.outcomes, strict=True):
        assert_same(asdict(one), asdict(other))
        assert (one.calibration is None) == (other.calibration is None)
        np.testing.assert_array_equal(one.scores.f1, other.scores.f1)


def test_an_outcome_is_found_by_protocol_and_companion(tmp_path):
    write_cell(tmp_path / "a.npz", result(PLAIN, COMPANION))
    found = read_cell(tmp_path / "a.npz")
    assert found.outcome("held-out").scores.f1[:, 1].tolist() == [0.1, 0.3]
    assert found.outcome("new-interests", 1).scores.f1[:, 1].tolist() == [0.4, 0.5]


@pytest.fixture
def whole(tmp_path):
    write_cell(tmp_path / "whole.npz", result(UNCALIBRATED))
    return (tmp_path / "whole.npz").read_bytes()


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(tmp_path, whole, share):
    path = tmp_path / "cut.npz"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"cut\.npz: not a result of a comparison"):
        read_cell(path)


def test_a_file_with_a_changed_byte_is_refused(tmp_path, whole):
    path = tmp_path / "changed.npz"
    place = whole.index(b'"failed"')
    path.write_bytes(whole[:place] + b"X" + whole[place + 1 :])
    with pytest.raises(DataError, match=r"changed\.npz"):
        read_cell(path)


def foreign_array(path):
    with path.open("wb") as stream:
        np.save(stream, np.arange(3))


def foreign_archive(path):
    np.savez(path, weights=np.arange(3))


def foreign_header(path):
    np.savez(path, header=np.frombuffer(b"[]", dtype=np.uint8))


def other_costs(path):
    header = b'{"failed": "", "outcomes": [{"protocol": "observed", "companion": null, "took": {"hours": 1},'
    header += b' "calibrated": false, "uncalibrated": []}]}'
    np.savez(path, header=np.frombuffer(header, dtype=np.uint8))


def pickled(path):
    np.savez(path, header=np.array([{"failed": ""}], dtype=object))


def text(path):
    path.write_text("hits: 3\n")


@pytest.mark.parametrize("write", [foreign_array, foreign_archive, foreign_header, other_costs, pickled, text])
def test_a_foreign_file_is_refused(tmp_path, write):
    path = tmp_path / "foreign.npz"
    write(path)
    with pytest.raises(DataError, match=r"foreign\.npz: not a result of a comparison .*delete it"):
        read_cell(path)
