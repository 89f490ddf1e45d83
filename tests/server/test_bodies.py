import asyncio

import pytest
from fastapi import HTTPException

from wardline.server.bodies import BodyRules, strict_json


def test_json_is_read_as_it_stands():
    assert strict_json(b'{"a": [1, 2.5, null, true, "\xc3\xa4"]}') == {
        "a": [1, 2.5, None, True, "ä"]
    }


@pytest.mark.parametrize(
    ("body", "said"), [
        (b"{", "character"), (b'"\xff"', "byte 1"), (b"[NaN]", "NaN"), (b"[-Infinity]", "Infinity"),
        (b'{"a":1,"a":2}', "same key"), (b"1" * 21, "digits"), (b"[" * 100_000, "deep"),
    ],
)  # fmt: skip
def test_what_is_not_plain_json_is_400_and_says_why(body, said):
    with pytest.raises(HTTPException, match=said) as caught:
        strict_json(body)
    assert caught.value.status_code == 400


def test_a_body_that_takes_too_long_is_408(runner):
    async def never():
        await asyncio.Event().wait()

    async def reads_its_body(scope, receive, send):
        await receive()

    scope = {
        "type": "http", "method": "POST", "path": "/",
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    rules = BodyRules(reads_its_body, time_max_s=0.01)
    with pytest.raises(HTTPException) as caught:
        runner.run(rules(scope, never, None))
    assert caught.value.status_code == 408
