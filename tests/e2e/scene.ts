// A server with people who have talked, for looking at the page in all its states.

import { execFileSync } from "node:child_process";
import type { Browser, Page } from "playwright-core";
import { clubServer } from "./club";
import { launch, Person, type Device } from "./person";
import { ADMIN_PAGE } from "./server";

// Somebody, and what they say.
const TALK: readonly [number, string][] = [
  [1, "Good morning! The fence on the west side is standing."],
  [2, "Stage two has power, but no light yet."],
  [1, "Programme and map for everybody: https://example.org/harbour/plan"],
  [0, "Thank you all. Doors at five, as planned."],
  [2, "八点开始烟火，别忘了！"],
  [1, "A reader once said that **the bar carries what the eye sees**, and `./open --gate 4` does the rest. ||It is a surprise.||"],
];

export class Scene {
  readonly server = clubServer(["--admin-web", ADMIN_PAGE]);
  browser!: Browser;
  mara!: Person;
  jonas!: Person;
  wei!: Person;
  // Nobody yet, in a browser of theirs.
  visitor!: Page;
  newcomer!: Person;
  operator!: Page;
  link = "";
  other = "";

  constructor(private readonly device: Device = {}) {}

  stentor(...args: string[]): string {
    return execFileSync(process.env["STENTOR_SERVER"] ?? "", [...args, "--data", this.server.data], { encoding: "utf8" }).trim();
  }

  async start(): Promise<void> {
    await this.server.start();
    this.browser = await launch();
    const enter = async (name: string, more: Device = {}) => {
      const person = await Person.signUp(this.browser, this.server.http, name, { ...this.device, ...more });
      person.page.setDefaultTimeout(10_000);
      return person;
    };
    this.visitor = await (await this.browser.newContext({ locale: "en-GB", ...this.device })).newPage();
    [this.mara, this.jonas, this.wei] = [await enter("Mara", { leaves: true }), await enter("Jonas"), await enter("张伟")];
    this.other = await this.mara.create("Book club");
    await this.jonas.join(this.other);
    await this.jonas.say("Eight o'clock at my place.");
    await this.mara.sees("Eight o'clock at my place.");
    this.link = await this.mara.create("Harbour festival, crew");
    for (const one of [this.jonas, this.wei]) await one.join(this.link);
    await this.#talk();
    this.newcomer = await enter("Ida");
    this.stentor("group", "announce", "The server restarts on Sunday at noon, for a minute.\n\nYou need to do nothing: what you write meanwhile goes out afterwards.");
    this.operator = await (await this.browser.newContext({ locale: "en-GB", ...this.device })).newPage();
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    await this.server.stop();
  }

  async #talk(): Promise<void> {
    const { mara, jonas, wei } = this;
    const people = [mara, jonas, wei];
    for (const [i, [at, words]] of TALK.entries()) {
      await (people[at] ?? mara).say(words);
      for (const one of people) await one.page.waitForSelector(`.row[data-seq="${i + 1}"]`);
    }
    await jonas.act("Stage two has power, but no light yet.", "Reply");
    await jonas.say("Light is up as well now.");
    await mara.sees("Light is up as well now.");
    await mara.act("Light is up as well now.", "React with 🎉");
    await wei.act("Light is up as well now.", "React with 👍");
    await this.#send(jonas, "map.png", "image/png", "The map of the quay");
    await this.#send(wei, "rota.pdf", "application/pdf", "And who works when");
    await wei.page.locator(INPUT).pressSequentially("@mar");
    await wei.page.click('.mention-box [role="option"]');
    await wei.page.keyboard.type("can you open the gate at four?");
    await wei.page.keyboard.press("Enter");
    await mara.page.waitForSelector(".row.called");
    await mara.say("Yes! On my way.");
    await mara.settled();
    await mara.act("Yes! On my way.", "Edit");
    await mara.say("Yes! On my way, with the keys.");
    await mara.page.waitForSelector(".edited");
    await mara.act("Stage two has power, but no light yet.", "Pin");
    await jonas.act("Yes! On my way, with the keys.", "Report…");
    await jonas.page.click('dialog button[type="submit"]');
    await jonas.page.waitForSelector("dialog:not(:has(form))");
    await jonas.closeDialog();
  }

  async #send(who: Person, name: string, mimeType: string, words: string): Promise<void> {
    const base64 = await who.page.evaluate(() => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: 480, height: 300 });
      const context = canvas.getContext("2d");
      for (let x = 0; x < 480; x += 12) {
        context!.fillStyle = `hsl(${190 + x / 12} 45% ${70 - x / 14}%)`;
        context!.fillRect(x, 0, 12, 300);
      }
      return canvas.toDataURL("image/png").split(",")[1] ?? "";
    });
    await who.page.click(".clip");
    const chooser = who.page.waitForEvent("filechooser");
    await who.page.click('.menu [role="menuitem"]:has-text("file")');
    await (await chooser).setFiles([{ name, mimeType, buffer: Buffer.from(base64, "base64") }]);
    await who.page.waitForSelector('.attached[data-state="done"]');
    await who.say(words);
    await who.settled();
    await this.mara.sees(words);
  }
}

export const INPUT = ".composer textarea";
