// Who gets in, who is put out, and what one hears of groups that are not open.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clubServer, gather } from "./club";
import { Person } from "./person";
import { eventually } from "./server";

const server = clubServer();
let browser: Browser;
let ann: Person;
let bob: Person;
let cho: Person;

beforeAll(async () => {
  ({ browser, ann, bob, cho } = await gather(server, "Ann", "Bob", "Cho"));
});

afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const gidOf = (link: string) => /\d+$/.exec(link)?.[0] ?? "";
const badge = (person: Person, group: string) =>
  person.page.$eval(`.groups li:has-text(${JSON.stringify(group)}) .badge`, ({ textContent }) => textContent).catch(() => "");
const listed = (person: Person) => person.page.$$eval(".people .who", (all) => all.map(({ textContent }) => textContent).join());
const notes = (person: Person) => person.page.locator(".private-note").allTextContents();
const home = (person: Person) => person.page.goto(`${server.http}/#/`);

test("a kicked member is told who put them out, sees nothing more, and the group leaves their list", async () => {
  const link = await ann.create("Kickers");
  await bob.join(link);
  await bob.say("hello");
  await ann.sees("hello");
  await ann.actOnMember("Bob", "Remove from the group");
  await ann.page.click("dialog .danger");
  await bob.page.waitForSelector('.card h2:has-text("You were removed from this group by")');
  await ann.closeDialog();
  await ann.say("he cannot read this");
  await ann.settled();
  await eventually("the list has lost it", async () => (await bob.page.$('.groups li:has-text("Kickers")')) === null);
  expect(await bob.page.textContent("body")).not.toContain("he cannot read this");
});

test("a ban keeps out, and lifting it lets in again", async () => {
  const link = await ann.create("Bans");
  await bob.join(link);
  await ann.actOnMember("Bob", "Ban for good");
  await ann.page.click("dialog .danger");
  await bob.page.waitForSelector('.card h2:has-text("banned")');
  await bob.page.reload();
  await bob.page.waitForSelector(".card");
  await bob.page.click(".card .primary").catch(() => {});
  await eventually("they stay out", async () => (await bob.page.textContent(".card"))?.includes("banned"));
  await ann.page.click('.out li:has-text("Bob") button');
  await ann.page.waitForSelector(".out", { state: "hidden" });
  await ann.closeDialog();
  await bob.page.reload();
  await bob.join(link);
  await bob.say("forgiven");
  await ann.sees("forgiven");
});

test("an admin sends away who asks to join, and takes back what a member said", async () => {
  const link = await ann.create("Strict");
  await bob.join(link);
  await bob.say("something rude");
  await ann.sees("something rude");
  await ann.act("something rude", "Recall");
  await ann.page.click("dialog .danger");
  await eventually("it is gone", async () => (await bob.shown()).at(-1)?.text === "Message recalled");
  await ann.actOnGroup("Settings");
  await ann.page.selectOption("#policy", "2");
  await ann.page.fill("#slow", "3");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await eventually("slow mode is shown", async () => (await bob.page.textContent(".about"))?.includes("slow mode: 3 s"));
  await ann.actOnGroup("Settings");
  await ann.page.click("dialog summary");
  await ann.page.fill("#hold-ms", "700");
  await ann.page.fill("#hold-entries", "10");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await ann.say("sent out a little later");
  await bob.sees("sent out a little later");
  await cho.askToJoin(link);
  await cho.page.waitForSelector('.card:has-text("waits for approval")');
  await ann.actOnGroup("Members");
  await ann.page.click('.waiting li:has-text("Cho") button:has-text("Reject")');
  await ann.page.waitForSelector(".waiting", { state: "hidden" });
  expect(await listed(ann)).toBe("Ann (You),Bob");
  await ann.closeDialog();
});

test("the owner hands the group over, and may leave then", async () => {
  const link = await ann.create("Handed over");
  await bob.join(link);
  await ann.actOnGroup("Leave group");
  await ann.page.click("dialog .danger");
  await ann.page.waitForSelector('dialog .error:has-text("yours")');
  await ann.closeDialog();
  await ann.actOnMember("Bob", "Hand the group over");
  await ann.page.click("dialog .danger");
  await ann.page.waitForSelector('.people li:has-text("Bob") .hint:has-text("Owner")');
  await ann.closeDialog();
  await ann.actOnGroup("Leave group");
  await ann.page.click("dialog .danger");
  await eventually("it is not Ann's any more", async () => (await ann.page.$('.groups li:has-text("Handed over")')) === null);
});

test("by an invitation link one joins a group that is closed to others", async () => {
  const link = await ann.create("Closed");
  await ann.actOnGroup("Settings");
  await ann.page.selectOption("#policy", "1");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await bob.askToJoin(link);
  await eventually("without an invitation they stay out", async () => ((await bob.page.textContent(".card .error")) ?? "") !== "");

  await ann.actOnGroup("Invite people");
  await ann.page.fill("#invite-name", "For parents");
  await ann.page.click(".invite button");
  await ann.page.waitForSelector('.invites li .name:text-is("For parents")');
  const invitation = await eventually("there is a link", async () => {
    const value = await ann.page.inputValue(".share-link");
    return value !== link && value;
  });
  await ann.closeDialog();
  expect(invitation.startsWith(`${link}/`)).toBe(true);
  await cho.join(invitation);
  expect(cho.page.url()).toBe(link);
  await cho.say("by invitation");
  await ann.sees("by invitation");
});

test("where an admin approves, one waits, and is in when accepted", async () => {
  const link = await ann.create("Approved");
  await ann.actOnGroup("Settings");
  await ann.page.selectOption("#policy", "2");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await bob.askToJoin(link);
  await bob.page.waitForSelector('.card:has-text("waits for approval")');
  await ann.actOnGroup("Members");
  await ann.page.click('.waiting li:has-text("Bob") .primary');
  await bob.page.waitForSelector(".conversation textarea:visible");
  await ann.closeDialog();
  await bob.say("let in");
  await ann.sees("let in");
});

test("roles are given, and a muted member is told until when", async () => {
  const link = await ann.create("Roles");
  await bob.join(link);
  await cho.join(link);
  await ann.actOnMember("Bob", "Make admin");
  await ann.page.waitForSelector('.people li:has-text("Bob") .hint:has-text("Admin")');
  await ann.closeDialog();
  await bob.actOnMember("Cho", "Mute for 10 minutes");
  await eventually("Cho is told", async () => (await cho.page.textContent(".composer .note"))?.includes("muted until"));
  expect(await cho.page.isDisabled(".send")).toBe(true);
  await bob.actOnMember("Cho", "Lift the mute");
  await eventually("Cho may talk", async () => (await cho.page.textContent(".composer .note")) === "");
  await bob.closeDialog();
  await cho.say("thank you");
  await bob.sees("thank you");
});

test("members are found by the beginning of the name", async () => {
  await ann.actOnGroup("Members");
  await ann.page.fill('dialog input[type="search"]', "ch");
  await eventually("only Cho is left", async () => (await listed(ann)) === "Cho");
  // Escape in a field for a search empties it first.
  await ann.page.fill('dialog input[type="search"]', "");
  await eventually("all are back", async () => (await listed(ann)) === "Ann (You),Bob,Cho");
  await ann.closeDialog();
});

test("who joins while the list of members is open comes into it", async () => {
  const link = await ann.create("Watched");
  await ann.actOnGroup("Members");
  await eventually("Ann is alone", async () => (await listed(ann)) === "Ann (You)");
  await bob.join(link);
  await eventually("Bob is there", async () => (await listed(ann)) === "Ann (You),Bob");
  await ann.closeDialog();
});

test("a greeting and an admin's note are seen by one member alone, also after a reload", async () => {
  const link = await ann.create("Greeters");
  await ann.actOnGroup("Settings");
  await ann.page.fill("#welcome", "Mind the step");
  await ann.page.click('dialog button[type="submit"]');
  await ann.page.waitForSelector("dialog", { state: "detached" });
  await bob.join(link);
  await cho.join(link);
  await bob.page.waitForSelector('.private-note:has-text("Mind the step")');
  await ann.actOnMember("Bob", "Write a note that only this member sees");
  await ann.page.fill("#answer", "Your shoe is untied");
  await ann.page.click('dialog:has(#answer) button[type="submit"]');
  await bob.page.waitForSelector('.private-note:has-text("Your shoe is untied")');
  await ann.closeDialog();
  await bob.page.reload();
  await eventually("both are still there, and who wrote", async () => {
    const [greeting, note] = await notes(bob);
    return greeting?.includes("Mind the step") && note?.includes("From \u2068Ann\u2069, only for you");
  });
  expect(await notes(ann)).toEqual([]);
  expect((await notes(cho)).join()).not.toContain("shoe");
});

test("who leaves is out, and the others count one less", async () => {
  const link = await ann.create("Leavers");
  await bob.join(link);
  await eventually("two are counted", async () => (await ann.page.textContent(".about"))?.startsWith("2 members"));
  await bob.actOnGroup("Leave group");
  await bob.page.click("dialog .danger");
  await eventually("the list has lost it", async () => (await bob.page.$('.groups li:has-text("Leavers")')) === null);
  await eventually("one is counted", async () => (await ann.page.textContent(".about"))?.startsWith("1 member"));
});

test("a direct chat begins at a member; who is blocked cannot write there", async () => {
  await bob.join(await ann.create("Acquainted"));
  await ann.actOnMember("Bob", "Write directly");
  await eventually("it is open", async () => (await ann.page.textContent(".about"))?.startsWith("Direct chat"));
  const link = ann.page.url();
  await ann.say("just us two");
  await home(bob);
  await bob.page.click('.groups li:has-text("just us two") a');
  await bob.sees("just us two");
  expect(gidOf(bob.page.url())).toBe(gidOf(link));
  await bob.say("yes");
  await ann.sees("yes");
  await ann.actOnGroup("Block");
  await eventually("the block is known", async () => {
    await ann.page.click(".tools .more");
    await ann.page.waitForSelector(".menu");
    const known = await ann.page.$('.menu :text-is("Unblock")');
    await ann.page.keyboard.press("Escape");
    return known !== null;
  });
  await bob.say("still there?");
  await bob.page.waitForSelector('.row.pending[data-state="refused"]');
  await bob.page.click(".row.pending .actions button:last-child");
  await ann.actOnGroup("Unblock");
  await eventually("they may write again", async () => {
    await bob.say("friends again");
    await bob.settled();
    return (await ann.shown()).some(({ text }) => text === "friends again");
  });
});

test("groups that are not open are counted, and come to the front with their last words", async () => {
  const first = await ann.create("Quiet one");
  await cho.join(first);
  const second = await ann.create("Busy one");
  await cho.join(second);
  await ann.page.reload();
  await home(ann);
  await home(cho);
  await cho.page.click('.groups li:has-text("Quiet one") a');
  await cho.say("psst");
  await cho.say("anybody?");
  await eventually("two are unread", async () => (await badge(ann, "Quiet one")) === "2");
  await eventually("its words are shown", async () => (await ann.page.textContent(".groups li:first-child .preview")) === "Cho: anybody?");
  expect(await ann.page.textContent(".groups li:first-child .who")).toBe("Quiet one");
  await eventually("the title counts", async () => (await ann.page.title()) === "(2) Stentor");
});

test("what is read on one device is read on the other", async () => {
  const other = await Person.signIn(browser, server.http, "Ann");
  await eventually("two are unread there", async () => (await badge(other, "Quiet one")) === "2");
  await ann.page.click('.groups li:has-text("Quiet one") a');
  await ann.sees("anybody?");
  await home(ann);
  await eventually("none are", async () => (await badge(other, "Quiet one")) === "");
  await other.context.close();
});

test("a group that is muted for me is not counted in the title", async () => {
  await ann.page.click('.groups li:has-text("Quiet one") a');
  await ann.actOnGroup("Mute for me");
  await ann.page.waitForSelector('.groups li:has-text("Quiet one") .quiet-mark');
  await home(ann);
  await cho.say("louder");
  await eventually("one is unread", async () => (await badge(ann, "Quiet one")) === "1");
  expect(await ann.page.title()).toBe("Stentor");
});

test("nothing went wrong in the pages", () => {
  expect([...ann.errors, ...bob.errors, ...cho.errors]).toEqual([]);
});
