"""What was asked for last is kept, up to the room there is."""

from __future__ import annotations

from kb.cache import Cache


def test_the_longest_unasked_makes_room() -> None:
    cache: Cache[str, int] = Cache(2)
    for key, value in (("a", 1), ("b", 2)):
        cache.put(key, value)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_room_can_be_what_sizes_add_up_to() -> None:
    cache: Cache[str, str] = Cache(10, len)
    cache.put("a", "x" * 6)
    cache.put("b", "x" * 4)
    cache.put("b", "x" * 5)
    assert [cache.get(key) is None for key in "ab"] == [True, False]


def test_what_is_larger_than_the_room_pushes_nothing_out() -> None:
    cache: Cache[str, str] = Cache(10, len)
    cache.put("a", "x")
    assert cache.of("b", lambda: "x" * 11) == "x" * 11
    assert [cache.get(key) for key in "ab"] == ["x", None]


def test_a_value_is_made_once() -> None:
    cache: Cache[str, str] = Cache(1)
    assert cache.of("a", lambda: "made") == "made"
    assert cache.of("a", lambda: "made again") == "made"


def test_without_room_nothing_is_kept() -> None:
    cache: Cache[str, str] = Cache(0)
    cache.put("a", "x")
    assert cache.get("a") is None
