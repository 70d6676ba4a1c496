// Pushes messages into a group at a rate through the API of keys, in a process of its own, in the names of its
// members. node pusher.mjs ADDRESS KEY GID RATE COUNT UID...: so many in all, 0: until it is ended.
import { Agent, request } from "node:http";

const [address, key, gid, rate, count, ...uids] = process.argv.slice(2);
const EVERY_MS = 10;
const UNDER_WAY_MAX = 200;
const WORDS = "the water is rising over old stones and nobody knows when it will stop so we wait here together".split(" ");
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const most = Number(count) || Number.MAX_SAFE_INTEGER;
const began = performance.now();
let said = 0;
let underWay = 0;
let refused = 0;

function push() {
  said += 1;
  underWay += 1;
  const text = Array.from({ length: 2 + ((said * 7) % 13) }, (_, i) => WORDS[(said * 5 + i * 3) % WORDS.length]).join(" ");
  const body = JSON.stringify({ text, as: Number(uids[said % uids.length]) });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const asked = request(`${address}/api/v1/push/groups/${gid}`, { method: "POST", agent, headers }, (answer) => {
    if (answer.statusCode !== 200) refused += 1;
    answer.resume().once("close", () => (underWay -= 1));
  });
  asked.once("error", () => {
    refused += 1;
    underWay -= 1;
  });
  asked.end(body);
}

const timer = setInterval(() => {
  const due = Math.min(most, (Number(rate) * (performance.now() - began)) / 1000);
  while (said < due && underWay < UNDER_WAY_MAX) push();
  if (said >= most && underWay === 0) end();
}, EVERY_MS);

function end() {
  clearInterval(timer);
  process.stdout.write(JSON.stringify({ said, refused, seconds: (performance.now() - began) / 1000 }));
  process.exit(0);
}
process.once("SIGTERM", end);
