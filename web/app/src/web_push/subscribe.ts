// This browser's subscription to pushes: made with its push service, told to the server, which sends what happens while
// no page is open.

import { call, isRefusal, type Account, type ApiRefusal } from "../account";
import { browserStorage } from "../browser_storage";
import { pageLanguage } from "../language";
import { Levels } from "../levels";

// A browser whose push service is out of reach says nothing at all.
const SERVICE_WITHIN_MS = 20_000;

export type Trouble = ApiRefusal | "denied" | "unable" | "no service" | "off";

interface Kept {
  // What was said is told, too.
  words: boolean;
}

// What somebody has chosen for this browser; nothing: they are not pushed to.
export function keptChoice(uid: number): Kept | undefined {
  try {
    const kept = JSON.parse(browserStorage.getItem(choiceKey(uid)) ?? "null") as Partial<Kept> | null;
    return kept ? { words: kept.words !== false } : undefined;
  } catch {
    return undefined;
  }
}

// Whether the server pushes at all, and the key of its own.
export async function serverKey({ token }: Account): Promise<string | ApiRefusal | undefined> {
  const answer = await call("web-push", undefined, token);
  if (isRefusal(answer)) return answer;
  return answer["on"] === true && typeof answer["key"] === "string" ? answer["key"] : undefined;
}

export function isAble(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

// Asks for the permission: by a press, and never by itself.
export async function turnOn(account: Account, words: boolean): Promise<Trouble | undefined> {
  if (!isAble()) return "unable";
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return "denied";
  const trouble = await tell(account, { words });
  if (trouble === undefined) browserStorage.setItem(choiceKey(account.uid), JSON.stringify({ words }));
  return trouble;
}

export async function turnOff(account: Account): Promise<ApiRefusal | undefined> {
  const answer = await call("web-push/unsubscribe", {}, account.token);
  if (isRefusal(answer)) return answer;
  await forgetPush(account.uid);
  return undefined;
}

// The server ends it with the sign-in; the browser forgets it here.
export async function forgetPush(uid: number): Promise<void> {
  if (!keptChoice(uid)) return;
  browserStorage.removeItem(choiceKey(uid));
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

// What the server is told lags behind what is set here, and ends with a token: with each sign-in, and after each change.
export async function refreshPush(account: Account): Promise<void> {
  const kept = keptChoice(account.uid);
  if (kept && isAble() && Notification.permission === "granted") await tell(account, kept);
}

async function tell(account: Account, { words }: Kept): Promise<Trouble | undefined> {
  const key = await serverKey(account);
  if (key === undefined) return "off";
  if (typeof key !== "string") return key;
  const subscription = await subscriptionFor(key).catch(() => undefined);
  const { endpoint, keys } = subscription?.toJSON() ?? {};
  if (!endpoint || !keys) return "no service";
  const answer = await call("web-push/subscribe", {
    endpoint, p256dh: keys["p256dh"], auth: keys["auth"], words, language: pageLanguage, levels: levelsOf(account.uid),
  }, account.token);
  return isRefusal(answer) ? answer : undefined;
}

// One that was made for another key is of another server at this address: it would never be heard of.
async function subscriptionFor(key: string): Promise<PushSubscription | undefined> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const held = await pushManager.getSubscription();
  const its = held?.options.applicationServerKey;
  if (held && its && base64url(new Uint8Array(its)) === key) return held;
  await held?.unsubscribe();
  const tooLate = new Promise<undefined>((over) => setTimeout(over, SERVICE_WITHIN_MS));
  return Promise.race([pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }), tooLate]);
}

function levelsOf(uid: number): Record<string, unknown>[] {
  return new Levels(uid).all().map(([gid, { level, untilMs }]) => ({ gid, level, until_ms: untilMs }));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCodePoint(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function choiceKey(uid: number): string {
  return `stentor.push.${uid}`;
}
