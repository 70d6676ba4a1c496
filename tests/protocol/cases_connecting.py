"""Section 1: connections, Hello, frames that are wrong."""

import asyncio

import websockets

from expect import refused
from person import Closed, Connection, body, cmid
from wire import ClientFrame


async def _bare(world, **options):
    socket = await websockets.connect(world.socket_url, subprotocols=["stentor.v1"],
                                      compression=None, ping_interval=None, **options)
    connection = Connection(socket)
    connection.reader = asyncio.create_task(connection._read())
    return connection


async def hello_is_answered_by_a_welcome(world):
    """Welcome tells who one is, the clock and the limits; a UserLog follows."""
    person = await world.person()
    connection = await person.connect()
    assert connection.welcome.uid == person.uid
    assert connection.welcome.pulse_s > 0
    assert connection.welcome.limits.commands_in_flight == 8
    assert connection.welcome.token_expires_ms > connection.welcome.time_ms
    log = await connection.push("user_log")
    assert log.head >= 0


async def a_command_before_hello_is_refused(world):
    """Nothing comes before Hello: HELLO_REQUIRED, and the connection ends with 4407."""
    connection = await _bare(world)
    frame = ClientFrame(request_id=5)
    frame.list.SetInParent()
    async with refused("HELLO_REQUIRED"):
        await connection.say(frame)
    assert await connection.close_code() == 4407


async def a_forged_token_is_refused(world):
    """A token that the server did not make is TOKEN_INVALID, and the connection ends with 4402."""
    person = await world.person()
    token = person.token[:-1] + ("A" if person.token[-1] != "A" else "B")
    async with refused("TOKEN_INVALID"):
        await Connection.open(world.socket_url, token)


async def another_version_is_told_the_one_to_speak(world):
    """UNSUPPORTED_VERSION names the version in `limit`."""
    person = await world.person()
    connection = await _bare(world)
    frame = ClientFrame(request_id=1)
    frame.hello.token, frame.hello.version = person.token, 99
    async with refused("UNSUPPORTED_VERSION") as met:
        await connection.say(frame)
    assert met[0].limit == 1


async def text_messages_are_not_spoken(world):
    """A text message ends the connection with 1003."""
    connection = await world.connected()
    await connection.socket.send("hello")
    assert await connection.close_code() == 1003


async def what_is_no_frame_ends_the_connection(world):
    """Bytes that are no protobuf message are MALFORMED, and the connection ends with 4400."""
    connection = await world.connected()
    await connection.write(b"\xff\xff\xff")
    assert await connection.close_code() == 4400
    assert connection.heard("refused")


async def an_unknown_command_is_unsupported(world):
    """A command of a later version is UNSUPPORTED with field "command", and the connection goes on."""
    connection = await world.connected()
    future = connection.expect(77)
    await connection.write(b"\x08\x4d" + b"\xa2\x3f\x00")  # request_id 77, field 1012, empty.
    async with refused("UNSUPPORTED", field="command"):
        await connection.answer_of(future)
    assert (await connection.ask("list")).total >= 0


async def a_request_id_in_use_is_refused(world):
    """A second command under an id that is unanswered is refused, the first one is answered, and the
    connection goes on."""
    connection = await world.connected()
    gid = await world.group(connection)
    frame = connection.frame_of("send", gid=gid, cmid=cmid(), body=body("one"))
    again = ClientFrame.FromString(frame.SerializeToString())
    again.send.cmid = cmid()
    first = connection.expect(frame.request_id)
    for one in (frame, again):
        await connection.write(one.SerializeToString())
    answers = [await asyncio.wait_for(first, 10)]
    if answers[0].WhichOneof("event") == "refused":
        answers.append((await connection.push("sent")))
    assert (await connection.ask("list")).total >= 1
    assert (await connection.open_group(gid)).head in (1, 2)


async def a_request_id_of_zero_is_refused(world):
    """request_id 0 is the server's; only Here may have it."""
    connection = await world.connected()
    frame = ClientFrame(request_id=0)
    frame.list.SetInParent()
    await connection.write(frame.SerializeToString())
    refusal = await connection.push("refused")
    assert refusal.field == "request_id", refusal


async def here_has_no_answer(world):
    """Here says that a person is there: it is not answered and changes nothing."""
    connection = await world.connected()
    frame = ClientFrame()
    frame.here.SetInParent()
    await connection.write(frame.SerializeToString())
    assert (await connection.ask("list")).total >= 0
    assert not connection.heard("refused")


async def unknown_fields_are_ignored(world):
    """A field that the server does not know changes nothing."""
    connection = await world.connected()
    frame = connection.frame_of("list")
    future = connection.expect(frame.request_id)
    await connection.write(frame.SerializeToString() + b"\xaa\x3f\x02hi")
    assert (await connection.answer_of(future)).total >= 0


async def a_resume_opens_groups_in_hello(world):
    """Each group of `resume` is answered by an Opened that continues what the client holds."""
    ann, bob = await world.connected(2)
    gid = await world.group(ann, bob)
    await bob.open_group(gid)
    await ann.send(gid, "one")
    log = await bob.follow(gid, 1)
    person = world.person_of(bob)
    await bob.close()
    await ann.send(gid, "two")
    again = await person.connect(resume=[(gid, log.epoch, log.last)])
    opened = await again.push("opened")
    log.take_opened(opened)
    assert not opened.reset and log.last == 2


async def a_resume_of_a_hidden_group_is_refused_with_its_gid(world):
    """A group that one may not see is a Refused with its gid and request_id 0."""
    ann = await world.connected()
    gid = await world.group(ann)
    bob = await world.person()
    connection = await bob.connect(resume=[(gid, 0, 0)])
    refusal = await connection.push("refused")
    assert refusal.gid == gid


async def a_lawful_resume_is_not_cut(world):
    """Resumed groups with more than a socket takes at once all come, to a client that reads."""
    ann = await world.connected()
    bob = await world.person()
    bobs = await bob.connect()
    gids = []
    for _ in range(12):
        gid = await world.group(ann, bobs)
        gids.append(gid)
        for number in range(4):
            await world.operate("POST", f"/groups/{gid}/send", {"text": f"{number} " + "x" * 7_000})
    await bobs.close()
    again = await bob.connect(resume=[(gid, 0, 0) for gid in gids])
    opened = [await again.push("opened") for _ in gids]
    assert sorted(one.gid for one in opened) == sorted(gids)
    assert (await again.ask("list")).total >= len(gids)


async def a_connection_that_the_server_closed_says_why(world):
    """A close code of 4000 and above comes behind a Refused with the same number."""
    connection = await world.connected()
    frame = ClientFrame(request_id=9)
    frame.hello.token, frame.hello.version = "again", 1
    try:
        async with refused("HELLO_REQUIRED"):
            await connection.say(frame)
    except Closed as closed:
        raise AssertionError(f"no words before {closed}") from None
    assert await connection.close_code() == 4407
