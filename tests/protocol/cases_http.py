"""Section 10: HTTP as RFC 9110 and RFC 9112 have it, and keys of other systems."""

import asyncio
import urllib.parse

from expect import refused, until
from person import PASSWORD, Refused, http

ANNOUNCEMENTS = 1


async def _raw(world, request):
    """The status line's number and the whole answer to these bytes."""
    where = urllib.parse.urlsplit(world.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port or 80)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(65_536), 10)
    writer.close()
    return int(answer[9:12]), answer


async def an_invalid_host_is_refused(world):
    """A Host that is none is answered with 400 (RFC 9112, section 3.2)."""
    for host in (b"a b", b"x/y", b"[::1", b"a:b:c"):
        status, _ = await _raw(world, b"GET /healthz HTTP/1.1\r\nHost: " + host +
                               b"\r\nConnection: close\r\n\r\n")
        assert status == 400, (host, status)


async def an_empty_line_before_a_request_is_skipped(world):
    """A CRLF before the request line is ignored (RFC 9112, section 2.2)."""
    status, _ = await _raw(world, b"\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert status == 200


async def the_scheme_of_a_token_has_no_case(world):
    """`bearer` is `Bearer` (RFC 9110, section 11.1)."""
    person = await world.person()
    for scheme in ("bearer", "BEARER"):
        status, answer, _ = await world.request(
            "GET", "/api/v1/me", headers={"Authorization": f"{scheme} {person.token}"})
        assert status == 200 and answer["uid"] == person.uid, (scheme, status)


async def an_unknown_path_is_not_found(world):
    """A path that is not there is 404 whatever the method; a known one with a wrong method 405."""
    assert (await world.request("POST", "/api/v1/nothing", {}))[0] == 404
    status, _, headers = await world.request("GET", "/api/v1/sign-in")
    assert status == 405 and "POST" in headers["Allow"]


async def a_wrong_password_and_an_unknown_name_are_alike(world):
    """Sign-in says BAD_CREDENTIALS for both."""
    person = await world.signed_up()
    answers = []
    for name in (person.name, world.new_name("Nobody")):
        status, answer, _ = await world.request(
            "POST", "/api/v1/sign-in", {"name": name, "password": "not this one at all"})
        answers.append((status, answer))
    assert answers[0] == answers[1] and answers[0][0] == 401, answers


async def _key(world, scopes, uid=0):
    made = await world.operate("POST", "/keys", {"name": "suite", "scopes": scopes, "uid": uid})
    return made["key"]


async def _push(world, key, path, text="hello", **fields):
    status, answer, _ = await http(world.address + path, "POST", {"text": text, **fields}, key)
    if status >= 400:
        raise Refused(answer["code"], answer.get("field", ""))
    return answer


async def a_key_of_one_scope_reaches_nothing_else(world):
    """Scope `group` neither reaches everybody nor the direct chat of two others."""
    ann, bob = await world.connected(2)
    direct = (await ann.ask("open_direct", uid=bob.welcome.uid)).gid
    await ann.send(direct, "between us")
    key = await _key(world, ["group"])
    for gid in (ANNOUNCEMENTS, direct):
        async with refused("NOT_PERMITTED", "NOT_FOUND", "NOT_A_MEMBER"):
            await _push(world, key, f"/api/v1/push/groups/{gid}")


async def a_key_writes_only_as_somebody_who_may(world):
    """`as` names an account that is there, good, and a member where it writes."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    key = await _key(world, ["group", "as"])
    sent = await _push(world, key, f"/api/v1/push/groups/{gid}", **{"as": bob.welcome.uid})
    assert sent["seq"] == 1
    async with refused("NOT_FOUND", "BAD_FIELD", "NOT_PERMITTED", "NOT_A_MEMBER"):
        await _push(world, key, f"/api/v1/push/groups/{gid}", **{"as": 4_242_424_242})
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, ban=True)
    async with refused("NOT_FOUND", "BANNED", "NOT_PERMITTED", "NOT_A_MEMBER"):
        await _push(world, key, f"/api/v1/push/groups/{gid}", **{"as": bob.welcome.uid})


async def a_key_of_a_disabled_account_is_void(world):
    """What a key writes in somebody's name ends with their account."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    key = await _key(world, ["group"], bob.welcome.uid)
    await _push(world, key, f"/api/v1/push/groups/{gid}")
    await world.operate("POST", f"/users/{bob.welcome.uid}/disable")
    async with refused("TOKEN_INVALID", "NOT_PERMITTED"):
        await _push(world, key, f"/api/v1/push/groups/{gid}")


async def a_disabled_account_is_answered_like_a_wrong_password(world):
    """The right password of an account that was closed is told from a wrong one by nobody."""
    person = await world.signed_up()
    await world.operate("POST", f"/users/{person.uid}/disable")
    answers = []
    for password in (PASSWORD, "not this one at all"):
        answers.append((await world.request(
            "POST", "/api/v1/sign-in", {"name": person.name, "password": password}))[:2])
    assert answers[0] == answers[1], answers


async def what_the_operator_does_is_in_the_audit(world):
    """Who did what to whom is told, newest first."""
    person = await world.person()
    await world.operate("POST", f"/users/{person.uid}/disable")

    async def told():
        before = "0"  # Other cases write rows as well: the newest page may be all theirs.
        while True:
            page = await world.operate("GET", f"/audit?count=200&before={before}")
            if any(str(person.uid) in str(row) and "disable" in str(row) for row in page["audit"]):
                return True
            before = page["next"]
            if int(before) == 0:
                return False
    await until(told, "a row about the disabled account")
