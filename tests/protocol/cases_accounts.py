"""Sections 1 and 10: what an ended account or token may still do, sign-ins, bounds of one user."""

import asyncio
import time

import websockets

from expect import until
from person import PASSWORD, Closed, Connection, Refused, body, cmid, http
from wire import ClientFrame, ServerFrame
from world import LISTED_ORIGIN, Missing

CONNECTIONS_MAX = 64
MISSES_AT_ONCE = 64


async def _guess(connection, count):
    """What came of naming so many groups that are not there."""
    codes = []
    for n in range(count):
        try:
            await connection.ask("join_group", gid=2_000_000 + n)
        except Refused as refusal:
            codes.append(refusal.code)
    return codes


async def misses_survive_a_reconnect(world):
    """Misses count for a user: another connection, or the next one, has no budget of its own."""
    person = await world.person()
    first = await person.connect()
    assert (await _guess(first, MISSES_AT_ONCE)).count("NOT_FOUND") >= MISSES_AT_ONCE - 1
    await first.close()
    begun = time.monotonic()
    codes = await _guess(await person.connect(), 20) + await _guess(await person.connect(), 20)
    # One more in a second is looked at.
    assert codes.count("NOT_FOUND") <= time.monotonic() - begun + 3, codes


async def a_stream_of_a_disabled_member_ends(world):
    """Who is disabled while they write is cut with 4402 within a second of the operator's answer, and
    nothing that they said after it is stored."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    begun_at = {}

    async def write():
        for n in range(100):
            begun_at[f"{n}"] = time.monotonic()
            try:
                await bob.send(gid, f"{n}")
            except Refused as refusal:
                if refusal.code == "TOKEN_INVALID":
                    return
            await asyncio.sleep(0.1)

    async def stream():
        try:
            await write()
        except Closed:
            pass
    stream_task = asyncio.create_task(stream())
    await asyncio.sleep(0.3)
    await world.operate("POST", f"/users/{bob.welcome.uid}/disable")
    answered = time.monotonic()
    assert await bob.close_code() == 4402
    took = time.monotonic() - answered
    assert took < 1.5, f"cut after {took:.1f} s"
    await stream_task
    opened = await ann.open_group(gid)
    assert opened.head >= 1
    for entry in opened.entries:
        text = entry.body[2:].decode()
        assert begun_at[text] < answered, f"{text} was stored, said {begun_at[text] - answered:.2f} s after"


async def a_burst_with_a_void_token_is_not_answered(world):
    """Hello with an ended token and commands right behind it: one TOKEN_INVALID, the end (4402), and
    nothing was done."""
    ann = await world.connected()
    bob = await world.signed_up()
    bobs = await bob.connect()
    gid = await world.group(ann, bobs)
    status, _, _ = await bob.request("POST", "/api/v1/sign-out", {})
    assert status == 200
    await bobs.close_code(2)
    socket = await websockets.connect(world.socket_url, subprotocols=["stentor.v1"],
                                      compression=None, ping_interval=None)
    connection = Connection(socket)  # Not read by itself: what comes is looked at below.
    hello = ClientFrame(request_id=1)
    hello.hello.token, hello.hello.version = bob.token, 1
    frames = [hello, connection.frame_of("list"), connection.frame_of("open", gid=gid),
              connection.frame_of("send", gid=gid, cmid=cmid(), body=body("after")),
              connection.frame_of("search_entries", gid=gid, words="x")]
    heard = []
    try:
        for frame in frames:
            await socket.send(frame.SerializeToString())
        async with asyncio.timeout(5):
            async for data in socket:
                heard.append(ServerFrame.FromString(data))
    except websockets.ConnectionClosed:
        pass
    assert [(one.request_id, one.refused.code) for one in heard] == [(1, 402)], heard
    assert socket.close_code == 4402
    assert (await ann.open_group(gid)).head == 0


async def a_session_that_is_not_there_is_not_found(world):
    """sessions/end of an id that is none of one's own is 404 `id`, and ends nothing."""
    person, other = await world.signed_up(), await world.signed_up()
    _, listed, _ = await other.request("GET", "/api/v1/sessions")
    for number in (1, listed["sessions"][0]["id"]):
        status, answer, _ = await person.request("POST", "/api/v1/sessions/end", {"id": number})
        assert (status, answer["code"], answer["field"]) == (404, "NOT_FOUND", "id"), answer
    for one in (person, other):
        assert (await one.request("GET", "/api/v1/me"))[0] == 200


async def an_exchanged_token_ends_with_the_other_systems(world):
    """What is given for a JWT expires when that does, over HTTP and in Welcome, and not later."""
    expires_s = int(time.time()) + 90
    name = world.new_name("Outside")
    status, answer, _ = await world.request(
        "POST", "/api/v1/exchange", {"token": world.outside_token(name, expires_s)})
    assert status == 200 and answer["expires_ms"] <= expires_s * 1000, (expires_s, answer)
    connection = await Connection.open(world.socket_url, answer["token"])
    assert connection.welcome.token_expires_ms <= expires_s * 1000
    await connection.close()
    long = time.time() + 10 * 365 * 86_400
    status, answer, _ = await world.request(
        "POST", "/api/v1/exchange", {"token": world.outside_token(name, long)})
    assert status == 200 and answer["expires_ms"] < long * 1000
    status, answer, _ = await world.request(
        "POST", "/api/v1/exchange", {"token": world.outside_token(name, time.time() - 3600)})
    assert (status, answer["code"]) == (401, "TOKEN_EXPIRED"), answer


async def a_wrong_old_password_is_named(world):
    """A change of one's password with a wrong old one is 401 BAD_CREDENTIALS `old`, and changes
    nothing; a weak new one is told as `new`."""
    person = await world.signed_up()
    status, answer, _ = await person.request(
        "POST", "/api/v1/password", {"old": "not the old one", "new": "a much better one"})
    assert (status, answer["code"], answer["field"]) == (401, "BAD_CREDENTIALS", "old"), answer
    status, answer, _ = await person.request(
        "POST", "/api/v1/password", {"old": PASSWORD, "new": "12345678"})
    assert (status, answer["code"], answer["field"]) == (400, "PASSWORD_TOO_WEAK", "new"), answer
    status, _, _ = await world.request(
        "POST", "/api/v1/sign-in", {"name": person.name, "password": PASSWORD})
    assert status == 200


async def a_refused_password_says_why(world):
    """PASSWORD_TOO_WEAK bears the rule: short, long, common or name; 8 and 128 bytes are taken."""
    name = world.new_name()
    for password, rule in (("seven77", "short"), ("x" * 129, "long"), ("password", "common"),
                           (name, "name")):
        status, answer, _ = await world.request(
            "POST", "/api/v1/sign-up", {"name": name, "password": password})
        assert (status, answer["code"]) == (400, "PASSWORD_TOO_WEAK"), (password, answer)
        assert answer["rule"] == rule, (rule, answer)
    for password in ("hq7 zc1v", "hq7 zc1v" * 16):
        status, answer, _ = await world.request(
            "POST", "/api/v1/sign-up", {"name": world.new_name(), "password": password})
        assert status == 201, answer


async def names_have_64_bytes(world):
    """A name of 64 bytes is taken, one of 65 is BAD_NAME with that limit."""
    tag = world.new_name("N")
    for size, expected in ((64, 201), (65, 400)):
        status, answer, _ = await world.request(
            "POST", "/api/v1/sign-up", {"name": tag + "x" * (size - len(tag)), "password": PASSWORD})
        assert status == expected, (size, answer)
    assert (answer["code"], answer["limit"]) == ("BAD_NAME", 64), answer


async def a_preflight_of_a_listed_origin_is_answered(world):
    """A listed origin may ask and sign in, with Authorization and Content-Type; another one may not."""
    asked = {"Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization, content-type"}
    url = world.address + "/api/v1/sign-in"
    _, _, headers = await http(url, "OPTIONS", headers={"Origin": "https://evil.example", **asked})
    assert headers["Access-Control-Allow-Origin"] is None
    if world.outside_key is None:
        raise Missing("needs --start")
    status, _, headers = await http(url, "OPTIONS", headers={"Origin": LISTED_ORIGIN, **asked})
    assert status in (200, 204), status
    assert headers["Access-Control-Allow-Origin"] == LISTED_ORIGIN
    assert "POST" in headers["Access-Control-Allow-Methods"]
    allowed = headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed and "content-type" in allowed
    assert headers["Access-Control-Allow-Credentials"] is None
    status, _, headers = await http(url, "POST", {"name": "nobody", "password": PASSWORD},
                                    headers={"Origin": LISTED_ORIGIN})
    assert status == 401 and headers["Access-Control-Allow-Origin"] == LISTED_ORIGIN


async def a_user_has_64_connections(world):
    """The 65th connection of a user is OVERLOADED `connections` with limit 64 and ends (4201); the
    others go on."""
    person = await world.person()
    connections = [await person.connect(device=n + 1) for n in range(CONNECTIONS_MAX)]
    extra = await person.connect(device=99)
    refusal = await extra.push("refused")
    assert (refusal.code, refusal.field, refusal.limit) == (201, "connections", CONNECTIONS_MAX), refusal
    assert await extra.close_code() == 4201
    await connections[0].close()

    async def has_a_place():
        again = await person.connect(device=99)
        try:
            return await again.push("user_log")
        except Closed:
            return None
    await until(has_a_place, "a place after one of them closed")
    assert (await connections[-1].ask("list")).total >= 0


async def what_is_ones_own_comes_in_pages(world):
    """GET own gives the account, one's groups and what one wrote, and nothing of others."""
    person, bob = await world.signed_up(), await world.connected()
    ann = await person.connect()
    gid = await world.group(ann, bob)
    for n in range(4):
        await ann.send(gid, f"line {n}")
    await bob.send(gid, "not hers")
    texts, groups, path = [], [], "/api/v1/own"
    while path:
        status, own, _ = await person.request("GET", path)
        assert status == 200 and own["uid"] == ann.welcome.uid, own
        texts += [entry["text"] for entry in own["entries"]]
        groups += [group["gid"] for group in own["groups"]]
        step = own.get("next")
        path = step and f"/api/v1/own?gid={step['gid']}&seq={step['seq']}"
    assert texts == [f"line {n}" for n in range(4)], texts
    assert groups.count(gid) == 1


async def an_account_is_ended_by_its_password(world):
    """POST erase with the right password closes the account, and what it wrote is recalled."""
    person, bob = await world.signed_up(), await world.connected()
    ann = await person.connect()
    gid = await world.group(bob, ann)
    await ann.send(gid, "remember me")
    status, answer, _ = await person.request("POST", "/api/v1/erase", {"password": "not this one"})
    assert status == 401 and answer["field"] == "password", answer
    status, answer, _ = await person.request("POST", "/api/v1/erase", {"password": PASSWORD})
    assert status == 200, answer

    async def gone():
        found = await bob.ask("open", gid=gid)
        return found.entries and found.entries[0].recalled
    await until(gone, "what they wrote is recalled")
    status, _, _ = await person.request("GET", "/api/v1/me")
    assert status == 401
