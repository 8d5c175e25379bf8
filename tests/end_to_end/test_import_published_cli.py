"""`visualtaste import movielens` and `import recbole` by the real command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.photos import save_photo
from visualtaste.data.dataset import Dataset


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [str(Path(sys.executable).with_name("visualtaste")), "import", *arguments, "-o", "dataset"]
    minima = ["--min-user-items", "2", "--min-category-items", "1"]
    return subprocess.run([*program, *minima], capture_output=True, text=True, check=False, cwd=folder)


def test_movielens(tmp_path: Path) -> None:
    (tmp_path / "ratings.dat").write_text("1::10::5::978300760\n1::20::4::978302109\n1::30::2::9\n2::10::1::9\n")
    (tmp_path / "movies.dat").write_bytes(
        "10::Caf\u00e9 (1990)::Drama\n20::B::War|Drama\n30::C::War\n".encode("latin-1")
    )
    (tmp_path / "posters").mkdir()
    for movie in (10, 20, 30):
        save_photo(tmp_path / "posters" / f"{movie}.jpg", (9, 9, 9))
    files = ["--ratings", "ratings.dat", "--movies", "movies.dat"]
    finished = run(tmp_path, "movielens", *files, "--posters", "posters", "--min-rating", "3")
    assert finished.returncode == 0, finished.stderr
    assert "ratings: rating below 3" in finished.stdout
    dataset = Dataset.read(tmp_path / "dataset")
    assert dataset.user_ids == ["1"]
    assert dataset.items["title"].to_list() == ["Caf\u00e9 (1990)", "B", "C"]

    without = run(tmp_path, "movielens", *files)
    assert (without.returncode, without.stderr) == (
        2,
        "error: no item has a photo or the address of one: give --posters FOLDER or --poster-url ADDRESS\n",
    )


def test_recbole(tmp_path: Path) -> None:
    (tmp_path / "shop.inter").write_text("user_id:token\titem_id:token\ttimestamp:float\n1\ta\t5\n1\tb\t6\n2\ta\t7\n")
    (tmp_path / "shop.item").write_text(
        "item_id:token\tkind:token_seq\tphoto:token\na\tx y\thttps://h/a\nb\tx\thttps://h/b\n"
    )
    files = ["--interactions", "shop.inter", "--items", "shop.item"]
    finished = run(tmp_path, "recbole", *files, "--categories", "kind", "--image-url", "photo")
    assert finished.returncode == 0, finished.stderr
    dataset = Dataset.read(tmp_path / "dataset")
    assert (dataset.name, dataset.categories, dataset.user_ids) == ("shop", ("x", "y"), ["1"])
    assert dataset.items["image_url"].to_list() == ["https://h/a", "https://h/b"]
