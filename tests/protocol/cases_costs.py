"""Section 1: what one person may spend of everybody's server."""

import asyncio
import pathlib
import time

from person import Refused, body, cmid
from wire import ClientFrame

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/protocol.md"
NO_GROUP = 9_007_199_254_740_000


def _table():
    """Of each command what the document says: its budget and what it needs."""
    text = DOCUMENT.read_text().split("<!-- stentor commands: begin -->")[1]
    rows = {}
    for line in text.split("<!-- stentor commands: end -->")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = {"budget": cells[2], "needs": cells[3]}
    return rows


def _fields(gid, epoch, uid):
    """Of each command that has some, fields that are right in themselves."""
    entry = {"gid": gid, "epoch": epoch, "seq": 1}
    return {
        "open": {"gid": gid}, "close": {"gid": gid}, "typing": {"gid": gid},
        "send": {"gid": gid, "cmid": cmid(), "body": body("hello")},
        "pull": {"gid": gid, "epoch": epoch, "from": 1, "to": 1},
        "near": {"gid": gid, "time_ms": 1}, "read": entry, "recall": entry,
        "edit": {**entry, "revision": 0, "body": body("hello again")},
        "hide": {"gid": gid, "epoch": epoch, "seqs": [1]},
        "react": {**entry, "emoji": "\U0001F44D"}, "clear_reactions": entry, "who_read": entry,
        "fetch_users": {"uids": [uid]}, "fetch_members": {"gid": gid},
        "search_entries": {"gid": gid, "words": "hello"},
        "create_group": {"settings": {"name": "Of the walk"}, "cmid": cmid()},
        "configure_group": {"gid": gid, "epoch": epoch, "settings": {"topic": "costs"},
                            "fields": ["topic"]},
        "join_group": {"gid": gid}, "leave_group": {"gid": gid},
        "change_member": {"gid": gid, "uid": uid, "kick": True},
        "create_invite": {"gid": gid}, "decide_join": {"gid": gid, "uid": uid},
        "mute_for_me": {"gid": gid, "muted": True}, "open_direct": {"uid": uid},
        "block_user": {"uid": uid, "blocked": True},
        "write_note": {"gid": gid, "uid": uid, "text": "a note"},
        "list_invites": {"gid": gid}, "end_invite": {"gid": gid, "invite": "none"},
        "recall_member": {"gid": gid, "epoch": epoch, "uid": uid, "since_ms": 1},
        "report": {**entry, "reason": "rude"}, "dismiss_reports": entry,
        "fetch_moderation": {"gid": gid},
    }


async def _told(connection, command, fields):
    """The refusal, or None."""
    try:
        await connection.ask(command, **fields.get(command, {}))
    except Refused as refusal:
        return refusal
    return None


async def _refused_by(connection, command, fields, rule, tries):
    """Asks eight at a time until `rule` refuses; that refusal."""
    for _ in range(tries):
        # An id of its own each time, where there is one.
        asked = [{**one, "cmid": cmid()} if "cmid" in one else one
                 for one in [fields.get(command, {})] * 8]
        for refusal in await asyncio.gather(
                *(_told(connection, command, {command: one}) for one in asked)):
            if refusal and refusal.rule == rule:
                return refusal
    return None


async def each_command_stands_in_the_table(world):
    """The document's table of costs has a row for each command of the schema, and no other."""
    commands = [field.name for field in ClientFrame.DESCRIPTOR.oneofs_by_name["command"].fields]
    assert list(_table()) == commands, set(_table()) ^ set(commands)


async def each_command_needs_what_the_table_says(world):
    """Open groups, membership and ways in are asked for as the table of costs says."""
    ann, eve = await world.connected(2)
    gid = await world.group(ann, join_policy=1)
    epoch = (await ann.open_group(gid)).epoch
    await ann.send(gid, "hello")
    closed = await world.connected()
    mine = await world.group(closed)
    here = _fields(mine, 1, ann.welcome.uid)
    there = _fields(gid, epoch, ann.welcome.uid)
    for command, row in _table().items():
        if row["needs"] == "the group open here":
            refusal = await _told(closed, command, here)
            assert refusal and refusal.code == "NOT_OPEN", (command, refusal)
        elif row["needs"] in ("membership", "a way in"):
            refusal = await _told(eve, command, there)
            assert refusal and refusal.code in ("NOT_FOUND", "UNSUPPORTED"), (command, refusal)
            if refusal.code == "UNSUPPORTED":
                assert refusal.field == "command", (command, refusal)
        elif command not in ("hello", "here"):
            refusal = await _told(eve, command, there)
            assert refusal is None, (command, refusal)


async def each_command_is_paid_as_the_table_says(world):
    """Who has spent a budget is refused by its rule, with a time, whatever they ask of it."""
    rules = {"questions": "cost", "groups": "groups_made", "sends": "rate", "changes": "changes",
             "recalls": "changes"}
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    epoch = (await ann.open_group(gid)).epoch
    await ann.send(gid, "hello")
    fields = _fields(gid, epoch, bob.welcome.uid)
    # What ends the others' standing comes last.
    order = sorted(_table().items(), key=lambda item: item[0] in ("leave_group", "close"))
    for command, row in order:
        if row["budget"] not in rules:
            continue
        rule = rules[row["budget"]]
        if rule == "cost":
            assert await _refused_by(ann, "near", fields, "cost", 200), "near is never refused"
        refusal = await _refused_by(ann, command, fields, rule, 20)
        assert refusal, f"{command} is never refused by {rule}"
        assert refusal.code == "RATE_LIMITED" and refusal.retry_after_ms > 0, (command, refusal)
        if rule == "cost":
            assert refusal.field == command and refusal.retry_after_ms < 60_000, refusal
    assert await _told(bob, "list", {}) is None, "somebody else pays for it"


async def a_budget_is_one_of_all_connections(world):
    """A user's second connection draws on the same budget; it fills again in the time that is told."""
    person = await world.person()
    first, second = await person.connect(), await person.connect()
    gid = await world.group(first)
    await first.open_group(gid)
    fields = _fields(gid, 1, person.uid)
    assert await _refused_by(first, "near", fields, "cost", 200)
    refusal = await _refused_by(second, "list", {}, "cost", 2)
    assert refusal, "the second connection has a budget of its own"
    await asyncio.sleep(refusal.retry_after_ms / 1000 + 0.2)
    assert await _told(second, "list", {}) is None


async def _hammer(connection, command, within_s, **fields):
    """How many were answered until the first was refused, and how many were refused with it."""
    end = time.monotonic() + within_s
    answered = refused = 0
    while refused == 0 and time.monotonic() < end:
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
    answered, refused = await _hammer(ann, "near", 30, gid=gid, time_ms=1)
    assert refused > 0, f"{answered} pages of history were answered and none refused"
    assert answered < 1_000, f"{answered} pages of 40 KB before one was refused"
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
