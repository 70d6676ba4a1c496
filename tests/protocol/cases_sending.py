"""Section 4: sending, duplicates, order, refusals, changes to what was said."""

import asyncio
import time

from expect import refused, until
from person import body, cmid


async def a_retry_finds_its_first_try(world):
    """The same bytes under the same cmid are stored once and answered with the first number."""
    ann = await world.connected()
    gid = await world.group(ann)
    once = cmid()
    first = await ann.send(gid, "once", cmid=once)
    await ann.send(gid, "between")
    again = await ann.send(gid, "once", cmid=once)
    assert again.seq == first.seq == 1
    assert (await ann.open_group(gid)).head == 2
    async with refused("CMID_REUSED"):
        await ann.send(gid, "another text", cmid=once)


async def a_retry_of_somebody_muted_since_gets_its_number(world):
    """A mute does not make a stored send unknown: the retry is told its number."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    once = cmid()
    sent = await bob.send(gid, "before", cmid=once)
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid,
                  mute_until_ms=int(time.time() * 1000) + 600_000)
    assert (await bob.send(gid, "before", cmid=once)).seq == sent.seq
    async with refused("MUTED"):
        await bob.send(gid, "after")


async def a_predecessor_that_is_not_there_is_missing(world):
    """`after` that is neither ordered nor stored is PREDECESSOR_MISSING."""
    ann = await world.connected()
    gid = await world.group(ann)
    async with refused("PREDECESSOR_MISSING"):
        await ann.send(gid, "second", after=cmid())


async def a_chain_of_sends_keeps_its_order(world):
    """Several sends under way in one group are stored in the order that `after` tells."""
    ann = await world.connected()
    gid = await world.group(ann)
    ids = [cmid() for _ in range(4)]
    sents = await asyncio.gather(*(
        ann.send(gid, f"{n}", cmid=one, after=ids[n - 1] if n else b"")
        for n, one in enumerate(ids)))
    assert [sent.seq for sent in sents] == [1, 2, 3, 4]


async def old_and_future_ids_are_refused(world):
    """A cmid older than the window is SEND_EXPIRED, one of the future CLOCK_SKEW."""
    ann = await world.connected()
    gid = await world.group(ann)
    now = int(time.time() * 1000)
    async with refused("SEND_EXPIRED"):
        await ann.send(gid, "old", cmid=cmid(now - 8 * 86_400_000))
    async with refused("CLOCK_SKEW"):
        await ann.send(gid, "early", cmid=cmid(now + 3_600_000))


async def too_many_sends_are_refused_with_a_time(world):
    """Beyond the burst a send is RATE_LIMITED with rule, limit and retry_after_ms, and is taken then."""
    ann = await world.connected()
    gid = await world.group(ann)
    met = None
    for n in range(12):
        try:
            await ann.send(gid, f"{n}")
        except Exception as refusal:
            met = refusal
            break
    assert met is not None and met.code == "RATE_LIMITED", met
    assert met.rule == "rate" and met.retry_after_ms > 0 and met.limit > 0
    await asyncio.sleep(met.retry_after_ms / 1000 + 0.1)
    await ann.send(gid, "then")


async def refused_sends_do_not_use_up_the_rate(world):
    """A send that was refused for what it says gives its share of the rate back."""
    ann = await world.connected()
    gid = await world.group(ann)
    for _ in range(8):
        async with refused("PREDECESSOR_MISSING"):
            await ann.send(gid, "second", after=cmid())
    await ann.send(gid, "first")


async def sizes_are_bounded_and_named(world):
    """A text beyond 8,192 bytes is TEXT_TOO_LONG with that limit, a body or note that shows nothing
    EMPTY_BODY."""
    ann = await world.connected()
    gid = await world.group(ann)
    async with refused("TEXT_TOO_LONG") as met:
        await ann.send(gid, "x" * 8_193)
    assert met[0].limit == 8_192
    for blank in ("", " \n", "\u200b", "\u3000\u2060\ufe0f"):
        async with refused("EMPTY_BODY"):
            await ann.send(gid, blank)
        async with refused("EMPTY_BODY"):
            await ann.ask("write_note", gid=gid, uid=world.person_of(ann).uid, text=blank)
    await ann.send(gid, "\u2764\ufe0f")


async def attachments_have_addresses_that_can_be_fetched(world):
    """An attachment's address is a path on this server or https; other schemes are BAD_FIELD."""
    ann = await world.connected()
    gid = await world.group(ann)
    for address in ("javascript:alert(1)", "data:text/html,x", "//elsewhere.example/x", "http://a.example/x"):
        async with refused("BAD_FIELD"):
            await ann.send(gid, "see", body=body("see", attachments=[
                {"kind": "file", "media_type": "text/plain", "size": 1, "address": address,
                 "name": "x"}]))
    await ann.send(gid, "see", body=body("see", attachments=[
        {"kind": "file", "media_type": "text/plain", "size": 1,
         "address": "https://a.example/x", "name": "x"}]))


async def slow_mode_holds_for_edits_too(world):
    """In slow mode a member's edits wait as their sends do; a recall never waits."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await ann.ask("configure_group", gid=gid, settings={"slow_mode_s": 3600},
                  fields=["slow_mode_s"])
    opened = await bob.open_group(gid)
    await bob.send(gid, "one")
    async with refused("SLOW_MODE"):
        await bob.send(gid, "two")
    async with refused("SLOW_MODE"):
        await bob.ask("edit", gid=gid, epoch=opened.epoch, seq=1, revision=0, body=body("edited"))
    await bob.ask("recall", gid=gid, epoch=opened.epoch, seq=1)


async def an_edit_replaces_one_revision(world):
    """Edit names the revision that it replaces; another one is REVISION_CHANGED."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    opened = await ann.open_group(gid)
    await bob.open_group(gid)
    await ann.send(gid, "one")
    log = await bob.follow(gid, 1)
    await ann.ask("edit", gid=gid, epoch=opened.epoch, seq=1, revision=0, body=body("two"))
    log.take_changed(await bob.push("changed"))
    assert log.entries[1].body == body("two") and log.entries[1].revision == 1
    async with refused("REVISION_CHANGED"):
        await ann.ask("edit", gid=gid, epoch=opened.epoch, seq=1, revision=0, body=body("three"))
    async with refused("NOT_PERMITTED"):
        await bob.ask("edit", gid=gid, epoch=opened.epoch, seq=1, revision=1, body=body("mine"))


async def reactions_are_emoji_in_one_form(world):
    """Words are no reaction; a heart with and without its variation selector is one kind."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    opened = await ann.open_group(gid)
    await bob.open_group(gid)
    await ann.send(gid, "one")
    for emoji in ("spam", "x", "www.a.example", "1", "👍👍", " 👍"):
        async with refused("BAD_FIELD", field="react.emoji"):
            await bob.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji=emoji)
    await bob.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="❤")
    await ann.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="❤️")

    async def one_kind():
        page = await ann.pull(gid, 1, 1)
        return [one.count for tally in page.tallies for one in tally.reactions] == [2]
    await until(one_kind, "two hearts of one kind")


async def my_reaction_is_mine_at_once(world):
    """A page pulled right behind Done says `mine`, and my other devices are told."""
    ann = await world.connected()
    person = world.person_of(ann)
    other = await person.connect(device=8)
    await other.push("user_log")
    gid = await world.group(ann)
    opened = await ann.open_group(gid)
    await ann.send(gid, "one")
    await ann.follow(gid, 1)
    await ann.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="👍")
    page = await ann.pull(gid, 1, 1)
    assert [one.mine for tally in page.tallies for one in tally.reactions] == [True]
    log = await other.push("user_log", lambda log: any(e.HasField("reacted") for e in log.entries))
    told = next(entry for entry in log.entries if entry.HasField("reacted"))
    assert told.user_log_seq == 0 and told.reacted.emoji == "👍" and told.reacted.seq == 1


async def a_recall_takes_the_reactions_away(world):
    """Under a recalled entry no reaction stays, and none is taken."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    opened = await ann.open_group(gid)
    await ann.send(gid, "one")
    await ann.follow(gid, 1)
    await bob.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="👍")
    await ann.ask("recall", gid=gid, epoch=opened.epoch, seq=1)

    async def none_left():
        page = await ann.pull(gid, 1, 1)
        return not [one for tally in page.tallies for one in tally.reactions]
    await until(none_left, "no reaction under a recalled entry")
    async with refused("WINDOW_CLOSED"):
        await bob.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="👍")


async def admins_take_reactions_away(world):
    """ClearReactions by an admin takes others' reactions away; a member may not."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    opened = await ann.open_group(gid)
    await ann.send(gid, "one")
    await ann.follow(gid, 1)
    await bob.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="👍")
    async with refused("NOT_PERMITTED"):
        await bob.ask("clear_reactions", gid=gid, epoch=opened.epoch, seq=1)
    await ann.ask("clear_reactions", gid=gid, epoch=opened.epoch, seq=1, emoji="👍")

    async def none_left():
        page = await ann.pull(gid, 1, 1)
        return not [one for tally in page.tallies for one in tally.reactions]
    await until(none_left, "no reaction after they were cleared")


async def a_recall_never_waits_behind_reactions(world):
    """However many reactions a member just gave, their recall is taken at once."""
    ann = await world.connected()
    gid = await world.group(ann)
    opened = await ann.open_group(gid)
    await ann.send(gid, "one")
    for n in range(60):
        try:
            await ann.ask("react", gid=gid, epoch=opened.epoch, seq=1, emoji="👍", remove=n % 2 == 1)
        except Exception as refusal:
            assert refusal.code == "RATE_LIMITED", refusal
    await ann.ask("recall", gid=gid, epoch=opened.epoch, seq=1)
