"""Photos in, interests out, on a model whose answers can be computed by hand."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from support.photos import save_photo
from support.tiny_model import CATEGORIES, QUERY, WEIGHT, encoder_network, interests_network, item_classifier_network
from visualtaste.artifact.folder import seal
from visualtaste.errors import ArtifactError, DataError, EmptySetError, ImageError
from visualtaste.inference import network
from visualtaste.inference.taste_model import TasteModel
from visualtaste.types import Ragged


@pytest.fixture
def model(tiny_model_folder: Path) -> TasteModel:
    return TasteModel.load(tiny_model_folder)


def answer(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities (D,) and attention (n,) of one user's features (n, K), by the formulas."""
    attention = np.exp(features @ QUERY)
    attention /= attention.sum()
    return 1 / (1 + np.exp(-(attention @ features) @ WEIGHT)), attention


def test_interests_of_photos_are_what_the_formulas_give(model: TasteModel, photos: list[Path]) -> None:
    red, green, _ = photos
    features = np.array([[1, 0, 0, 1], [0, 1, 0, 1]], dtype=np.float32)

    interests = model.interests([red, str(green)])

    probabilities, attention = answer(features)
    assert [photo.name for photo in interests.photos] == [str(red), str(green)]
    np.testing.assert_allclose([photo.attention for photo in interests.photos], attention, atol=1e-6)
    assert {i.category: i.probability for i in interests} == pytest.approx(
        dict(zip(CATEGORIES, probabilities.tolist(), strict=True)), abs=1e-6
    )
    assert [i.probability for i in interests] == sorted((i.probability for i in interests), reverse=True)
    assert interests.top(1)[0].category == "colour: red"
    assert interests.skipped == ()


def test_equal_probabilities_keep_the_order_of_the_vocabulary(model: TasteModel, photos: list[Path]) -> None:
    ranked = [interest.category for interest in model.interests(photos)]
    assert ranked.index("kind: shirt") + 1 == ranked.index("kind: lamp")


def test_encoded_bytes_are_a_photo_too(model: TasteModel, photos: list[Path]) -> None:
    assert model.interests([p.read_bytes() for p in photos]).ranked == model.interests(photos).ranked
    assert [p.name for p in model.interests([photos[0].read_bytes(), photos[1]]).photos] == ["photo 1", str(photos[1])]


def test_photos_may_come_from_a_generator(model: TasteModel, photos: list[Path]) -> None:
    assert model.interests(path for path in photos) == model.interests(photos)


def test_a_single_photo_is_not_a_list_of_letters(model: TasteModel, photos: list[Path]) -> None:
    for single in (str(photos[0]), photos[0], photos[0].read_bytes()):
        with pytest.raises(TypeError, match="must be a list of photos, not the single"):
            model.interests(single)
    with pytest.raises(TypeError, match="not int"):
        model.interests([7])  # type: ignore[list-item]


def test_no_photo_is_an_error(model: TasteModel) -> None:
    with pytest.raises(EmptySetError, match="at least one photo, none was given"):
        model.interests([])
    assert model.encode([]).shape == (0, 4)


def test_an_unreadable_photo_is_named_or_on_request_listed(
    model: TasteModel, photos: list[Path], tmp_path: Path
) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("not a photo")
    with pytest.raises(ImageError, match=r"text\.jpg") as caught:
        model.interests([photos[0], text])
    assert caught.value.reason == "not-an-image"
    with pytest.raises(ImageError, match="photo 2"):
        model.interests([photos[0], b"not a photo"])

    missing = tmp_path / "missing.jpg"
    interests = model.interests([missing, photos[0], text, text], skip_unreadable=True)
    assert interests.ranked == model.interests([photos[0]]).ranked
    assert [photo.name for photo in interests.photos] == [str(photos[0])]
    assert [(s.name, s.reason) for s in interests.skipped] == [
        (str(missing), "missing"),
        (str(text), "not-an-image"),
        (str(text), "not-an-image"),
    ]
    with pytest.raises(EmptySetError, match=r"none can be read: .*missing\.jpg"):
        model.interests([missing, text], skip_unreadable=True)


def test_more_photos_than_one_batch(model: TasteModel, tmp_path: Path) -> None:
    shades = [save_photo(tmp_path / f"{i}.png", (i, 0, 0)) for i in range(70)]
    np.testing.assert_allclose(model.encode(shades)[:, 0], np.arange(70) / 255, atol=1e-6)


def test_predict_in_chunks_equals_one_user_at_a_time(model: TasteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    lengths = np.array([1, 5, 2, 9, 1, 1, 3])  # the fourth has more photos than a chunk
    features = generator.random((int(lengths.sum()), 4), dtype=np.float32)
    sets = Ragged(features, np.concatenate([[0], np.cumsum(lengths)]))
    monkeypatch.setattr(network, "_PHOTOS_AT_ONCE", 6)

    prediction = model.predict(sets)

    assert prediction.probabilities.shape == (7, 5)
    expected = [answer(features) for features in sets]
    np.testing.assert_allclose(prediction.probabilities, [probabilities for probabilities, _ in expected], atol=1e-6)
    np.testing.assert_allclose(
        prediction.attention, np.concatenate([attention for _, attention in expected]), atol=1e-6
    )


def test_predict_takes_rows_of_a_float16_matrix(model: TasteModel) -> None:
    matrix = np.random.default_rng(0).random((10, 4)).astype(np.float16)
    rows = Ragged.from_rows([[3, 1], [9], [3, 3, 0]])
    by_row = model.predict(rows, matrix)
    direct = model.predict(Ragged(matrix[rows.values], rows.offsets))
    np.testing.assert_array_equal(by_row.probabilities, direct.probabilities)
    np.testing.assert_array_equal(by_row.attention, direct.attention)


def test_predicting_nobody_gives_nothing(model: TasteModel) -> None:
    prediction = model.predict(Ragged(np.empty((0, 4), dtype=np.float32), np.array([0])))
    assert len(prediction) == 0
    assert prediction.probabilities.shape == (0, 5)
    assert prediction.attention.shape == (0,)


def test_predict_refuses_what_would_give_nonsense(model: TasteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.ones((3, 4), dtype=np.float32)
    with pytest.raises(EmptySetError, match="user in row 1 has no photos"):
        model.predict(Ragged.from_rows([[0], [], [1]]), matrix)
    with pytest.raises(DataError, match="row 3 does not exist: there are features of 3 photos"):
        model.predict(Ragged.from_rows([[0, 3]]), matrix)
    with pytest.raises(DataError, match="row -1 does not exist"):
        model.predict(Ragged.from_rows([[-1]]), matrix)
    with pytest.raises(DataError, match=r"must be \(photos, 4\), not \(3, 5\)"):
        model.predict(Ragged.from_rows([[0]]), np.ones((3, 5)))
    with pytest.raises(DataError, match=r"must be \(photos, 4\), not \(1,\)"):
        model.predict(Ragged.from_rows([[0]]))
    with pytest.raises(DataError, match="rows of `features`, not float32"):
        model.predict(Ragged(matrix, np.array([0, 3])), matrix)
    matrix[2, 1] = np.nan
    monkeypatch.setattr(network, "_PHOTOS_AT_ONCE", 2)
    with pytest.raises(DataError, match="user in row 2 has features that are not finite"):
        model.predict(Ragged.from_rows([[0, 1], [0], [2], [1]]), matrix)


def test_item_probabilities_are_each_photos_own(model: TasteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    features = np.random.default_rng(0).random((7, 4), dtype=np.float32)
    monkeypatch.setattr(network, "_PHOTOS_AT_ONCE", 3)
    expected = 1 / (1 + np.exp(-features @ WEIGHT))
    np.testing.assert_allclose(model.item_probabilities(features), expected, atol=1e-6)
    with pytest.raises(DataError, match=r"\(photos, 4\)"):
        model.item_probabilities(features[:, :3])


def test_describe_says_what_one_wants_to_know(model: TasteModel) -> None:
    text = model.describe()
    for fact in (
        str(model.folder),
        "visualtaste 0.1.0",
        "32 x 32 pixels -> 4 features",
        "google/mobilenet_v1_1.0_224",
        "One attention block",
        "observed: the categories of the photos shown",
        "5 and 1 too common",
        "positive weight 36 taken out",
        "tiny (data 000000000000)",
        "epochs: encoder 2, interests 1; 2.0 minutes; seed 0",
        "validation loss 0.25 (validation users)",
    ):
        assert fact in text


def test_networks_open_only_when_they_are_needed(model: TasteModel, photos: list[Path]) -> None:
    opened = {"encoder", "_interests", "_item_classifier"}
    assert not opened & vars(model).keys()
    model.predict(Ragged(np.ones((1, 4), dtype=np.float32), np.array([0, 1])))
    assert opened & vars(model).keys() == {"_interests"}
    model.encode(photos)
    assert opened & vars(model).keys() == {"_interests", "encoder"}


@pytest.mark.parametrize(
    ("name", "network", "message"),
    [
        ("interests", interests_network(weight=WEIGHT[:, :3]), r"'probabilities' is float \(U, 3\), but"),
        ("interests", interests_network(WEIGHT[:3], QUERY[:3]), r"'features' is float \(T, 3\), but float \(any, 4\)"),
        ("interests", item_classifier_network(), "has no input 'offsets' but features"),
        ("item_classifier", interests_network(), "wants an unknown input 'offsets'"),
        ("encoder", encoder_network(features=5), "makes 5 features of a photo, the manifest says 4"),
        ("encoder", encoder_network(size=33), r"'pixels' is uint8 \(B, 33, 33, 3\), but uint8 \(any, 32, 32, 3\)"),
    ],
)
def test_a_network_of_another_model_is_refused(
    model: TasteModel, photos: list[Path], tmp_path: Path, name: str, network: onnx.ModelProto, message: str
) -> None:
    folder = Path(shutil.copytree(model.folder, tmp_path / "model"))
    onnx.save(network, folder / f"{name}.onnx")
    seal(folder, model.manifest)  # the digests are right, what is in the files is not
    mixed = TasteModel.load(folder)
    with pytest.raises(ArtifactError, match=message) as caught:
        mixed.item_probabilities(mixed.encode(photos)) if name != "interests" else mixed.interests(photos)
    assert f"{name}.onnx" in str(caught.value)


def test_many_may_ask_one_model_at_once(tiny_model_folder: Path, photos: list[Path]) -> None:
    model = TasteModel.load(tiny_model_folder)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: model.interests(photos), range(16)))
    assert all(each == answers[0] for each in answers)
