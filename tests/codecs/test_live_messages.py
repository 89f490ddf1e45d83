"""What workers tell servers comes back as it was told, or not at all."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardline.codecs.live_messages import (
    FORMAT,
    ShardNews,
    Telling,
    TellingError,
    decode_telling,
    encode_telling,
)
from wardline.engine.engine import Engine
from wardline.engine.picture import pictures
from wardline.model.commands import Command


def told() -> Telling:
    engine = Engine()
    engine.apply(Command("Zoë", 1_000, "nurse", "settings", {"age": 71}))
    return Telling(
        FORMAT, "host:1:2", 7, 2_000, 1_900, "patient-vitals", 3,
        pictures=[(2, 5, pictures(engine, 2_000))],
        found=[("score", [("Zoë", 1_000, None, "news2", 3)])],
        beds=[("W", "1")], counted=(10, 2, 1),
        shards=[ShardNews(2, 5, "saving", 40, None, 1, 0)],
        problems=["the store is slow"], figures={"wardline_commits_total": 4.0},
    )  # fmt: skip


def test_a_telling_comes_back_as_it_was_told():
    telling = told()
    back = decode_telling(encode_telling(telling))
    # MessagePack has one kind of list only.
    assert back.found == [("score", [("Zoë", 1_000, None, "news2", 3)])]
    assert back == telling


def test_what_is_told_every_second_only_may_be_missing():
    short = Telling(FORMAT, "w", 1, 2, 3, "patient-vitals", 3)
    assert decode_telling(encode_telling(short)) == short


def test_another_format_is_refused_and_named():
    newer = msgspec.structs.replace(told(), format=FORMAT + 1)
    with pytest.raises(TellingError, match=f"format {FORMAT + 1}"):
        decode_telling(encode_telling(newer))


@given(
    st.binary(max_size=100) | st.integers(0, 2_000).map(lambda cut: encode_telling(told())[:cut])
)
def test_anything_else_is_refused_or_is_a_telling(message: bytes):
    try:
        telling = decode_telling(message)
    except TellingError:
        return
    assert telling.format == FORMAT


@pytest.mark.parametrize("message", [b"", b"{}", b"\x00", b"\x93\x01\x02\x03", b"\x91" * 5_000])
def test_garbage_is_refused(message: bytes):
    with pytest.raises(TellingError):
        decode_telling(message)
