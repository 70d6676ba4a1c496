"""Clients that are not ours against an echo server: python3-websockets and http.client.

Usage: peers_test.py PORT. Prints what it checked; exits with 1 at the first surprise.
"""

import asyncio
import http.client
import sys

import websockets

PORT = int(sys.argv[1])
URL = f"ws://127.0.0.1:{PORT}/ws"


def connect(**options):
    options.setdefault("subprotocols", ["stentor.v1"])
    options.setdefault("max_size", 1 << 22)
    options.setdefault("compression", None)
    return websockets.connect(URL, **options)


async def echoes():
    async with connect() as socket:
        assert socket.subprotocol == "stentor.v1"
        for size in (0, 1, 125, 126, 127, 65535, 65536):
            payload = bytes(i % 251 for i in range(size))
            await socket.send(payload)
            assert await socket.recv() == payload, size


async def joins_fragments():
    async with connect() as socket:
        await socket.send(iter([b"one ", b"", b"two ", b"three"]))
        assert await socket.recv() == b"one two three"


async def answers_pings():
    async with connect() as socket:
        await asyncio.wait_for(await socket.ping(b"are you there"), 5)
        await asyncio.wait_for(await socket.ping(), 5)


async def reads_what_clients_compress():
    async with connect(compression="deflate") as socket:
        deflate = socket.extensions[0]
        assert deflate.name == "permessage-deflate"
        assert deflate.local_no_context_takeover and deflate.remote_no_context_takeover
        for payload in (b"", b"short", b"abc" * 20_000, bytes(range(256)) * 200):
            await socket.send(payload)
            assert await socket.recv() == payload
        await socket.send(iter([b"one ", b"", b"two ", b"three"]))
        assert await socket.recv() == b"one two three"


async def a_bomb_ends_at_the_bound():
    await closed_with(bytes(65537), 1009, compression="deflate")
    await closed_with(bytes(50_000_000), 1009, compression="deflate")


async def closes():
    socket = await connect()
    await socket.close(4000, "done")
    assert (socket.close_code, socket.close_reason) == (4000, ""), socket.close_reason


async def closed_with(payload, code, **options):
    async with connect(**options) as socket:
        await socket.send(payload)
        try:
            await asyncio.wait_for(socket.recv(), 5)
        except websockets.ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == code, closed
        else:
            raise AssertionError("not closed")


async def refuses():
    await closed_with("a text", 1003)
    await closed_with(b"x" * 65537, 1009)


async def refused_with(status, **options):
    try:
        async with connect(**options):
            raise AssertionError("let in")
    except websockets.InvalidStatusCode as refused:
        assert refused.status_code == status, refused


async def refuses_handshakes():
    await refused_with(400, subprotocols=None)
    await refused_with(400, subprotocols=["stentor.v9"])
    await refused_with(403, origin="https://evil.example")


async def many_at_once():
    async def one(number):
        async with connect() as socket:
            for turn in range(20):
                payload = f"{number}/{turn}".encode() * 50
                await socket.send(payload)
                assert await socket.recv() == payload

    await asyncio.gather(*(one(number) for number in range(60)))


async def plain_http():
    def talk():
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        for turn in range(3):
            connection.request("POST", f"/path/{turn}", body=b"b" * 1000)
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.read() == f"POST /path/{turn} ".encode() + b"b" * 1000
        connection.close()

    await asyncio.to_thread(talk)


async def main():
    for check in (
        echoes,
        joins_fragments,
        answers_pings,
        reads_what_clients_compress,
        a_bomb_ends_at_the_bound,
        closes,
        refuses,
        refuses_handshakes,
        many_at_once,
        plain_http,
    ):
        await asyncio.wait_for(check(), 30)
        print("ok", check.__name__, flush=True)


asyncio.run(main())
