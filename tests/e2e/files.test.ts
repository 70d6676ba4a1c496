// Pictures and files between two people in real browsers.

import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, Person } from "./person";
import { eventually, Server } from "./server";

interface Given {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const server = new Server(["--accounts-per-minute", "10000", "--sends-per-second", "100", "--sends-burst", "100", "--set", "media.file_mb=4"]);
let browser: Browser;
let ann: Person;
let bob: Person;

// What a service worker passes on is not seen by the tests that cut requests.
const DEVICE = { serviceWorkers: "block" } as const;

beforeAll(async () => {
  await server.start();
  browser = await launch();
  ann = await Person.signUp(browser, server.http, "Ann", DEVICE);
  bob = await Person.signUp(browser, server.http, "Bob", DEVICE);
  await bob.join(await ann.create("Pictures"));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

async function attach(person: Person, ...files: Given[]): Promise<void> {
  await person.page.click(".clip");
  const chooser = person.page.waitForEvent("filechooser");
  await person.page.click('.menu [role="menuitem"]:has-text("file")');
  await (await chooser).setFiles(files);
}

const ready = (person: Person) => person.page.waitForSelector('.attached[data-state="done"]', { timeout: 30_000 });
const seconds = (clock: string | null) => Number(clock?.split(":")[1]);
const last = (person: Person) => person.page.locator(".row[data-seq]").last();

// As a camera writes it: a JPEG with a place in its Exif segment.
async function photo(width: number, height: number): Promise<Buffer> {
  const base64 = await ann.page.evaluate(([width, height]) => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    for (let x = 0; x < width; x += 8) {
      for (let y = 0; y < height; y += 8) {
        context!.fillStyle = `hsl(${(x * 7 + y * 13) % 360} ${(x * y) % 100}% 50%)`;
        context!.fillRect(x, y, 8, 8);
      }
    }
    return canvas.toDataURL("image/jpeg").split(",")[1] ?? "";
  }, [width, height] as const);
  const jpeg = Buffer.from(base64, "base64");
  const exif = Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\0GPSLatitude 51.4779", "latin1");
  const length = Buffer.from([(exif.length + 2) >> 8, (exif.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, jpeg.subarray(2)]);
}

// What the server answers to somebody's page at an address that stands in it.
async function fetched(person: Person, address: string): Promise<{ headers: Record<string, string>; bytes: Buffer }> {
  const response = await person.context.request.get(new URL(address, server.http).href);
  expect(response.ok()).toBe(true);
  return { headers: response.headers(), bytes: await response.body() };
}

test("a picture that one sends is seen by the other, without the place where it was taken", async () => {
  const taken = await photo(1600, 1200);
  expect(taken.includes("GPSLatitude")).toBe(true);
  await attach(ann, { name: "holiday.jpg", mimeType: "image/jpeg", buffer: taken });
  await ready(ann);
  await ann.say("here we are");
  await bob.sees("here we are");
  const image = last(bob).locator(".attachment img");
  await eventually("it is drawn", () => image.evaluate((node: HTMLImageElement) => node.naturalWidth > 0));
  expect(await image.getAttribute("alt")).toBe("holiday.webp");
  expect(await image.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(480);
  const box = await last(bob).locator(".attachment").evaluate((node) => [node.clientWidth, node.clientHeight]);
  expect(box).toEqual([320, 240]);

  await last(bob).locator(".picture").click();
  const large = bob.page.locator(".viewer img");
  await eventually("the large one is there", () => large.evaluate((node: HTMLImageElement) => node.complete && node.naturalWidth === 1600));
  const { headers, bytes } = await fetched(bob, (await large.getAttribute("src")) ?? "");
  expect(headers["content-type"]).toBe("image/webp");
  expect(bytes.includes("Exif") || bytes.includes("GPS")).toBe(false);
  await bob.closeDialog();
  expect(bob.errors).toEqual([]);
});

test("nothing moves when a picture comes", async () => {
  await bob.page.route("**/api/v1/media/**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  await attach(ann, { name: "wide.jpg", mimeType: "image/jpeg", buffer: await photo(900, 300) });
  await ready(ann);
  await ann.say("the whole valley");
  await bob.sees("the whole valley");
  const image = last(bob).locator(".attachment img");
  await image.waitFor({ state: "attached" });
  const place = () => last(bob).evaluate((row) => [row.getBoundingClientRect().top, row.getBoundingClientRect().height]);
  const before = await place();
  expect(await image.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(0);
  await eventually("it is drawn", () => image.evaluate((node: HTMLImageElement) => node.naturalWidth > 0));
  expect(await place()).toEqual(before);
  await bob.page.unroute("**/api/v1/media/**");
});

test("a page that is called a picture is only ever saved", async () => {
  const html = Buffer.from("<!doctype html><script>document.title = 'taken over'</script>");
  await attach(ann, { name: "cat.png", mimeType: "image/png", buffer: html });
  await ready(ann);
  await ann.page.click(".send");
  const row = last(bob).locator('.file:has-text("cat.png")');
  await row.waitFor();
  const [download] = await Promise.all([bob.page.waitForEvent("download"), row.click()]);
  expect(download.suggestedFilename()).toBe("cat.png");
  const { headers, bytes } = await fetched(bob, download.url());
  expect(bytes.equals(html)).toBe(true);
  expect(headers["content-type"]).toBe("application/octet-stream");
  expect(headers["content-disposition"]).toMatch(/^attachment;/);
  expect(headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
  expect(await bob.page.title()).not.toContain("taken over");
});

test("an upload goes on after cuts and after a pause, and is whole", async () => {
  const content = randomBytes(3 * 1024 * 1024);
  let parts = 0;
  await ann.page.route("**/api/v1/uploads/*/parts*", async (route) => {
    parts++;
    if (parts > 9) return route.continue();
    if (parts % 3 === 1) return route.abort("connectionreset");
    // The server takes it, the answer is lost.
    if (parts % 3 === 2) await route.fetch();
    return parts % 3 === 2 ? route.abort("connectionreset") : route.continue();
  });
  await attach(ann, { name: "minutes.bin", mimeType: "application/x-minutes", buffer: content });
  const attached = ann.page.locator(".attached");
  await eventually("some of it is there", async () => (await attached.locator("progress").evaluate((bar: HTMLProgressElement) => bar.value)) > 0);
  await attached.locator('button:text-is("Pause")').click();
  const before = await attached.locator(".state").textContent();
  expect(before).toMatch(/^Paused/);
  await attached.locator('button:text-is("Go on")').click();
  expect(await ann.page.locator(".send").isDisabled()).toBe(true);
  await ann.page.waitForSelector('.attached[data-state="done"]', { timeout: 60_000 });
  expect(parts).toBeGreaterThan(9);
  await ann.page.unroute("**/api/v1/uploads/*/parts*");
  await ann.say("what we decided");
  await bob.sees("what we decided");
  const [download] = await Promise.all([bob.page.waitForEvent("download"), last(bob).locator(".file").click()]);
  const bytes = readFileSync(await download.path());
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(createHash("sha256").update(content).digest("hex"));
  expect(await last(bob).locator(".facts").textContent()).toBe("3 MB");
});

test("a pasted picture is attached, and what is dropped is too; one can be taken away again", async () => {
  const base64 = (await photo(40, 40)).toString("base64");
  const give = (kind: "paste" | "drop") => ann.page.evaluate(([base64, kind]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], `${kind}.jpg`, { type: "image/jpeg" }));
    const place = document.querySelector(kind === "paste" ? ".composer textarea" : ".rows");
    const made = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    return place?.dispatchEvent(made);
  }, [base64, kind] as const);
  expect(await give("paste")).toBe(false);
  expect(await give("drop")).toBe(false);
  await eventually("both are ready", async () => (await ann.page.locator('.attached[data-state="done"]').count()) === 2);
  await ann.page.locator('.attached:has-text("drop") .icon-button').click();
  await ann.page.click(".send");
  await eventually("one came", async () => (await last(bob).locator('.attachment img[alt="paste.webp"]').count()) === 1);
  expect(await ann.page.locator(".attached").count()).toBe(0);
});

test("a voice message is recorded, drawn as a wave and heard by the other; one that is thrown away goes nowhere", async () => {
  const record = async () => {
    await ann.page.click(".clip");
    await ann.page.click('.menu [role="menuitem"]:has-text("Record")');
  };
  // Somebody who says no when they are asked.
  await ann.page.evaluate(() => {
    const asked = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = () => {
      navigator.mediaDevices.getUserMedia = asked;
      return Promise.reject(new DOMException("no", "NotAllowedError"));
    };
  });
  await record();
  await ann.page.waitForSelector('.tray .note:has-text("no microphone")');
  await record();
  await ann.page.click('.recording button:has-text("Discard")');
  expect(await ann.page.locator(".attached, .recording").count()).toBe(0);
  await record();
  await eventually("two seconds were said", async () => seconds(await ann.page.textContent(".recording .time")) >= 2);
  expect(await ann.page.locator(".send").isDisabled()).toBe(true);
  // Who looks at another group is not recorded there, and finds it where it was.
  const here = ann.page.url();
  await ann.page.goto(`${server.http}/#/`);
  await ann.page.waitForSelector(".conversation", { state: "detached" });
  await ann.page.goto(here);
  await ready(ann);
  await ann.page.click(".send");
  await eventually("it came", async () => (await last(bob).locator(".voice .play").count()) === 1);
  const voice = last(bob).locator(".voice");
  expect(seconds(await voice.locator(".time").textContent())).toBeGreaterThanOrEqual(2);
  // The microphone of the test beeps: its wave is not flat.
  const heights = await voice.locator(".wave").evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    return Array.from({ length: width }, (_, x) => Array.from({ length: height }, (_, y) => data[(y * width + x) * 4 + 3] ?? 0).filter((alpha) => alpha > 0).length);
  });
  expect(new Set(heights).size).toBeGreaterThan(2);
  await voice.locator(".play").click();
  await eventually("it is heard", async () => Number(await voice.locator(".wave").getAttribute("aria-valuenow")) >= 1);
  // The lines that were cut before are told by the browser.
  expect(ann.errors.filter((error) => !error.includes("ERR_CONNECTION_RESET"))).toEqual([]);
});

test("what is too large says so, and nothing is sent", async () => {
  await attach(ann, { name: "film.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(5 * 1024 * 1024) });
  await eventually("it is refused", async () => (await ann.page.locator(".attached .state").textContent()) === "Larger than 4 MB, which is the most here.");
  expect(await ann.page.locator(".send").isDisabled()).toBe(true);
  await ann.page.click('.attached button[aria-label="Remove"]');
  expect(await ann.page.locator(".attached").count()).toBe(0);
});
