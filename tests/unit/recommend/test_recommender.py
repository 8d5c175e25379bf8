"""Photos and known items in, items out, on the tinted shop and the tiny model."""

import pickle
import shutil

import numpy as np
import pytest

import visualtaste
from support.items import write_tinted_shop
from support.photos import save_photo
from visualtaste.errors import ConfigError, DataError, EmptySetError, ImageError
from visualtaste.inference.taste_model import TasteModel
from visualtaste.recommend.build import index_items
from visualtaste.recommend.recommender import Recommender
from visualtaste.recommend.weights import KNOWN_PARTS
from visualtaste.types import Ragged


@pytest.fixture(scope="module")
def recommender(indexed_model_folder):
    return Recommender.load(indexed_model_folder)


@pytest.fixture(scope="module")
def shop(indexed_model_folder):
    return indexed_model_folder.parent / "shop"


@pytest.fixture
def strange(tmp_path):
    """A photo of nothing that the shop has, rather red."""
    return save_photo(tmp_path / "strange.png", (200, 60, 30))


def test_a_red_photo_brings_red_things(recommender, strange):
    found = recommender.recommend([strange], k=2)
    assert [item.categories[0] for item in found] == ["colour: red"] * 2
    assert {item.title for item in found} == {"red shirt", "red lamp"}
    assert found.photos == (str(strange),)
    assert found.known == ()
    for item in found:
        assert sum(item.parts.values()) == pytest.approx(item.score, abs=1e-5)
        assert all(item.parts[name] == 0 for name in KNOWN_PARTS)


def test_the_photo_of_an_item_is_recognised_and_the_item_left_out(recommender, shop):
    by_photo = recommender.recommend([shop / "red-shirt-2.png"], k=30, variants=True)
    by_id = recommender.recommend(known=["red-shirt-2"], k=30, variants=True)
    both = recommender.recommend([shop / "red-shirt-2.png"], known=["red-shirt-2"], k=30, variants=True)
    assert by_photo.known == by_id.known == both.known == ("red-shirt-2",)
    assert len(by_photo) == 29
    assert [i.item_id for i in by_photo] == [i.item_id for i in by_id] == [i.item_id for i in both]
    assert "red-shirt-2" not in [item.item_id for item in by_photo]
    np.testing.assert_allclose([i.score for i in by_photo], [i.score for i in both], atol=1e-5)


def test_variants_of_one_product_are_recommended_once(recommender, strange):
    titles = [item.title for item in recommender.recommend([strange], k=30)]
    assert len(titles) == len(set(titles)) == 6
    assert len(recommender.recommend([strange], k=30, variants=True)) == 30


def test_a_category_limits_what_comes_out(recommender, strange):
    found = recommender.recommend([strange], k=30, category="colour: blue", variants=True)
    assert {item.item_id.split("-")[0] for item in found} == {"blue"}
    assert len(found) == 10
    with pytest.raises(DataError, match="there is no category 'colour: bleu': did you mean 'colour: blue'"):
        recommender.recommend([strange], category="colour: bleu")
    with pytest.raises(DataError, match="category 'kind: thing' is too common to tell people apart"):
        recommender.recommend([strange], category="kind: thing")


def test_what_cannot_be_answered_is_refused(recommender, strange, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no photo")
    with pytest.raises(EmptySetError, match="at least one photo or known item, none was given"):
        recommender.recommend()
    with pytest.raises(ImageError, match="not an image"):
        recommender.recommend([strange, text])
    with pytest.raises(EmptySetError, match=r"none can be read: .*text\.jpg"):
        recommender.recommend([text], skip_unreadable=True)
    assert [s.name for s in recommender.recommend([strange, text], skip_unreadable=True).skipped] == [str(text)]
    with pytest.raises(DataError, match="item 'unseen' is not in the index: it has no photo"):
        recommender.recommend([strange], known=["unseen"])
    with pytest.raises(ConfigError, match="k = 0: Input should be greater than or equal to 1"):
        recommender.recommend([strange], k=0)
    with pytest.raises(ConfigError, match=r"diversity = 1\.5"):
        recommender.recommend([strange], diversity=1.5)


def test_many_people_at_once_get_what_each_gets_alone(recommender):
    features = recommender.index.catalogue.features[[0, 7, 29]].astype(np.float32)
    sets = Ragged(features, np.array([0, 2, 3]))
    known = Ragged.from_rows([[0], []])
    together = recommender.rank(sets, known)
    for person in range(2):
        alone = recommender.rank(Ragged.from_rows([sets[person]], np.float32), Ragged.from_rows([known[person]]))
        assert alone[0].rows.tolist() == together[person].rows.tolist()


def test_a_catalogue_of_one_item(tiny_model_folder, tmp_path, strange):
    model = shutil.copytree(tiny_model_folder, tmp_path / "model")
    shop = write_tinted_shop(tmp_path / "shop")
    one = shop.interactions.filter(shop.interactions["item_id"] == "red-lamp-0")
    items = shop.items.filter(shop.items["item_id"] == "red-lamp-0")
    lonely = visualtaste.Dataset(
        tmp_path / "lonely", shop.info.model_copy(update={"image_root": "../shop"}), items, one
    )
    lonely.write()
    index = index_items(TasteModel.load(model), visualtaste.Dataset.read(tmp_path / "lonely"))
    assert index.manifest.tuning.users == 0
    recommender = Recommender.load(model)
    assert [item.item_id for item in recommender.recommend([strange])] == ["red-lamp-0"]
    assert recommender.recommend([tmp_path / "shop" / "red-lamp-0.png"]).items == ()
    assert recommender.recommend(known=["red-lamp-0"]).items == ()
    assert recommender.recommend([strange], category="kind: shirt").items == ()


def test_each_item_says_what_it_is_because_of(recommender, shop, strange):
    photos = [strange, shop / "green-shirt-2.png"]
    found = recommender.recommend(photos, known=["blue-lamp-1", "green-shirt-2"], k=30)
    assert found.shown == (*map(str, photos), "blue-lamp-1")
    assert found.unphotographed == ("blue-lamp-1",)
    for item in found:
        why = found.explain(item)
        own = item.parts["popularity"] + item.parts["recent"]
        assert why.start + own + sum(why.contributions) == pytest.approx(item.score, abs=1e-3)
        assert why.method == "Shapley values"
        colour = ["red", "green", "blue"].index(item.item_id.split("-")[0])
        assert why.because == (colour,)


def test_what_cannot_be_explained_is_refused(recommender, strange):
    found = recommender.recommend([strange], k=1)
    other = recommender.recommend([strange], k=2).items[1]
    with pytest.raises(DataError, match=f"item '{other.item_id}' is none of the 1 that were recommended"):
        found.explain(other)
    copied = pickle.loads(pickle.dumps(found))
    assert copied == found
    with pytest.raises(DataError, match="came without what would explain them"):
        copied.explain(copied.items[0])


def test_explaining_costs_nothing_until_it_is_asked_for(recommender, strange, monkeypatch):
    calls, attribute = [], TasteModel.attribute

    def counted(model, features):
        calls.append(len(features))
        return attribute(model, features)

    monkeypatch.setattr(TasteModel, "attribute", counted)
    found = recommender.recommend([strange], k=3)
    assert calls == []
    for item in found:
        found.explain(item)
    assert calls == [1]


def test_it_is_part_of_the_public_api():
    assert visualtaste.Recommender is Recommender
