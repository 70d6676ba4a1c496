"""Clients that mean harm, or are broken: each is refused with the right code, costs a bounded amount,
and leaves a server that goes on for everybody else.

Usage: hostile.py STENTOR. One function a row of docs/mechanisms.md's list of hostile input.
"""

import base64
import hashlib
import hmac
import re
import statistics
import sys
import time
import zlib

from server_under_test import (
    CREATE_GROUP, GROUP_READY, HELLO, JOIN_GROUP, OPEN, OPENED, PULL, RANGE, REFUSED, RESET, SEND,
    SENT, WELCOME, Server, Socket, Talk, WebSocket, cmid, command, field, fields, hello, until)

TOKEN_EXPIRED = 103
RATE_LIMITED = 200
MISSES = 64
GROUPS_AT_ONCE = 20  # That one user may make.
MALFORMED, TOKEN_INVALID, NOT_FOUND, BAD_FIELD, HELLO_REQUIRED, NOT_OPEN, FRAME_TOO_LARGE = (
    400, 402, 403, 406, 407, 102, 408)


def signed_in(server, name):
    talk = Talk(server.ports["tcp"])
    assert 2 in talk.answer(hello(server.account(name))), "no Welcome"
    return talk


def group_of(talk):
    ready = talk.answer(command(2, CREATE_GROUP, field(1, field(1, "club")), field(2, cmid())))
    return fields(ready[GROUP_READY][0])[1][0]


def said(talk, gid, text):
    body = field(1, text)
    sent = talk.answer(command(3, SEND, field(1, gid), field(2, cmid()), field(5, body)))
    assert SENT in sent, sent
    return fields(sent[SENT][0])[2][0]


def closed_by(server, code, **frame):
    with WebSocket(server.ports["http"]) as socket:
        assert socket.status == 101
        socket.frame(**frame)
        got = socket.close_code()
        assert got == code, (got, code, frame)


# ---- WebSocket frames


def unmasked_frames(server):
    closed_by(server, 1002, payload=b"hello", masked=False)


def lengths_that_are_not_minimal(server):
    closed_by(server, 1002, payload=b"hello", length=b"\x7e\x00\x05")
    closed_by(server, 1002, payload=b"hello", length=b"\x7f" + (5).to_bytes(8, "big"))


def lengths_of_2_to_the_63(server):
    closed_by(server, 1002, payload=b"", length=b"\x7f" + (1 << 63).to_bytes(8, "big"))
    closed_by(server, 1009, payload=b"", length=b"\x7f" + ((1 << 63) - 1).to_bytes(8, "big"))


def control_frames_that_are_split(server):
    closed_by(server, 1002, payload=b"", first=0x09)
    closed_by(server, 1002, payload=b"", first=0x08)


def control_frames_over_125_bytes(server):
    closed_by(server, 1002, payload=b"x" * 126, opcode=9)


def reserved_bits_and_opcodes(server):
    closed_by(server, 1002, payload=b"x", first=0xC2)
    closed_by(server, 1002, payload=b"x", first=0x83)
    closed_by(server, 1002, payload=b"x", first=0x80)  # Continues nothing.


def utf8_that_is_broken(server):
    closed_by(server, 1007, payload=b"\xc0\x80", opcode=1)
    closed_by(server, 1007, payload=(1000).to_bytes(2, "big") + b"\xff", opcode=8)


def close_codes_that_may_not_be_sent(server):
    for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535):
        closed_by(server, 1002, payload=code.to_bytes(2, "big"), opcode=8)
    closed_by(server, 1002, payload=b"\x03", opcode=8)


def a_flood_of_pings(server):
    with WebSocket(server.ports["http"]) as socket:
        for _ in range(50):
            try:
                socket.frame(b"x" * 125, opcode=9)
            except ConnectionError:
                break
        assert socket.close_code() == 1008


def a_deflate_bomb(server):
    offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    deflate = zlib.compressobj(wbits=-15)
    bomb = deflate.compress(bytes(20_000_000)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    for payload, code in ((bomb[:-4], 1009), (b"\xff" * 100, 1007)):
        with WebSocket(server.ports["http"], extra=offer) as socket:
            assert socket.status == 101
            assert b"server_no_context_takeover" in socket.answer_head.lower()
            socket.frame(payload, first=0xC2)  # Compressed, says its bit.
            assert socket.close_code() == code, code
    with WebSocket(server.ports["http"]) as socket:  # Nothing of that was agreed upon.
        socket.frame(b"\x00" * 100, first=0xC2)
        assert socket.close_code() == 1002


# ---- Before anything is said


def a_handshake_that_does_not_end(server):
    with Socket(server.ports["http"]) as socket:
        begin = time.monotonic()
        socket.send(b"GET /ws HTTP/1.1\r\nHost: x\r\n")
        assert b" 408 " in socket.head()
        assert 3 < time.monotonic() - begin < 9


def a_flood_of_headers(server):
    with Socket(server.ports["http"]) as socket:
        socket.send(b"GET / HTTP/1.1\r\n" + b"X-Flood: %s\r\n" % (b"x" * 100) * 90)
        assert b" 431 " in socket.head()


def pages_of_other_origins(server):
    for origin in (b"https://evil.example", b"null", b"http://127.0.0.1.evil.example"):
        with WebSocket(server.ports["http"], origin=origin) as socket:
            assert socket.status == 403, origin


def forms_of_other_pages(server):
    status, _ = server.request("POST", "/api/v1/sign-up", {"name": "eve"},
                               {"Content-Type": "text/plain"})
    assert status in (400, 415), status


# ---- TCP


def what_is_no_frame_on_tcp(server):
    with Talk(server.ports["tcp"]) as talk:
        talk.send(b"GET / HTTP/1.1\r\n\r\n")
        refused = fields(talk.read()[6][0])
        assert refused[1] == [FRAME_TOO_LARGE] and refused[2] == [b"frame"], refused
        assert refused[3] == [65536] and talk.read() is None


def garbage_on_tcp(server):
    with Talk(server.ports["tcp"]) as talk:
        talk.frame(b"\xff" * 100)
        assert fields(talk.read()[6][0])[1] == [MALFORMED]
        assert talk.read() is None


def silence_on_tcp(server):
    with Talk(server.ports["tcp"]) as talk:
        assert fields(talk.read()[6][0])[1] == [HELLO_REQUIRED]
        assert talk.read() is None


# ---- Tokens


def tokens_that_are_forged(server):
    token = server.account("tok")
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    swapped = token[:20] + token[40:60] + token[20:40] + token[60:]
    for forged in (flipped, swapped, "", "x" * 80, token + "A", token[:-4], "\u202e" + token):
        with Talk(server.ports["tcp"]) as talk:
            code = talk.refusal(hello(forged))
            assert code in (TOKEN_INVALID, BAD_FIELD), (code, forged)
            assert talk.read() is None, "the connection stays"


def minted(server, uid, from_now_s, key=None):
    """As src/auth/token.h has it, with the server's own first key or another one."""
    _, number, secret = (server.folder / "data/secrets").read_text().splitlines()[1].split()
    now_ms = int(time.time() * 1000)
    signed = (bytes([2, 0]) + int(number).to_bytes(4, "big") + uid.to_bytes(8, "big")
              + (now_ms - 3_600_000).to_bytes(6, "big")
              + (now_ms + int(from_now_s * 1000)).to_bytes(8, "big"))
    mac = hmac.new(key or bytes.fromhex(secret), signed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed + mac).decode()


def refused_everywhere(server, token, code):
    """By WebSocket and TCP, where the connection ends with it, and over HTTP."""
    with WebSocket(server.ports["http"]) as socket:
        socket.frame(hello(token))
        _, answer = socket.read()
        refused = fields(answer)
        assert fields(refused[REFUSED][0])[1] == [code], (refused, code)
        assert socket.close_code() is not None and socket.ends(), "the WebSocket stays"
    with Talk(server.ports["tcp"]) as talk:
        assert talk.refusal(hello(token)) == code
        assert talk.read() is None, "the connection stays"
    status, answer = server.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert status == 401 and answer["number"] == code, (status, answer)


def tokens_that_are_expired_or_of_another_key(server):
    own = server.account("minted")
    uid = server.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {own}"})[1]["uid"]
    # One that is right in all is taken, or the rest would show nothing.
    good = minted(server, uid, 60)
    assert server.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {good}"})[0] == 200
    with Talk(server.ports["tcp"]) as talk:
        assert WELCOME in talk.answer(hello(good))
    refused_everywhere(server, minted(server, uid, -1), TOKEN_EXPIRED)
    refused_everywhere(server, minted(server, uid, 60, key=bytes(32)), TOKEN_INVALID)
    # Of another key, and expired: nothing in it is believed, so nothing is told of it.
    refused_everywhere(server, minted(server, uid, -1, key=bytes(32)), TOKEN_INVALID)


def tokens_that_expire_in_the_middle(server):
    own = server.account("short")
    uid = server.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {own}"})[1]["uid"]
    with Talk(server.ports["tcp"]) as talk:
        assert WELCOME in talk.answer(hello(minted(server, uid, 1.5)))
        while (frame := talk.read()) is not None and REFUSED not in frame:
            pass
        assert frame is not None, "it ends without a word"
        assert fields(frame[REFUSED][0])[1] == [TOKEN_EXPIRED], frame
        assert talk.read() is None, "the connection stays"


def tokens_that_are_too_long(server):
    with Talk(server.ports["tcp"]) as talk:
        assert talk.refusal(hello("t" * 5_000)) in (TOKEN_INVALID, BAD_FIELD)


# ---- Groups of others


def guessed_group_ids(server):
    with signed_in(server, "guess-owner") as owner, signed_in(server, "guesser") as guesser:
        gid = group_of(owner)
        said(owner, gid, "secret")

        def answers(to):
            found = []
            for kind, parts in ((OPEN, (field(1, to),)),
                                (SEND, (field(1, to), field(2, cmid()), field(5, field(1, "x"))))):
                found.append(guesser.refusal(command(9, kind, *parts)))
            return found

        # A group that one may not see answers as one that is not there.
        there, absent = answers(gid), answers(gid + 1_000_000)
        assert there == absent and NOT_FOUND in there, (there, absent)
        assert guesser.refusal(
            command(9, PULL, field(1, gid), field(2, 1), field(3, 1), field(4, 1))) == NOT_OPEN


def time_tells_nothing_of_group_ids(server):
    """Medians of 300 interleaved requests: of ids that nobody asked for before, then of one id asked
    for again and again.

    How strong it is: the first ones differ by a look for the group, which is in memory where it is
    there (100 us against 145 us were seen, over loopback); a factor of 2 shows that it is no more
    than that. The later ones come from the same memory, and may differ by a quarter. Somebody on the
    same machine who asks for one fresh id could still take the one for the other; over a network the
    jitter hides it, and there are 2^52 ids to ask for.
    """
    rounds = 300
    groups = []
    for n in range(rounds // GROUPS_AT_ONCE):
        with signed_in(server, f"time-owner {n}") as owner:
            groups += [group_of(owner) for _ in range(GROUPS_AT_ONCE)]
    guesses = 0
    guesser = None

    def time_of(to):
        nonlocal guesses, guesser
        frame = command(9, OPEN, field(1, to))
        if guesses % MISSES == 0:  # One user may miss no more often.
            token = server.account(f"time-guesser {guesses}")
            guesser = Talk(server.ports["tcp"])
            assert WELCOME in guesser.answer(hello(token))
        guesses += 1
        before = time.perf_counter()
        code = guesser.refusal(frame)
        took = time.perf_counter() - before
        assert code == NOT_FOUND, code
        return took

    def ratio(there, absent):
        taken = [(time_of(one), time_of(other)) for one, other in zip(there, absent)]
        medians = [statistics.median(each) for each in zip(*taken)]
        return max(medians) / min(medians), [round(median * 1e6) for median in medians]

    for there, absent, bound in ((groups, [gid ^ 0x5555 for gid in groups], 2),
                                 ([groups[0]] * rounds, [groups[0] ^ 0x3333] * rounds, 1.25)):
        found, medians = ratio(there, absent)
        print(f"   groups of others, absent groups: medians {medians} us", flush=True)
        assert found < bound, (found, medians)


def a_flood_of_guessed_group_ids(server):
    with signed_in(server, "flood-owner") as owner, signed_in(server, "flooder") as flooder:
        gid = group_of(owner)
        before = server.limit("misses")
        told = []
        for i in range(1000):
            refused = fields(flooder.answer(command(9, OPEN, field(1, gid ^ (i + 1))))[REFUSED][0])
            told.append(refused[1][0])
            if i % 250 == 0:
                said(owner, gid, f"meanwhile {i}")
        # Then one a second, however fast it asks.
        assert told[:MISSES] == [NOT_FOUND] * MISSES, told[:MISSES]
        assert told.count(NOT_FOUND) < MISSES + 30, told.count(NOT_FOUND)
        assert set(told) == {NOT_FOUND, RATE_LIMITED}, set(told)
        assert refused[2] == [b"open.gid"] and refused[4][0] > 0, refused
        assert server.limit("misses") - before == told.count(RATE_LIMITED)
        until(lambda: server.metric("stentor_groups_watched") <= 2, "guessed groups are forgotten")


def half_open_connections(server):
    """Within the bounds nobody is refused: what is bounded is told by the C++ tests, with small ones."""
    before = server.limit("handshake_within")
    begun = [Socket(server.ports["http"]) for _ in range(500)]
    until(lambda: server.metric("stentor_handshakes_open") >= 500, "they are counted")
    with signed_in(server, "beside-them") as talk:
        said(talk, group_of(talk), "nobody notices")
    for socket in begun[::2]:
        socket.send(b"GET /")
    # Those that had begun a request are told why, and have 5 s to hear it.
    until(lambda: server.metric("stentor_handshakes_open") == 0, "they are given up", 20)
    assert server.limit("handshake_within") - before == 500
    for socket in begun:
        socket.socket.close()


def half_open_after_a_request(server):
    """A request ends the half-open state; a WebSocket on the same connection begins it again."""
    until(lambda: server.metric("stentor_handshakes_open") == 0, "nobody is half-open", 20)
    begun = [Socket(server.ports["http"]) for _ in range(20)]
    for socket in begun:
        socket.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        head = socket.head()
        assert b" 200 " in head
        socket.take(int(re.search(rb"content-length: (\d+)", head.lower())[1]))
    until(lambda: server.metric("stentor_handshakes_open") == 0, "their requests were whole")
    for socket in begun:
        socket.send(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    b"Sec-WebSocket-Protocol: stentor.v1\r\n\r\n")
        assert b" 101 " in socket.head()
    assert server.metric("stentor_handshakes_open") == 20
    for socket in begun:
        socket.socket.close()
    until(lambda: server.metric("stentor_handshakes_open") == 0, "they are gone")


def halves_larger_than_a_hello(server):
    """Before anybody knows who sends it, nothing is held that no Hello can be."""
    with WebSocket(server.ports["http"]) as socket:
        socket.frame(b"x" * 5_000, length=b"\x7e" + (30_000).to_bytes(2, "big"))
        assert socket.close_code() == 1009
    with Talk(server.ports["tcp"]) as talk:
        talk.send((60_000).to_bytes(4, "big") + b"x" * 5_000)
        assert fields(talk.read()[REFUSED][0])[1] == [FRAME_TOO_LARGE]


def ranges_before_the_floor(server):
    with signed_in(server, "floor-owner") as owner, signed_in(server, "floor-late") as late:
        gid = group_of(owner)
        for i in range(3):
            said(owner, gid, f"before {i}")
        assert GROUP_READY in late.answer(command(2, JOIN_GROUP, field(1, gid)))
        opened = fields(late.answer(command(3, OPEN, field(1, gid)))[OPENED][0])
        epoch, floor = opened[2][0], opened[5][0]
        assert floor >= 3 and b"before" not in b"".join(opened.get(15, [])), opened
        answer = late.answer(command(4, PULL, field(1, gid), field(2, epoch), field(3, 1),
                                     field(4, 3)))
        assert RESET in answer or not fields(answer[RANGE][0]).get(5), answer


# ---- Names and texts


def markup_in_names_and_texts(server):
    for name in ("a\u202eb", "a\x07b", "a\u2066b", "\x1b[2J", " a", "a\u200b"):
        status, answer = server.request("POST", "/api/v1/sign-up",
                                        {"name": name, "password": "long enough"})
        assert (status, answer.get("code")) == (400, "BAD_NAME"), (name, status, answer)
    # A text is text: it comes back byte for byte, and no page ever reads it as anything else.
    text = "<script>alert(1)</script>\x1b[2J\u202e"
    with signed_in(server, "<b>Bo</b>") as talk:
        gid = group_of(talk)
        seq = said(talk, gid, text)
        opened = fields(talk.answer(command(4, OPEN, field(1, gid)))[OPENED][0])
        bodies = {fields(e)[1][0]: fields(e).get(9, [b""])[0] for e in opened[15]}
        assert bodies[seq] == field(1, text), bodies


def sizes_beyond_the_limits(server):
    with signed_in(server, "large") as talk:
        gid = group_of(talk)
        large = field(1, "x" * 8_193)
        code = talk.refusal(command(5, SEND, field(1, gid), field(2, cmid()), field(5, large)))
        assert code == 300, code
        talk.frame(b"x" * 65_537)
        while REFUSED not in (answer := talk.read()):
            pass  # What the server says of its own accord may come first.
        assert fields(answer[REFUSED][0])[1] == [FRAME_TOO_LARGE]


CHECKS = [
    unmasked_frames, lengths_that_are_not_minimal, lengths_of_2_to_the_63,
    control_frames_that_are_split, control_frames_over_125_bytes, reserved_bits_and_opcodes,
    utf8_that_is_broken, close_codes_that_may_not_be_sent, a_flood_of_pings, a_deflate_bomb,
    a_handshake_that_does_not_end, a_flood_of_headers, pages_of_other_origins,
    forms_of_other_pages, what_is_no_frame_on_tcp, garbage_on_tcp, silence_on_tcp,
    tokens_that_are_forged, tokens_that_are_expired_or_of_another_key,
    tokens_that_expire_in_the_middle, tokens_that_are_too_long, guessed_group_ids,
    time_tells_nothing_of_group_ids, a_flood_of_guessed_group_ids, half_open_connections,
    half_open_after_a_request, halves_larger_than_a_hello,
    ranges_before_the_floor,
    markup_in_names_and_texts, sizes_beyond_the_limits,
]


def main():
    failed = 0
    with Server(sys.argv[1]) as server:
        for check in CHECKS:
            try:
                check(server)
                assert server.alive(), "the server is not well"
                print("ok", check.__name__, flush=True)
            except (AssertionError, OSError, KeyError, IndexError, TypeError) as error:
                failed += 1
                print("FAILED", check.__name__, repr(error), flush=True)
        until(lambda: server.counter("connections") <= 1, "all connections are closed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
