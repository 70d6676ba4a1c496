"""Section 5: how groups begin and end, who has them, and what a moderator's act tells."""

import asyncio

from expect import refused, until
from person import Refused

MEMBER, ADMIN, OWNER = 1, 2, 3
GROUP_GONE = 4
GROUPS_MAX = 2_000


async def two_joins_at_once_do_not_pass_the_bound(world):
    """Of two joins at the same moment by somebody in 1,999 groups one is taken, and the other is
    TOO_MANY_GROUPS."""
    ann = await world.connected()
    bob = await world.person()
    gids = [await world.group(ann) for _ in range(2)]
    made = [GROUPS_MAX // 4] * 3 + [GROUPS_MAX // 4 - 1]
    await asyncio.gather(*(
        world.operate_often("/groups", {"name": "One of many", "owner": bob.uid}, count)
        for count in made))
    bobs = [await bob.connect(device=device) for device in (1, 2)]
    total = (await bobs[0].ask("list", count=1)).total  # With the announcements, which do not count.
    assert total in (GROUPS_MAX - 1, GROUPS_MAX)
    answers = await asyncio.gather(
        *(one.ask("join_group", gid=gid) for one, gid in zip(bobs, gids, strict=True)),
        return_exceptions=True)
    codes = sorted(one.code if isinstance(one, Refused) else "taken" for one in answers)
    assert codes == ["TOO_MANY_GROUPS", "taken"], answers
    assert (await bobs[0].ask("list", count=1)).total == total + 1
    async with refused("TOO_MANY_GROUPS"):
        await world.group(bobs[1])


async def a_group_that_its_last_member_leaves_is_closed(world):
    """When the last member leaves, the group's number is NOT_FOUND for everybody and for good."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann)
    await ann.send(gid, "the last word")
    await ann.ask("leave_group", gid=gid)
    for one in (ann, bob):
        for command in ("open", "join_group"):
            async with refused("NOT_FOUND"):
                await one.ask(command, gid=gid)
    assert gid not in [group.gid for group in (await ann.ask("list")).groups]


async def a_group_that_the_operator_deletes_is_gone(world):
    """Its members are told GROUP_GONE, on open connections and in their own logs, and its number is
    NOT_FOUND."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await ann.open_group(gid)
    await world.operate("POST", f"/groups/{gid}/delete")
    assert (await ann.push("ousted", lambda one: one.gid == gid)).reason == GROUP_GONE
    log = await bob.push("user_log", lambda log: any(one.HasField("ousted") for one in log.entries))
    told = next(one for one in log.entries if one.HasField("ousted"))
    assert (told.gid, told.ousted.reason) == (gid, GROUP_GONE)
    for one in (ann, bob):
        async with refused("NOT_FOUND"):
            await one.ask("open", gid=gid)
        async with refused("NOT_FOUND"):
            await one.send(gid, "after")


async def _roles(connection, gid):
    return {one.uid: one.role for one in (await connection.ask("fetch_members", gid=gid)).members}


async def the_oldest_admin_inherits_a_group(world):
    """Where the operator puts the owner out, the admin who is in it longest has the group; where there
    is no admin, the member who is."""
    ann, bob, cho, dan = await world.connected(4)
    gid = await world.group(ann, bob, cho, dan)
    for one in (dan, cho):
        await ann.ask("change_member", gid=gid, uid=one.welcome.uid, role=ADMIN)
    await world.operate("POST", f"/groups/{gid}/members/{ann.welcome.uid}/kick", {})
    assert await _roles(bob, gid) == {
        bob.welcome.uid: MEMBER, cho.welcome.uid: OWNER, dan.welcome.uid: ADMIN}
    await cho.ask("change_member", gid=gid, uid=dan.welcome.uid, role=MEMBER)
    await world.operate("POST", f"/groups/{gid}/members/{cho.welcome.uid}/kick", {})
    assert await _roles(bob, gid) == {bob.welcome.uid: OWNER, dan.welcome.uid: MEMBER}


NOTE_OF = {"kick": 6, "ban": 7}


async def a_kick_and_a_ban_tell_their_reason_in_a_note(world):
    """The reason of a kick or a ban is a note of that kind; without a reason there is none."""
    ann = await world.connected()
    for act, kind in NOTE_OF.items():
        for reason in ("", "not here"):
            bob = await world.connected()
            gid = await world.group(ann, bob)
            await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, reason=reason, **{act: True})
            told = []

            async def is_told():
                for log in bob.heard("user_log"):
                    told.extend(one for one in log.entries if one.gid == gid and one not in told)
                return any(one.HasField("ousted") for one in told) and (
                    not reason or any(one.HasField("note") for one in told))
            await until(is_told, f"{act} {reason!r}")
            notes = [one.note for one in told if one.HasField("note")]
            assert [(note.kind, note.text, getattr(note, "from")) for note in notes] == (
                [(kind, reason, ann.welcome.uid)] if reason else []), notes


async def who_counts_as_a_reader(world):
    """read_by counts members whose floor lies below the entry and who read it; not its author, nobody
    who left."""
    ann, bob, cho, dan = await world.connected(4)
    gid = await world.group(ann, bob, cho)
    opened = await ann.open_group(gid)
    await ann.send(gid, "one")
    await dan.ask("join_group", gid=gid)
    for reader in (ann, bob, cho, dan):
        await reader.open_group(gid)
        await reader.ask("read", gid=gid, epoch=opened.epoch, seq=1)

    async def counted(many):
        page = await ann.pull(gid, 1, 1)
        return [tally.read_by for tally in page.tallies] == [many]
    # Not its author, and not dan, who joined behind it.
    await until(lambda: counted(2), "two readers")

    async def are_listed():  # A read position is on the disk a moment after it counts.
        readers = await ann.ask("who_read", gid=gid, epoch=opened.epoch, seq=1)
        listed = (readers.count, sorted(readers.uids))
        assert set(listed[1]) <= {bob.welcome.uid, cho.welcome.uid}, listed
        return listed == (2, sorted((bob.welcome.uid, cho.welcome.uid)))
    await until(are_listed, "the two are listed")
    await cho.ask("leave_group", gid=gid)
    await until(lambda: counted(1), "one reader, after the other left")


async def a_group_need_not_be_open_for_most_commands(world):
    """Every command but Close, Pull, Near, Read and Typing is taken of a group that is not open."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    epoch = (await bob.open_group(gid)).epoch
    uid = bob.welcome.uid
    for seq in (1, 2):
        await ann.send(gid, f"{seq}")
    for command, fields in (
            ("edit", {"epoch": epoch, "seq": 1, "body": b"\x0a\x01x"}),
            ("react", {"epoch": epoch, "seq": 1, "emoji": "👍"}),
            ("clear_reactions", {"epoch": epoch, "seq": 1}),
            ("who_read", {"epoch": epoch, "seq": 1}), ("hide", {"epoch": epoch, "seqs": [1]}),
            ("recall", {"epoch": epoch, "seq": 2}), ("fetch_members", {}),
            ("search_entries", {"words": "x"}), ("mute_for_me", {"muted": True}),
            ("configure_group", {"settings": {"topic": "t"}, "fields": ["topic"]}),
            ("write_note", {"uid": uid, "text": "n"}), ("list_invites", {}),
            ("change_member", {"uid": uid, "role": ADMIN}), ("create_invite", {})):
        try:
            await ann.ask(command, gid=gid, **fields)
        except Refused as refusal:
            assert command == "search_entries" and refusal.code == "UNSUPPORTED", (command, refusal)



async def lengths_of_texts_are_taken_to_the_last_byte(world):
    """Names, topics, welcomes, reasons, notes and words to look for are taken at their bound, and
    refused one byte above it with a field that names them."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    uid = bob.welcome.uid

    def configured(name):
        return lambda text: ("configure_group", {"settings": {name: text}, "fields": [name]})
    for bound, code, made in (
            (64, "BAD_NAME", configured("name")),
            (512, "TEXT_TOO_LONG", configured("topic")),
            (2_048, "TEXT_TOO_LONG", configured("welcome")),
            (512, "TEXT_TOO_LONG", lambda text: ("change_member", {
                "uid": uid, "mute_until_ms": 0, "reason": text})),
            (2_048, "TEXT_TOO_LONG", lambda text: ("write_note", {"uid": uid, "text": text})),
            (256, "TEXT_TOO_LONG", lambda text: ("search_entries", {"words": text}))):
        command, fields = made("x" * bound)
        await ann.ask(command, gid=gid, **fields)
        command, fields = made("x" * (bound + 1))
        async with refused(code) as met:
            await ann.ask(command, gid=gid, **fields)
        assert met[0].field and met[0].limit == bound, (command, met[0])
    assert (await ann.send(gid, "x" * 8_192)).seq == 1


async def an_entry_has_twenty_kinds_of_reactions(world):
    """The twenty-first kind is BAD_FIELD react.emoji with limit 20; another of a kind that is there is
    taken."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    epoch = (await ann.open_group(gid)).epoch
    await ann.send(gid, "one")
    kinds = [chr(0x1F600 + n) for n in range(21)]
    for n, emoji in enumerate(kinds[:20]):
        await (ann, bob)[n % 2].ask("react", gid=gid, epoch=epoch, seq=1, emoji=emoji)
    async with refused("BAD_FIELD", field="react.emoji") as met:
        await ann.ask("react", gid=gid, epoch=epoch, seq=1, emoji=kinds[20])
    assert met[0].limit == 20
    await ann.ask("react", gid=gid, epoch=epoch, seq=1, emoji=kinds[1])


async def a_cursor_above_the_head_is_told_the_truth(world):
    """Open with a seq above the head of its own epoch: reset is true, and `head` lies below it."""
    ann = await world.connected()
    gid = await world.group(ann)
    await ann.send(gid, "one")
    epoch = (await ann.open_group(gid)).epoch
    opened = await ann.ask("open", gid=gid, epoch=epoch, seq=50)
    assert opened.reset and (opened.head, opened.first_seq) == (1, 1), opened
    person = world.person_of(ann)
    again = await person.connect(device=9, resume=[(gid, epoch, 50)])
    resumed = await again.push("opened")
    assert resumed.reset and resumed.head == 1, resumed
