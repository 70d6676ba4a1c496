import { expect, test } from "vitest";
import { cachesToDrop, isAnswer, pathOf } from "../worker/shell";

const HERE = "https://chat.example";

test("a service worker answers for the page and its files", () => {
  for (const path of ["/", "/?x=1", "/icon.svg", "/assets/main-1f.js"]) expect(pathOf({ method: "GET", url: HERE + path }, HERE)).toBe(path.replace(/\?.*/, ""));
});

test("and never for the API, the socket, other pages, other servers, or what changes something", () => {
  for (const path of ["/api/v1/me", "/ws", "/healthz", "/worker.js", "/openapi.json", "/assets"]) expect(pathOf({ method: "GET", url: HERE + path }, HERE)).toBeUndefined();
  expect(pathOf({ method: "POST", url: `${HERE}/` }, HERE)).toBeUndefined();
  expect(pathOf({ method: "GET", url: "https://other.example/assets/x.js" }, HERE)).toBeUndefined();
});

test("the files of the build before stay, for tabs that still run it", () => {
  const names = ["others", "stentor.shell.1", "stentor.shell.2", "stentor.shell.3"];
  expect(cachesToDrop(names, "stentor.shell.3")).toEqual(["stentor.shell.1"]);
  expect(cachesToDrop(names, "stentor.shell.1")).toEqual(["stentor.shell.2"]);
  expect(cachesToDrop(["stentor.shell.3"], "stentor.shell.3")).toEqual([]);
});

test("what the server says goes before what is held: a page, a way to a sign-in of a proxy's, a refusal; not that it is down", () => {
  expect([200, 0, 304, 401, 404].map((status) => isAnswer({ status }))).toEqual([true, true, true, true, true]);
  expect([isAnswer({ status: 502 }), isAnswer({ status: 503 }), isAnswer(undefined)]).toEqual([false, false, false]);
});
