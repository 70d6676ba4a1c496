// Everything that the page can look like, one state after the other: for pictures, and for what has to hold in each.

import type { Page } from "playwright-core";
import type { Person } from "./person";
import { INPUT, type Scene } from "./scene";
import { eventually } from "./server";

export interface State {
  name: string;
  page: Page;
  enter(): Promise<void>;
  leave(): Promise<void>;
}

export const PARTS = ["signing in and joining", "reading", "dialogs", "menus", "troubles", "the operator's page"] as const;
export type Part = (typeof PARTS)[number];

const nothing = async () => {};

export class States {
  constructor(private readonly scene: Scene) {}

  get all(): State[] {
    return PARTS.flatMap((part) => this.of(part));
  }

  of(part: Part): State[] {
    switch (part) {
      case "signing in and joining":
        return this.#strangers();
      case "reading":
        return this.#reading();
      case "dialogs":
        return this.#dialogs();
      case "menus":
        return this.#menus();
      case "troubles":
        return this.#troubles();
      default:
        return this.#admin();
    }
  }

  #strangers(): State[] {
    const visitor = this.scene.visitor;
    const ida = this.scene.newcomer.page;
    const wrong = async () => {
      await visitor.goto(this.scene.server.http);
      await visitor.click(".switch button");
      await visitor.fill("#name", "Mara");
      await visitor.fill("#password", "not the right one");
      await visitor.click('button[type="submit"]');
      await visitor.waitForSelector(".error:not(:empty)");
    };
    return [
      { name: "sign-up", page: visitor, enter: async () => { await visitor.goto(this.scene.server.http); await visitor.waitForSelector("#password"); }, leave: nothing },
      { name: "sign-in-error", page: visitor, enter: wrong, leave: nothing },
      { name: "list-empty", page: ida, enter: () => to(ida, "#/", ".sidebar .bar"), leave: nothing },
      { name: "card-join", page: ida, enter: () => to(ida, new URL(this.scene.link).hash, ".card .primary"), leave: nothing },
      { name: "announcements", page: ida, enter: async () => {
        await to(ida, "#/", ".groups li");
        await ida.click('.groups li:has-text("Announcements") a');
        await ida.waitForSelector(".reading .row");
      }, leave: nothing },
    ];
  }

  #reading(): State[] {
    const { page } = this.scene.mara;
    const talk = () => to(page, new URL(this.scene.link).hash, '.row:has-text("with the keys")');
    const compact = async () => {
      await talk();
      await this.scene.mara.actOnGroup("Compact messages");
      await page.waitForSelector(".compact");
    };
    const unread = async () => {
      await to(page, new URL(this.scene.other).hash, ".row");
      await page.evaluate(() => window.dispatchEvent(new Event("blur")));
    };
    return [
      { name: "list", page, enter: () => to(page, "#/", ".groups li"), leave: nothing },
      { name: "talk", page, enter: talk, leave: nothing },
      { name: "talk-other-side", page: this.scene.wei.page, enter: async () => { await this.scene.wei.page.waitForSelector(".row"); }, leave: nothing },
      { name: "talk-pointed-at", page, enter: async () => {
        await talk();
        await page.locator(".row.mine").last().hover();
      }, leave: () => page.mouse.move(0, 0) },
      { name: "talk-keyboard", page, enter: async () => {
        await talk();
        await page.focus(".composer textarea");
        await page.keyboard.press("Shift+Tab");
        for (let i = 0; i < 9 && !(await page.$(".row:focus, .scroller:focus")); ++i) await page.keyboard.press("Shift+Tab");
        await page.waitForSelector(".row:focus");
        await page.keyboard.press("ArrowUp");
        await page.waitForSelector(".row:focus");
      }, leave: nothing },
      { name: "compact", page, enter: compact, leave: () => this.scene.mara.actOnGroup("Roomy messages") },
      { name: "group-other", page, enter: unread, leave: nothing },
    ];
  }

  #dialogs(): State[] {
    const { mara, jonas } = this.scene;
    const of = (who: Person, name: string, open: () => Promise<void>, ready: string): State => ({
      name, page: who.page, leave: () => who.closeDialog(), enter: async () => {
        await to(who.page, new URL(this.scene.link).hash, ".row");
        await open();
        await who.page.waitForSelector(ready);
      },
    });
    const head = (who: Person, name: string, item: string, ready = "dialog") => of(who, name, () => who.actOnGroup(item), ready);
    const message = (name: string, item: string) => of(mara, name, () => mara.act("Light is up as well now.", item), "dialog");
    const side = (name: string, control: string, ready = "dialog") => ({ ...of(mara, name, nothing, "dialog"), enter: async () => {
      await to(mara.page, "#/", ".groups li");
      await mara.page.click(control);
      await mara.page.waitForSelector(ready);
    } });
    return [
      head(mara, "members", "Members", ".people li .more"),
      head(mara, "settings", "Settings"),
      head(jonas, "settings-of-a-member", "Settings"),
      head(mara, "invite", "Invite people"),
      of(mara, "invite-qr", async () => {
        await mara.actOnGroup("Invite people");
        await mara.page.click('dialog button:has-text("QR")');
      }, ".qr svg"),
      head(mara, "notifications", "Notifications…"),
      head(mara, "go-to", "Go to…"),
      head(mara, "reports", "Reports and log (1)", ".reports li"),
      head(mara, "slow-mode", "Slow mode…"),
      head(mara, "leave", "Leave group"),
      of(mara, "search", async () => {
        await mara.page.click('.tools [aria-label="Search"]');
        await mara.page.fill("dialog input", "light");
        await mara.page.keyboard.press("Enter");
      }, ".found li"),
      of(mara, "verified", () => mara.page.click(".verified"), ".fingerprint"),
      of(mara, "person", () => mara.page.locator(".author [data-person]").first().click(), "dialog .acts"),
      of(mara, "emoji", () => mara.page.click(".to-emoji"), ".emoji button"),
      message("forward", "Forward…"),
      message("readers", "Read by…"),
      message("recall", "Recall"),
      side("account", ".me", ".sessions li[data-session]"),
      side("new-group", 'button[aria-label="New group"]'),
      side("join-group", 'button[aria-label="Join a group"]'),
    ];
  }

  #menus(): State[] {
    const { page } = this.scene.mara;
    const of = (name: string, open: () => Promise<void>, leave = () => page.keyboard.press("Escape")): State => ({
      name, page, leave, enter: async () => {
        await to(page, new URL(this.scene.link).hash, ".row");
        await open();
      },
    });
    const row = this.scene.mara.row("Light is up as well now.");
    return [
      of("menu-of-a-message", async () => {
        await row.hover();
        await row.locator(".more").click();
        await page.waitForSelector(".menu");
      }),
      of("menu-of-the-group", async () => {
        await page.click(".tools .more");
        await page.waitForSelector(".menu");
      }),
      of("mention", async () => {
        await page.fill(INPUT, "");
        await page.locator(INPUT).pressSequentially("@j");
        await page.waitForSelector('.mention-box [role="option"]');
      }, () => page.fill(INPUT, "")),
      of("reply", async () => {
        await this.scene.mara.act("Light is up as well now.", "Reply");
        await page.waitForSelector(".about-entry:visible");
      }),
    ];
  }

  #troubles(): State[] {
    const { mara } = this.scene;
    // The level comes with what is said.
    const storm = (level: string) => {
      this.scene.stentor("storm", level);
      this.scene.stentor("group", "send", /\d+$/.exec(this.scene.link)?.[0] ?? "", "The gate stays shut until the fireworks are over.");
    };
    return [
      { name: "offline", page: mara.page, enter: async () => {
        await to(mara.page, new URL(this.scene.link).hash, ".row");
        await mara.goAway();
        await mara.say("Is this thing on?");
        await mara.page.waitForSelector(".pending");
      }, leave: async () => {
        await mara.comeBack();
        await mara.settled();
      } },
      { name: "storm", page: mara.page, enter: async () => {
        storm("3");
        await mara.page.waitForSelector(".storm:visible");
      }, leave: async () => {
        storm("auto");
        await mara.page.waitForSelector(".storm", { state: "hidden" });
      } },
      { name: "not-loaded", page: mara.page, enter: async () => {
        await mara.page.route("**/assets/go_to-*", (route) => route.abort());
        await mara.page.evaluate(() => (location.hash = `${location.hash}/999999`));
        await mara.page.waitForSelector("dialog .error, dialog");
      }, leave: () => mara.closeDialog() },
    ];
  }

  #admin(): State[] {
    const page = this.scene.operator;
    const tab = (name: string, ready: string): State => ({
      name: `admin-${name.toLowerCase().replaceAll(" ", "-")}`, page, leave: nothing, enter: async () => {
        if (!page.url().startsWith(this.scene.server.admin)) {
          await page.goto(this.scene.server.admin);
          await page.fill("#key", this.scene.stentor("token", "--admin"));
          await page.press("#key", "Enter");
        }
        await page.click(`nav >> text="${name}"`);
        await page.waitForSelector(ready);
      },
    });
    const group: State = { ...tab("Groups", "tr"), name: "admin-group", enter: async () => {
      await page.click('nav >> text="Groups"');
      await page.click('tr:has-text("Harbour") >> text="Open"');
      await page.waitForSelector('tr:has-text("Jonas")');
    } };
    const key: State = { name: "admin-key", page, leave: nothing, enter: async () => {
      await page.goto(this.scene.server.admin);
      await page.waitForSelector("#key");
      await page.goto("about:blank");
      await page.goto(this.scene.server.admin);
    } };
    const enter = { ...tab("Overview", ".chart"), enter: async () => {
      if (await page.$("#key")) {
        await page.fill("#key", this.scene.stentor("token", "--admin"));
        await page.press("#key", "Enter");
      }
      await page.click('nav >> text="Overview"');
      await eventually("a line is drawn", async () => ((await page.locator('[data-chart="memory"] .line').getAttribute("d")) ?? "").includes("L"));
    } };
    return [key, enter, tab("Accounts", 'tr:has-text("Jonas")'), tab("Groups", 'tr:has-text("Harbour")'), group, tab("Registration", ".registration"), tab("Banned addresses", ".bans"), tab("Who did what", ".audit tr")];
  }
}

async function to(page: Page, hash: string, ready: string): Promise<void> {
  await page.evaluate((hash) => {
    if (location.hash !== hash) location.hash = hash;
  }, hash);
  await page.waitForSelector(ready);
}
