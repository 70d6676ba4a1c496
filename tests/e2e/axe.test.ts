// No state of the page, in either theme, as wide as on a desk or as narrow as on a phone, has a fault that axe knows;
// and on a phone nothing that one presses is smaller than a finger.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Scene } from "./scene";
import { eventually } from "./server";
import { PARTS, States, type State } from "./states";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESK = { width: 1180, height: 760 };
const PHONE = { width: 360, height: 740 };
const WALL = { width: 1920, height: 1000 };
const FINGER_PX = 44;
// What may be otherwise where there is less room.
const OF_LAYOUT = ["target-size", "region", "landmark-one-main", "page-has-heading-one", "button-name", "link-name", "label-content-name-mismatch", "scrollable-region-focusable"];
// The page allows no scripts of others; axe is one.
const scene = new Scene({ bypassCSP: true, viewport: DESK, reducedMotion: "reduce" });

interface Axe {
  run(context: unknown, options: unknown): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[] }>;
}

beforeAll(() => scene.start(), 120_000);
afterAll(() => scene.stop());

async function faults(page: Page, only?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (only) => {
    const { axe } = window as unknown as { axe: Axe };
    const options = { resultTypes: ["violations"], ...(only ? { runOnly: only } : { rules: { "target-size": { enabled: true } } }) };
    // Of thousands of emoji that are made alike the first are looked at.
    const { violations } = await axe.run({ include: [["html"]], exclude: [[".emoji section ~ section"]] }, options);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary?.split("\n")[1]?.trim() ?? ""}`));
  }, only);
}

// A press so far from the middle of each control still lands on it, or on another one that lies there.
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate((finger) => {
    const root = document.querySelector("dialog") ?? document.querySelector(".menu") ?? document.body;
    const controls = [...root.querySelectorAll<HTMLElement>("button, select, summary, input, nav a")];
    return controls.filter((one) => {
      if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || one.closest(".text, .aside, .quote")) return false;
      one.scrollIntoView({ block: "center" });
      const label = one.closest("label");
      const { left, top, width, height } = (label ?? one).getBoundingClientRect();
      if (width >= finger && height >= finger) return false;
      const [x, y] = [left + width / 2, top + height / 2];
      const reach = finger / 2 - 1;
      if (y - reach < 0 || y + reach > innerHeight || x < 0 || x > innerWidth) return false;
      return [[0, -reach], [0, reach], [-Math.min(reach, x), 0], [Math.min(reach, innerWidth - x - 1), 0]].some(([dx = 0, dy = 0]) => {
        const hit = document.elementFromPoint(x + dx, y + dy);
        return hit !== one && !one.contains(hit) && !hit?.closest("button, a, input, select, summary, textarea") && !(label && label.contains(hit));
      });
    }).map((one) => `${one.className || one.tagName} ${one.ariaLabel ?? one.textContent ?? ""} ${Math.round(one.offsetWidth)}x${Math.round(one.offsetHeight)}`);
  }, FINGER_PX);
}

test.each(PARTS)("axe finds nothing in any state of %s, and a finger finds everything", async (part) => {
  const found: string[] = [];
  const told = async (where: string, what: Promise<string[]>) => found.push(...(await what).map((one) => `${where}: ${one}`));
  const look = async ({ name, page, enter, leave }: State, narrow: boolean) => {
    await page.setViewportSize(narrow ? PHONE : DESK);
    await enter();
    await told(`${name}, ${narrow ? "phone" : "desk"}`, faults(page, narrow ? OF_LAYOUT : undefined));
    if (narrow) {
      await told(`${name}, finger`, tooSmall(page));
    } else {
      await page.emulateMedia({ colorScheme: "dark" });
      await told(`${name}, dark`, faults(page, ["color-contrast"]));
      await page.emulateMedia({ colorScheme: "light" });
    }
    await leave();
  };
  for (const state of new States(scene).of(part)) {
    // The operator sits at a desk.
    const ways = state.name.startsWith("admin") ? [false] : [false, true];
    for (const narrow of ways) await look(state, narrow).catch((error: unknown) => found.push(`${state.name} was not reached: ${String(error)}`));
  }
  expect(found).toEqual([]);
}, 120_000);

test("axe finds nothing in what stands beside the talk on a wide screen", async () => {
  const found: string[] = [];
  let beside = 0;
  for (const { name, page, enter, leave } of new States(scene).of("dialogs")) {
    if (!["members", "settings", "settings-of-a-member", "reports", "search"].includes(name)) continue;
    await page.setViewportSize(WALL);
    await enter();
    beside += await page.locator(".frame > .beside").count();
    found.push(...(await faults(page)).map((one) => `${name}: ${one}`));
    await page.emulateMedia({ colorScheme: "dark" });
    found.push(...(await faults(page, ["color-contrast"])).map((one) => `${name}, dark: ${one}`));
    await page.emulateMedia({ colorScheme: "light" });
    await leave();
  }
  expect(found).toEqual([]);
  expect(beside).toBe(5);
}, 60_000);

test("where the system chooses all colours, edges say what surfaces and colours said", async () => {
  const { page } = scene.mara;
  await page.setViewportSize(DESK);
  await page.emulateMedia({ forcedColors: "active" });
  const edges = () => page.evaluate(() => [".bubble", ".groups .avatar", ".groups .badge", ".groups a[aria-current]"].filter((one) => {
    const { borderTopStyle, outlineStyle } = getComputedStyle(document.querySelector(one)!);
    return borderTopStyle !== "solid" && outlineStyle !== "solid";
  }));
  await eventually("each has an edge", async () => (await edges()).length === 0, 10_000);
  await page.emulateMedia({ forcedColors: "none" });
});

test("nothing went wrong in the pages", () => {
  expect([...scene.mara.errors, ...scene.jonas.errors, ...scene.wei.errors].filter((error) => !/ERR_FAILED/.test(error))).toEqual([]);
});
