"""Sections 5, 6 and 10: groups and people, invites, blocks, accounts."""

import asyncio

from expect import refused, until
from person import PASSWORD, Closed, Connection, Refused, body, cmid
from world import LISTED_WORD, Missing

DIRECT_BASE = 1 << 52


async def a_hidden_group_and_an_absent_one_are_alike(world):
    """Every command that names a group answers a hidden one as one that is not there."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, join_policy=1)
    absent = gid ^ 1
    for command, fields in (
            ("open", {}), ("join_group", {}), ("leave_group", {}), ("recall", {"epoch": 1, "seq": 1}),
            ("edit", {"epoch": 1, "seq": 1, "body": body("x")}),
            ("hide", {"epoch": 1, "seqs": [1]}),
            ("react", {"epoch": 1, "seq": 1, "emoji": "👍"}),
            ("clear_reactions", {"epoch": 1, "seq": 1}), ("send", {"cmid": cmid(), "body": body("x")}),
            ("fetch_members", {}), ("who_read", {"epoch": 1, "seq": 1}), ("search_entries", {"words": "x"}),
            ("list_invites", {}), ("create_invite", {}), ("mute_for_me", {"muted": True}),
            ("report", {"epoch": 1, "seq": 1, "reason": "rude"}), ("fetch_moderation", {}),
            ("dismiss_reports", {"epoch": 1, "seq": 1}),
            ("recall_member", {"epoch": 1, "uid": ann.welcome.uid, "since_ms": 1}),
            ("change_member", {"uid": ann.welcome.uid, "kick": True})):
        met = []
        for group in (gid, absent):
            async with refused("NOT_FOUND") as one:
                await bob.ask(command, gid=group, **fields)
            met.append((one[0].code, one[0].field, one[0].limit, one[0].rule))
        assert met[0] == met[1], (command, met)


async def guessing_groups_is_bounded(world):
    """After 64 misses by any command more are RATE_LIMITED with a time."""
    ann = await world.connected()
    codes = []
    for n in range(80):
        try:
            await ann.ask("join_group", gid=1_000_000 + n)
        except Refused as refusal:
            codes.append(refusal.code)
    assert codes.count("NOT_FOUND") <= 70 and codes[-1] == "RATE_LIMITED", codes[-5:]


async def invites_are_listed_and_ended(world):
    """Admins see who made a link, how often it was used and until when, and end it."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, join_policy=1)
    invite = await ann.ask("create_invite", gid=gid, uses_max=5, name="For parents")
    await bob.ask("join_group", gid=gid, invite=invite.invite)
    listed = (await ann.ask("list_invites", gid=gid)).invites
    assert [(one.invite, one.name, one.uses, one.uses_max, one.by) for one in listed] == [
        (invite.invite, "For parents", 1, 5, ann.welcome.uid)]
    async with refused("TEXT_TOO_LONG", field="create_invite.name"):
        await ann.ask("create_invite", gid=gid, name="n" * 65)
    async with refused("BAD_FIELD", field="create_invite.name"):
        await ann.ask("create_invite", gid=gid, name="two\nlines")
    async with refused("NOT_PERMITTED"):
        await bob.ask("list_invites", gid=gid)
    await ann.ask("end_invite", gid=gid, invite=invite.invite)
    assert not (await ann.ask("list_invites", gid=gid)).invites
    async with refused("NOT_FOUND"):
        await cho.ask("join_group", gid=gid, invite=invite.invite)


async def a_kicked_member_needs_a_newer_invite(world):
    """The link by which somebody came in does not let them in again after a kick; a later one does."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, join_policy=1)
    old = await ann.ask("create_invite", gid=gid)
    await bob.ask("join_group", gid=gid, invite=old.invite)
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, kick=True)
    async with refused("NOT_FOUND"):
        await bob.ask("join_group", gid=gid, invite=old.invite)
    await asyncio.sleep(0.01)
    new = await ann.ask("create_invite", gid=gid)
    await bob.ask("join_group", gid=gid, invite=new.invite)


async def links_of_who_lost_the_right_end(world):
    """A link made by somebody who is no admin any more lets nobody in."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, bob)
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, role=2)
    invite = await bob.ask("create_invite", gid=gid)
    await ann.ask("configure_group", gid=gid, settings={"join_policy": 2}, fields=["join_policy"])
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, ban=True)
    async with refused("NOT_FOUND", "APPROVAL_PENDING"):
        await cho.ask("join_group", gid=gid, invite=invite.invite)


async def a_group_is_never_without_an_owner(world):
    """When the only owner goes, the next in rank has the group; the last one out leaves it empty."""
    ann, bob, cho = await world.connected(3)
    gid = await world.group(ann, bob, cho)
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, role=2)
    try:
        await ann.ask("leave_group", gid=gid)
    except Refused as refusal:  # It may be refused, but then in words; the group keeps its owner.
        assert refusal.code == "NOT_PERMITTED" and refusal.field == "role"
    members = (await cho.ask("fetch_members", gid=gid)).members
    assert [one.role for one in members].count(3) == 1, members


async def a_chat_with_oneself_is_a_place_for_notes(world):
    """OpenDirect with one's own uid works like any chat of two."""
    ann = await world.connected()
    ready = await ann.ask("open_direct", uid=ann.welcome.uid)
    assert ready.gid >= DIRECT_BASE
    await ann.send(ready.gid, "remember the milk")
    opened = await ann.open_group(ready.gid)
    assert opened.head == 1


async def a_block_keeps_everything_of_the_other_away(world):
    """Who is blocked can neither write, edit nor react in that chat, and is not told why."""
    ann, bob = await world.connected(2)
    ready = await ann.ask("open_direct", uid=bob.welcome.uid)
    await bob.ask("open_direct", uid=ann.welcome.uid)
    await bob.send(ready.gid, "hello")
    opened = await bob.open_group(ready.gid)
    await ann.open_group(ready.gid)
    await ann.ask("block_user", uid=bob.welcome.uid, blocked=True)
    for command, fields in (("send", {"cmid": cmid(), "body": body("x")}),
                            ("edit", {"epoch": opened.epoch, "seq": 1, "body": body("x")}),
                            ("react", {"epoch": opened.epoch, "seq": 1, "emoji": "👍"})):
        async with refused("NOT_PERMITTED"):
            await bob.ask(command, gid=ready.gid, **fields)


async def blocking_makes_no_chat(world):
    """A block before there is a chat puts none into one's list."""
    ann, bob = await world.connected(2)
    await ann.ask("block_user", uid=bob.welcome.uid, blocked=True)
    listed = await ann.ask("list")
    assert not [one for one in listed.groups if one.gid >= DIRECT_BASE], listed


async def ones_own_log_continues_from_its_head(world):
    """The first entry of a new user's log has 1 in the low half of its number, so that who holds none
    applies it without fetching."""
    ann = await world.connected()
    first = await ann.push("user_log")
    await world.group(ann)
    told = await ann.push("user_log", lambda log: any(e.HasField("joined") for e in log.entries))
    assert first.head == 0 and told.entries[0].user_log_seq % (1 << 32) == 1, (first, told)


async def notes_say_what_happened_in_codes(world):
    """A mute is told as a note with its kind and time, not in the server's own words."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    until_ms = bob.welcome.time_ms + 3_600_000
    await ann.ask("change_member", gid=gid, uid=bob.welcome.uid, mute_until_ms=until_ms,
                  reason="too loud")
    log = await bob.push("user_log", lambda log: any(e.HasField("note") for e in log.entries))
    note = next(entry.note for entry in log.entries if entry.HasField("note"))
    assert note.kind == 2 and note.until_ms == until_ms and note.text == "too loud", note


async def names_that_deceive_are_refused(world):
    """Names that claim an office, hide characters or look like another account's are refused."""
    person = await world.person("Anna")
    for name in ("The operator", "Admin", "Stentor", "x\u3164y", "a\u2800b", "a\U000E0041b",
                 "a\u200db", "\u115f"):
        status, answer, _ = await world.request(
            "POST", "/api/v1/sign-up", {"name": name, "password": PASSWORD})
        assert status in (400, 409), (name, status, answer)
    twin = person.name.replace("Anna", "\u0410nna")  # A Cyrillic A.
    status, answer, _ = await world.request(
        "POST", "/api/v1/sign-up", {"name": twin, "password": PASSWORD})
    assert status in (400, 409), (status, answer)
    paul = await world.person("Paul")
    status, answer, _ = await world.request(
        "POST", "/api/v1/sign-up", {"name": paul.name.replace("Paul", "PauI"), "password": PASSWORD})
    assert status == 409 and answer["code"] == "NAME_TAKEN", (status, answer)


async def listed_words_come_before_nobody(world):
    """A word of the server's list is FILTERED in whatever a command brings before people."""
    if world.outside_key is None:
        raise Missing("needs --start")
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    opened = await ann.open_group(gid)
    await ann.send(gid, "fine")
    text = f"what is {LISTED_WORD.upper()} here"
    uid = bob.welcome.uid
    for field, command, fields in (
            ("body.text", "send", {"cmid": cmid(), "body": body(text)}),
            ("body.text", "edit", {"epoch": opened.epoch, "seq": 1, "body": body(text)}),
            ("settings.name", "configure_group", {"settings": {"name": text}, "fields": ["name"]}),
            ("settings.topic", "configure_group", {"settings": {"topic": text}, "fields": ["topic"]}),
            ("settings.welcome", "configure_group",
             {"settings": {"welcome": text}, "fields": ["welcome"]}),
            ("write_note.text", "write_note", {"uid": uid, "text": text}),
            ("change_member.reason", "change_member", {"uid": uid, "kick": True, "reason": text})):
        async with refused("FILTERED", field=field) as one:
            await ann.ask(command, gid=gid, **fields)
        assert one[0].rule == "keywords", one
    async with refused("FILTERED", field="settings.name"):
        await ann.ask("create_group", settings={"name": text}, cmid=cmid())
    status, answer, _ = await world.request(
        "POST", "/api/v1/sign-up", {"name": LISTED_WORD.title(), "password": PASSWORD})
    assert answer["code"] == "FILTERED" and answer["field"] == "name", (status, answer)


async def common_passwords_are_refused(world):
    """A password that everybody tries first is PASSWORD_TOO_WEAK."""
    for password in ("12345678", "password", "qwertyuiop", "short"):
        status, answer, _ = await world.request(
            "POST", "/api/v1/sign-up", {"name": world.new_name(), "password": password})
        assert status == 400 and answer["code"] == "PASSWORD_TOO_WEAK", (password, answer)


async def signing_out_ends_the_token_everywhere(world):
    """After a sign-out its token is refused over HTTP and the socket, live connections end with 4402,
    and another sign-in of the same person goes on."""
    person = await world.signed_up()
    status, again, _ = await world.request(
        "POST", "/api/v1/sign-in", {"name": person.name, "password": PASSWORD})
    assert status == 200
    connection = await person.connect()
    other = await Connection.open(world.socket_url, again["token"], device=2)
    status, answer, _ = await person.request("POST", "/api/v1/sign-out", {})
    assert status < 300, (status, answer)
    assert await connection.close_code(2) == 4402
    assert (await person.request("GET", "/api/v1/me"))[0] == 401
    async with refused("TOKEN_INVALID"):
        await Connection.open(world.socket_url, person.token)
    assert (await other.ask("list")).total >= 0
    await other.close()


async def a_disabled_account_is_out_within_a_second(world):
    """Live connections end, a new Hello is not answered, nothing is stored after the operator's answer."""
    ann = await world.connected()
    person = await world.signed_up()
    bob = await person.connect()
    gid = await world.group(ann, bob)
    await bob.send(gid, "before")
    await world.operate("POST", f"/users/{person.uid}/disable")
    assert await bob.close_code(2) == 4402
    head = (await ann.open_group(gid)).head
    connection = None
    try:
        connection = await Connection.open(world.socket_url, person.token)
        await connection.send(gid, "after")
    except (Refused, Closed):
        pass
    else:
        raise AssertionError("a disabled account was answered")
    assert (await ann.ask("open", gid=gid)).head == head
    assert (await person.request("GET", "/api/v1/me"))[0] == 401
    status, _, _ = await world.request("POST", "/api/v1/sign-in",
                                       {"name": person.name, "password": PASSWORD})
    assert status == 401


async def a_new_password_ends_other_sign_ins(world):
    """Changing one's password needs the old one, ends other tokens and answers a new one."""
    person = await world.signed_up()
    connection = await person.connect()
    status, _, _ = await person.request(
        "POST", "/api/v1/password", {"old": "not the old one", "new": "a much better one"})
    assert status == 401
    status, answer, _ = await person.request(
        "POST", "/api/v1/password", {"old": PASSWORD, "new": "a much better one"})
    assert status == 200 and answer["token"], (status, answer)
    assert await connection.close_code(2) == 4402
    person.token = answer["token"]
    assert (await person.request("GET", "/api/v1/me"))[0] == 200


async def sign_ins_are_listed_and_ended_one_by_one(world):
    """Sessions lists where one is signed in; ending one ends its token alone, within a second."""
    person = await world.signed_up()
    status, again, _ = await world.request(
        "POST", "/api/v1/sign-in", {"name": person.name, "password": PASSWORD})
    assert status == 200
    status, listed, _ = await person.request("GET", "/api/v1/sessions")
    assert status == 200 and len(listed["sessions"]) == 2, listed
    other = next(one for one in listed["sessions"] if not one["current"])
    status, _, _ = await person.request("POST", "/api/v1/sessions/end", {"id": other["id"]})
    assert status < 300

    async def is_void():
        return (await world.request("GET", "/api/v1/me", token=again["token"]))[0] == 401

    await until(is_void, "the ended token is refused", within_s=1)
    assert (await person.request("GET", "/api/v1/me"))[0] == 200


async def members_are_found_whatever_their_case(world):
    """FetchMembers finds a name by its beginning in any case, also beyond ASCII."""
    ann = await world.connected()
    name = "\u0418\u0432\u0430\u043d " + "".join(
        chr(0x0430 + int(digit, 16)) for digit in world._run)
    status, answer, _ = await world.request(
        "POST", "/api/v1/sign-up", {"name": name, "password": PASSWORD})
    assert status == 201, answer
    ivan = await Connection.open(world.socket_url, answer["token"])
    gid = await world.group(ann, ivan)
    found = await ann.ask("fetch_members", gid=gid, prefix="\u0438\u0432\u0430\u043d")
    assert [one.name for one in found.members] == [name]
    await ivan.close()


async def search_finds_words_of_any_script(world):
    """Beginnings, full width, decomposed letters, Thai runs and addresses are found."""
    ann = await world.connected()
    gid = await world.group(ann)
    long_word = "w" * 120
    texts = ("the quick brown fox", "caf\u0065\u0301 au lait", "\uff33\uff54\uff45\uff4e\uff54\uff4f\uff52",
             "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01",
             f"ping 192.168.1.17 now, see {long_word}!")
    for text in texts:
        await ann.send(gid, text)
    for words, seq in (("qui", 1), ("caf\u00e9", 2), ("stentor", 3), ("\u0e0a\u0e32\u0e27", 4),
                       ("192.168.1", 5), ("168.1.17", 5), ("BRO fo", 1), (long_word, 5)):
        async def found(words=words, seq=seq):
            page = await ann.ask("search_entries", gid=gid, words=words)
            return [entry.seq for entry in page.entries] == [seq]
        await until(found, f"entry {seq} by {words!r}")


async def search_is_of_one_sender_and_a_part_of_the_log(world):
    """SearchEntries{sender, from, to} finds what one member wrote, and from one seq up to another."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    for one in (ann, bob, ann, bob):
        await one.send(gid, "walnut")

    async def found(**what):
        page = await ann.ask("search_entries", gid=gid, words="walnut", **what)
        return [entry.seq for entry in page.entries]

    async def indexed():
        return await found() == [4, 3, 2, 1]
    await until(indexed, "all are found")
    assert await found(sender=bob.welcome.uid) == [4, 2]
    assert await found(**{"from": 2, "to": 3}) == [3, 2]
    assert await found(sender=ann.welcome.uid, to=2) == [1]
    assert await found(sender=bob.welcome.uid + ann.welcome.uid) == []
    async with refused("BAD_FIELD", field="search_entries.sender"):
        await found(sender=2**53)


async def search_without_a_word_is_a_bad_field(world):
    """SearchEntries without a letter or a digit is BAD_FIELD{words}."""
    ann = await world.connected()
    gid = await world.group(ann)
    for words in ("(", "\U0001f44d", "...", "\u2764\ufe0f"):
        async with refused("BAD_FIELD", field="words"):
            await ann.ask("search_entries", gid=gid, words=words)


async def search_does_not_find_what_one_hid(world):
    """SearchEntries leaves out what the asker hid, and nothing of what others hid."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await ann.send(gid, "walnut one")
    await ann.send(gid, "walnut two")
    opened = await bob.open_group(gid)
    await bob.ask("hide", gid=gid, epoch=opened.epoch, seqs=[2])

    async def found(one):
        page = await one.ask("search_entries", gid=gid, words="walnut")
        return [entry.seq for entry in page.entries]

    async def found_all():
        return await found(ann) == [2, 1]
    await until(found_all, "both entries by ann")
    assert await found(bob) == [1]
