"""Section 1: what one person may spend of everybody's server."""

import asyncio
import time

from person import Refused


async def _hammer(connection, command, seconds, **fields):
    """How many were answered and how many refused."""
    end = time.monotonic() + seconds
    answered = refused = 0
    while time.monotonic() < end:
        results = await asyncio.gather(
            *(connection.ask(command, **fields) for _ in range(8)), return_exceptions=True)
        for result in results:
            if isinstance(result, Refused):
                assert result.code in ("RATE_LIMITED", "OVERLOADED"), result
                assert result.retry_after_ms > 0, result
                refused += 1
            elif isinstance(result, BaseException):
                raise result
            else:
                answered += 1
    return answered, refused


async def questions_have_a_budget(world):
    """Who asks dear questions without end is RATE_LIMITED with a time, and others are answered."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann)
    await ann.open_group(gid)
    for n in range(5):
        await ann.send(gid, "x" * 8_000)
    answered, refused = await _hammer(ann, "near", 3, gid=gid, time_ms=1)
    assert refused > 0, f"{answered} pages of history were answered and none refused"
    begun = time.monotonic()
    await bob.ask("list")
    assert time.monotonic() - begun < 1


async def groups_are_made_at_a_rate(world):
    """One person makes a bounded number of groups at once; more are RATE_LIMITED with a time."""
    ann = await world.connected()
    made = 0
    for n in range(40):
        try:
            await world.group(ann)
            made += 1
        except Refused as refusal:
            assert refusal.code == "RATE_LIMITED" and refusal.retry_after_ms > 0, refusal
            break
    assert 10 <= made < 40, made
