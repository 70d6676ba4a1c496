"""Sections 2 and 3: opening, pulling, one order, floors, what stands beside the entries."""

import asyncio

from expect import refused, until
from log import genesis
from person import cmid


async def everybody_shows_one_order(world):
    """Entries are numbered without a hole, and the digests of all who follow are equal."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, bob, cho)
    for one in (ann, bob, cho):
        await one.open_group(gid)
    await asyncio.gather(*(one.send(gid, f"{n} by {place}") for n in range(4)
                           for place, one in enumerate((ann, bob, cho))))
    logs = [await one.follow(gid, 12) for one in (ann, bob, cho)]
    assert len({log.digest for log in logs}) == 1
    assert [entry.seq for entry in logs[0].entries.values()] == list(range(1, 13))


async def a_fresh_log_begins_at_the_genesis_digest(world):
    """Before the first entry the digest follows from the group's number alone."""
    ann = await world.connected()
    gid = await world.group(ann)
    opened = await ann.open_group(gid)
    assert opened.head == 0 and opened.digest == genesis(gid)


async def a_pull_gives_a_dense_page(world):
    """Range is dense and fits its two digests; `from` beyond the head is BAD_RANGE."""
    ann = await world.connected()
    gid = await world.group(ann)
    await ann.open_group(gid)
    for n in range(5):
        await ann.send(gid, f"{n}")
    log = await ann.follow(gid, 5)
    page = await ann.pull(gid, 2, 4)
    assert [entry.seq for entry in page.entries] == [2, 3, 4]
    log.take_range(page)
    async with refused("BAD_RANGE"):
        await ann.pull(gid, 7, 9)


async def a_joiner_sees_nothing_from_before(world):
    """The floor of who joins is the head at that moment, in Opened, Range and Near alike."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann)
    for n in range(3):
        await ann.send(gid, f"{n}")
    ready = await bob.ask("join_group", gid=gid)
    assert ready.floor == 3
    opened = await bob.open_group(gid)
    assert opened.floor == 3 and not opened.entries
    await ann.send(gid, "new")
    reset = await bob.pull(gid, 1, 4)
    assert reset.DESCRIPTOR.name == "Reset" and reset.floor == 3
    assert [entry.seq for entry in (await bob.pull(gid, 4, 4)).entries] == [4]
    near = await bob.ask("near", gid=gid, time_ms=1)
    assert [entry.seq for entry in near.entries] == [4]


async def a_joiner_is_not_told_what_became_of_earlier_entries(world):
    """Tallies bring no entry at or below the floor of whoever gets them; others get it all."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann)
    epoch = (await ann.open_group(gid)).epoch
    await ann.send(gid, "old")
    await bob.ask("join_group", gid=gid)
    assert (await bob.open_group(gid)).floor == 1
    await ann.send(gid, "new")
    await bob.follow(gid, 2)
    for seq in (1, 2):
        await ann.ask("react", gid=gid, epoch=epoch, seq=seq, emoji="👍")

    def seqs(told):
        return [tally.seq for event in told.heard("tallies") for tally in event.tallies]
    for person, wanted in ((ann, {1, 2}), (bob, {2})):
        await until(lambda: wanted <= set(seqs(person)), "tallies of what they may see")
    assert 1 not in seqs(bob)


async def a_group_can_show_its_history(world):
    """With history_for_joiners a joiner's floor is the group's."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, history_for_joiners=True)
    await ann.send(gid, "old")
    await bob.ask("join_group", gid=gid)
    opened = await bob.open_group(gid)
    assert [entry.seq for entry in opened.entries] == [1]


async def commands_that_need_an_open_group_say_so(world):
    """Pull, Near, Read and Typing of a group that is not open are NOT_OPEN."""
    ann = await world.connected()
    gid = await world.group(ann)
    for command, fields in (("pull", {"epoch": 1, "from": 1, "to": 1}), ("near", {}),
                            ("read", {"epoch": 1, "seq": 1}), ("typing", {})):
        async with refused("NOT_OPEN"):
            await ann.ask(command, gid=gid, **fields)


async def a_recall_empties_the_entry_for_everybody(world):
    """Changed brings the entry without a body; number, digest and place stay."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await bob.open_group(gid)
    await ann.open_group(gid)
    await ann.send(gid, "wrong")
    log = await bob.follow(gid, 1)
    before = log.digest
    await ann.ask("recall", gid=gid, epoch=log.epoch, seq=1)
    log.take_changed(await bob.push("changed"))
    assert log.entries[1].recalled and not log.entries[1].body and log.digest == before
    page = await bob.pull(gid, 1, 1)
    log.take_range(page)
    assert page.entries[0].recalled


async def another_epoch_is_refused(world):
    """What names a place names its epoch; another one is EPOCH_CHANGED, and so is 0."""
    ann = await world.connected()
    gid = await world.group(ann)
    opened = await ann.open_group(gid)
    await ann.send(gid, "one")
    other = opened.epoch + 1
    for command, fields in (("recall", {"seq": 1}), ("hide", {"seqs": [1]}),
                            ("react", {"seq": 1, "emoji": "👍"}),
                            ("clear_reactions", {"seq": 1}),
                            ("pull", {"from": 1, "to": 1}), ("read", {"seq": 1}),
                            ("who_read", {"seq": 1}),
                            ("edit", {"seq": 1, "body": b"\x0a\x01x"})):
        for epoch in (other, 0):
            async with refused("EPOCH_CHANGED"):
                await ann.ask(command, gid=gid, epoch=epoch, **fields)
    settings = {"settings": {"topic": "t"}, "fields": ["topic"]}
    async with refused("EPOCH_CHANGED"):
        await ann.ask("configure_group", gid=gid, epoch=other, **settings)
    async with refused("EPOCH_CHANGED"):
        await ann.send(gid, "two", epoch=other)
    await ann.ask("configure_group", gid=gid, epoch=0, **settings)
    await ann.send(gid, "two", epoch=0)


async def what_a_member_hides_is_hidden_at_once(world):
    """After Done of Hide, WriteNote and React a page on that connection has it, also where the member
    had nothing of the kind when the group was opened; so has one on another device."""
    ann, _ = await world.connected(2)
    person = world.person_of(ann)
    other = await person.connect(device=8)
    gid = await world.group(ann)
    await ann.open_group(gid)
    await ann.send(gid, "one")
    await ann.send(gid, "two")
    await ann.follow(gid, 2)
    opened = await other.open_group(gid)
    assert not opened.hidden and not opened.notes
    await ann.ask("hide", gid=gid, epoch=opened.epoch, seqs=[1])
    await ann.ask("react", gid=gid, epoch=opened.epoch, seq=2, emoji="👍")
    await ann.ask("write_note", gid=gid, uid=person.uid, text="a note")
    page = await ann.pull(gid, 1, 2)
    assert list(page.hidden) == [1], page.hidden
    assert [note.text for note in page.notes] == ["a note"]
    mine = {one.emoji: one.mine for tally in page.tallies for one in tally.reactions}
    assert mine == {"👍": True}, mine

    async def shown_there():
        seen = await other.pull(gid, 1, 2)
        return list(seen.hidden) == [1] and len(seen.notes) == 1
    await until(shown_there, "the overlay on the other device")


async def unread_is_exact(world):
    """What others wrote after the read position counts; own, recalled and hidden entries do not."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    for n in range(4):
        await ann.send(gid, f"{n}")
    await bob.send(gid, "mine")
    opened = await bob.open_group(gid)
    assert opened.unread == 4, opened.unread
    await ann.ask("recall", gid=gid, epoch=opened.epoch, seq=2)
    await bob.ask("hide", gid=gid, epoch=opened.epoch, seqs=[3])

    async def counted():
        listed = await bob.ask("list")
        return [one.unread for one in listed.groups if one.gid == gid] == [2]
    await until(counted, "two unread")


async def a_hidden_entry_is_no_last_entry(world):
    """List does not show as a group's last entry what the member hid."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await ann.send(gid, "first")
    await ann.send(gid, "second")
    opened = await bob.open_group(gid)
    await bob.ask("hide", gid=gid, epoch=opened.epoch, seqs=[2])

    async def shown():
        listed = await bob.ask("list")
        return [one.last.seq for one in listed.groups if one.gid == gid] != [2]
    await until(shown, "another last entry")


async def what_one_hides_on_one_device_changes_the_badge_on_another(world):
    """A Hide brings the other devices a badge: not unread any more, and an older last entry."""
    ann, bob = await world.connected(2)
    person = next(one for one in world._people if bob in one.connections)
    gid = await world.group(ann, bob)
    other = await person.connect(device=8)
    await other.push("user_log")
    await ann.send(gid, "first")
    await ann.send(gid, "second")
    opened = await bob.open_group(gid)
    await bob.ask("hide", gid=gid, epoch=opened.epoch, seqs=[2])
    await other.push("pulse", lambda pulse: any(
        badge.gid == gid and badge.changed and badge.unread == 1 and badge.last.seq == 1
        for badge in pulse.badges))


async def a_change_in_a_closed_group_is_told(world):
    """A recall in a small group that is not open comes with the badges."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await bob.push("user_log", lambda log: any(entry.gid == gid for entry in log.entries))
    await ann.send(gid, "wrong")
    opened = await ann.open_group(gid)
    await bob.push("pulse", lambda pulse: any(b.gid == gid and b.unread == 1 for b in pulse.badges))
    await ann.ask("recall", gid=gid, epoch=opened.epoch, seq=1)
    await bob.push("pulse", lambda pulse: any(
        badge.gid == gid and badge.changed and badge.unread == 0 and badge.last.recalled
        for badge in pulse.badges))


async def a_new_name_of_a_closed_group_is_told(world):
    """A group that is renamed while it is not open comes with its name in a badge."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await bob.push("user_log", lambda log: any(entry.gid == gid for entry in log.entries))
    name = world.new_name("Renamed")
    await ann.ask("configure_group", gid=gid, settings={"name": name}, fields=["name"])
    await bob.push("pulse", lambda pulse: any(
        badge.gid == gid and badge.name == name for badge in pulse.badges))


async def read_positions_never_go_back(world):
    """Read is cut to the head, never moves back, and reaches the other devices."""
    ann, bob = await world.connected(2)
    person = world.person_of(bob)
    gid = await world.group(ann, bob)
    for n in range(3):
        await ann.send(gid, f"{n}")
    opened = await bob.open_group(gid)
    other = await person.connect(device=9)
    await other.push("user_log")
    await bob.ask("read", gid=gid, epoch=opened.epoch, seq=1000)
    await bob.ask("read", gid=gid, epoch=opened.epoch, seq=1)
    log = await other.push("user_log", lambda log: any(e.HasField("read") for e in log.entries))
    assert log.entries[0].read.seq == 3 and log.entries[0].user_log_seq == 0


async def creating_again_under_one_id_finds_the_first(world):
    """CreateGroup with the same cmid is answered by the same group."""
    ann = await world.connected()
    once = cmid()
    name = world.new_name("Group")
    gids = [(await ann.ask("create_group", settings={"name": name}, cmid=once)).gid
            for _ in range(2)]
    assert gids[0] == gids[1]
