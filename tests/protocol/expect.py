"""Short words for what cases expect."""

import asyncio
import contextlib
import time

from person import Refused


@contextlib.asynccontextmanager
async def refused(*codes, field=None, rule=None):
    """The block ends with one of these refusals; yields a list that then holds it."""
    met = []
    try:
        yield met
    except Refused as refusal:
        assert refusal.code in codes, f"{refusal}, not {codes}"
        if field is not None:
            assert refusal.field == field, f"{refusal}, not of field {field!r}"
        if rule is not None:
            assert refusal.rule == rule, f"{refusal}, not by rule {rule!r}"
        met.append(refusal)
        return
    raise AssertionError(f"was not refused with {codes}")


async def until(condition, what, within_s=10):
    """Waits until `condition`, a function or a coroutine function, says true."""
    end = time.monotonic() + within_s
    while True:
        result = condition()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return result
        assert time.monotonic() < end, f"did not happen within {within_s} s: {what}"
        await asyncio.sleep(0.05)
