import { beforeEach, expect, test } from "vitest";
import { Code, decodeBody, NoteKind, OustReason } from "../src/codec";
import { FakeServer } from "./fake_server";
import { GID, signIn, texts } from "./people";
import { World } from "./world";

let world: World;
let server: FakeServer;

beforeEach(() => {
  world = new World();
  server = new FakeServer(world);
});

const event = (userLogSeq: number, value: object) => server.tell(1, { case: "userLog", value: { entries: [{ userLogSeq, gid: GID, epoch: 1, event: value as never }], head: userLogSeq } });

test.each([
  ["let in", { case: "joined", value: { role: 1 } }],
  ["declined", { case: "note", value: { noteId: 1, gid: GID, kind: NoteKind.NOT_LET_IN } }],
  ["banned", { case: "ousted", value: { gid: GID, reason: 3, by: 2 } }],
])("a wish to join waits until one is %s", (_, said) => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.answers.set("joinGroup", () => ({ case: "refused", value: { code: Code.APPROVAL_PENDING } }));
  ann.entrance.join(GID, () => {});
  world.advance(1_000);
  expect([...ann.entrance.asked]).toEqual([GID]);
  event(1, said);
  world.advance(1_000);
  expect([...ann.entrance.asked]).toEqual([]);
});

test("what a page has left unsent goes out from the next one under the same id, once", () => {
  const before = signIn(server, 1);
  before.group(GID);
  world.advance(1_000);
  server.cut(1);
  server.down = true;
  before.group(GID).send({ text: "kept" });
  const kept = before.unsent;
  before.connection.stop();
  server.down = false;
  const after = signIn(server, 1);
  after.restore(kept);
  expect(decodeBody(after.unsent[0]?.body ?? new Uint8Array())?.text).toBe("kept");
  const other = signIn(server, 1);
  other.restore(kept);
  world.advance(5_000);
  expect(texts(server.group(GID).entries)).toEqual(["kept"]);
  expect([after.unsent, other.unsent]).toEqual([[], []]);
  expect(after.group(GID).outbox.items).toEqual([]);
});

test("unsent words go over to the group as it is after one was let in again", () => {
  const ann = signIn(server, 1);
  ann.group(GID);
  world.advance(1_000);
  server.silent.add("send");
  ann.group(GID).send({ text: "not yet" });
  world.advance(500);
  event(1, { case: "ousted", value: { gid: GID, reason: 2, by: 2 } });
  world.advance(500);
  server.silent.clear();
  event(2, { case: "joined", value: { role: 1 } });
  world.advance(20_000);
  expect(texts(server.group(GID).entries)).toEqual(["not yet"]);
});

test("links are listed in pages, and ended by their code", () => {
  const ann = signIn(server, 1);
  const { membership } = ann.group(GID);
  world.advance(1_000);
  server.answers.set("listInvites", (command) => {
    const second = command.case === "listInvites" && (command.value.cursor?.length ?? 0) > 0;
    return { case: "invites", value: { gid: GID, invites: [{ invite: second ? "b" : "a", by: 1, uses: 2, usesMax: 5 }], next: second ? new Uint8Array() : Uint8Array.of(1) } };
  });
  server.answers.set("endInvite", () => ({ case: "done", value: {} }));
  const invites = membership.invites(() => {});
  invites.more();
  world.advance(500);
  invites.more();
  world.advance(500);
  expect(invites.items.map(({ invite, uses, usesMax }) => [invite, uses, usesMax])).toEqual([["a", 2, 5], ["b", 2, 5]]);
  expect(invites.complete).toBe(true);
  let ended = "";
  membership.endInvite("a", (failure) => (ended = failure ? "failed" : "done"));
  world.advance(500);
  expect(ended).toBe("done");
  expect(server.asked.at(-1)?.command).toMatchObject({ case: "endInvite", value: { gid: GID, invite: "a" } });
});

test("a group whose making is not answered is asked for again under the same id, and not for ever", () => {
  const ann = signIn(server, 1);
  world.advance(1_000);
  server.silent.add("createGroup");
  let ready: unknown;
  ann.entrance.create({ name: "New" }, (answer) => (ready = answer));
  world.advance(120_000);
  const ids = server.asked.flatMap(({ command }) => (command.case === "createGroup" ? [String(command.value.cmid)] : []));
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
  expect(ready).toBe("offline");
});

test("somebody whose leaving is refused is still in", () => {
  const ann = signIn(server, 1);
  const group = ann.group(GID);
  world.advance(1_000);
  server.answers.set("leaveGroup", () => ({ case: "refused", value: { code: Code.NOT_PERMITTED } }));
  ann.entrance.leave(GID, () => {});
  world.advance(1_000);
  expect(group.state).toBe("open");
  server.answers.set("leaveGroup", () => ({ case: "done", value: {} }));
  ann.entrance.leave(GID, () => {});
  world.advance(1_000);
  expect([group.state, group.oustedBy]).toEqual(["ousted", { reason: OustReason.LEFT, by: 1 }]);
});
