"""Section 5: reports, the moderation log, taking back what a member wrote, the pinned message."""

import time

from expect import refused

REPORT, DISMISS, RECALL_MEMBER = 1, 2, 4
ADMIN = 2


async def _open(connection, gid):
    return (await connection.open_group(gid)).epoch


async def a_report_is_read_by_admins_until_it_is_dismissed(world):
    """A report reaches the group's admins with the entry, whoever wrote it and the reason; each member
    reports an entry once."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, bob, cho)
    epoch = await _open(bob, gid)
    await bob.send(gid, "something rude")
    for _ in range(2):
        await cho.ask("report", gid=gid, epoch=epoch, seq=1, reason="rude")
    async with refused("NOT_PERMITTED"):
        await bob.ask("fetch_moderation", gid=gid)
    rows = (await ann.ask("fetch_moderation", gid=gid)).rows
    assert [(row.kind, row.by, row.uid, row.seq, row.epoch, row.reason) for row in rows] == [
        (REPORT, cho.welcome.uid, bob.welcome.uid, 1, epoch, "rude")]
    async with refused("NOT_PERMITTED"):
        await bob.ask("dismiss_reports", gid=gid, epoch=epoch, seq=1)
    await ann.ask("dismiss_reports", gid=gid, epoch=epoch, seq=1, reason="it is a joke")
    rows = (await ann.ask("fetch_moderation", gid=gid)).rows
    assert [row.kind for row in rows] == [DISMISS, REPORT]
    page = await ann.ask("fetch_moderation", gid=gid, count=1)
    assert [row.kind for row in page.rows] == [DISMISS] and page.next == page.rows[0].number
    page = await ann.ask("fetch_moderation", gid=gid, before=page.next)
    assert [row.kind for row in page.rows] == [REPORT] and page.next == 0


async def who_moderates_is_told_that_something_waits(world):
    """Admins hear in their own log, without a number, that there is a request to join or a report; others do not."""
    ann, bob, cho, dan = await world.connected(4)
    gid = await world.group(ann, bob, cho)
    epoch = await _open(bob, gid)
    await ann.ask("change_member", gid=gid, uid=cho.welcome.uid, role=ADMIN)
    await ann.ask("configure_group", gid=gid, settings={"join_policy": 2}, fields=["join_policy"])

    async def is_told(connection):
        def tells(log):
            return any(e.HasField("duties") for e in log.entries)
        log = await connection.push("user_log", tells)
        told = next(entry for entry in log.entries if entry.HasField("duties"))
        assert told.user_log_seq == 0 and told.gid == gid

    async with refused("APPROVAL_PENDING"):
        await dan.ask("join_group", gid=gid)
    await is_told(ann)
    await is_told(cho)
    await bob.send(gid, "something rude")
    await cho.ask("report", gid=gid, epoch=epoch, seq=1, reason="rude")
    await is_told(ann)
    await is_told(cho)
    assert not any(e.HasField("duties") for log in bob.heard("user_log") for e in log.entries)


async def what_is_reported_must_be_somebody_elses(world):
    """One's own entry, none at all, no reason and too long a one are refused."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    epoch = await _open(ann, gid)
    await ann.send(gid, "mine")
    place = {"gid": gid, "epoch": epoch, "seq": 1}
    async with refused("NOT_PERMITTED"):
        await ann.ask("report", **place, reason="rude")
    async with refused("NOT_FOUND"):
        await bob.ask("report", **{**place, "seq": 2}, reason="rude")
    async with refused("EMPTY_BODY"):
        await bob.ask("report", **place, reason=" ")
    async with refused("TEXT_TOO_LONG", field="report.reason"):
        await bob.ask("report", **place, reason="x" * 513)
    await bob.ask("report", **place, reason="x" * 512)


async def what_a_member_wrote_is_taken_back_in_steps(world):
    """An admin takes back what a member below them wrote since a time; the log tells how much."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, bob, cho)
    epoch = await _open(cho, gid)
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, role=ADMIN)
    for n in range(3):
        await cho.send(gid, f"spam {n}")
    await ann.send(gid, "not mine")
    ask = {"gid": gid, "epoch": epoch, "since_ms": int(time.time() * 1000) - 600_000}
    async with refused("NOT_PERMITTED"):
        await bob.ask("recall_member", uid=ann.welcome.uid, **ask)
    async with refused("NOT_PERMITTED"):
        await cho.ask("recall_member", uid=cho.welcome.uid, **ask)
    answer = await bob.ask("recall_member", uid=cho.welcome.uid, reason="spam", **ask)
    assert (answer.count, answer.before) == (3, 0), answer
    opened = await ann.open_group(gid)
    assert [entry.recalled for entry in opened.entries] == [True, True, True, False]
    row = (await ann.ask("fetch_moderation", gid=gid, count=1)).rows[0]
    assert (row.kind, row.uid, row.value, row.reason) == (RECALL_MEMBER, cho.welcome.uid, 3, "spam")


async def a_pinned_message_is_a_setting_until_it_is_recalled(world):
    """Admins pin an entry that is there; a recall unpins it."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    epoch = await _open(bob, gid)
    await bob.send(gid, "read this")
    pin = {"gid": gid, "epoch": epoch, "settings": {"pinned": 1}, "fields": ["pinned"]}
    async with refused("NOT_PERMITTED"):
        await bob.ask("configure_group", **pin)
    async with refused("EPOCH_CHANGED"):
        await ann.ask("configure_group", **{**pin, "epoch": 0})
    async with refused("NOT_FOUND", field="settings.pinned"):
        await ann.ask("configure_group", **{**pin, "settings": {"pinned": 2}})
    await ann.ask("configure_group", **pin)
    assert (await ann.open_group(gid)).settings.pinned == 1
    await bob.ask("recall", gid=gid, epoch=epoch, seq=1)
    assert (await ann.open_group(gid)).settings.pinned == 0


async def staff_and_single_members_are_found(world):
    """`staff` gives admins and the owner, `uid` one member or nobody."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, bob)
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, role=ADMIN)
    staff = (await bob.ask("fetch_members", gid=gid, staff=True)).members
    assert sorted((one.uid, one.role) for one in staff) == sorted(
        [(ann.welcome.uid, 3), (bob.welcome.uid, ADMIN)])
    one = await ann.ask("fetch_members", gid=gid, uid=bob.welcome.uid)
    assert [member.uid for member in one.members] == [bob.welcome.uid] and not one.next
    assert not (await ann.ask("fetch_members", gid=gid, uid=cho.welcome.uid)).members
