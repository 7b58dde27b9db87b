"""What was worked out before is kept whole, is made anew where it is damaged, and goes when nobody asks for it."""

import pytest
from kb.cache import Cache, name_of


def test_a_thing_is_made_once(tmp_path):
    assert Cache(tmp_path).get("a", lambda: b"one\ntwo") == b"one\ntwo"
    assert Cache(tmp_path).get("a", lambda: b"another") == b"one\ntwo"


@pytest.mark.parametrize("damage", [b"", b"one", b"0" * 64 + b"\none"])
def test_what_is_damaged_is_made_anew_and_mended(tmp_path, damage):
    Cache(tmp_path).get("a", lambda: b"one")
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(damage)
    assert Cache(tmp_path).load("a") is None
    assert Cache(tmp_path).get("a", lambda: b"one") == b"one"
    assert (tmp_path / "a").read_bytes() == whole


def test_where_nothing_can_be_saved_it_is_made_each_time(tmp_path):
    (tmp_path / "file").write_text("a file where the folder should be")
    assert Cache(tmp_path / "file").get("a", lambda: b"one") == b"one"
    assert Cache(tmp_path / "file").get("a", lambda: b"two") == b"two"


def test_what_was_not_asked_for_is_removed(tmp_path):
    for name in ("a", "b"):
        Cache(tmp_path).save(name, b"one")
    (tmp_path / "folder").mkdir()  # whose it is nobody knows
    cache = Cache(tmp_path)
    cache.load("a")
    cache.get("c", lambda: b"new")
    cache.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c", "folder"]


def test_a_name_tells_one_list_of_parts_from_another():
    assert len({name_of(), name_of(b""), name_of(b"ab"), name_of(b"a", b"b"), name_of(b"b", b"a")}) == 5
