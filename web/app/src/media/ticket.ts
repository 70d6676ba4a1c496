// Addresses of files as the page can show them: with a ticket, which opens files and nothing else. The token itself
// never stands in an address.

import { keptAccount } from "../account";
import { askServer } from "./server";

const OWN = "/api/v1/media/";
// A ticket that ends sooner is replaced first.
const LEFT_MS = 5 * 60_000;

interface Ticket {
  token: string;
  text: string;
  expiresMs: number;
}

let held: Ticket | undefined;
let asking: Promise<void> | undefined;

// Files of this server; anything else is shown as a link, and nothing of it is fetched unasked.
export function isOwn(address: string): boolean {
  return address.startsWith(OWN);
}

// The small picture of a large one, where there is one.
export function smallOf(address: string): string {
  return `${address}?thumbnail=1`;
}

// Nothing: a ticket has to be fetched first.
export function ticketedNow(address: string): string | undefined {
  const token = keptAccount()?.token;
  if (!held || held.token !== token || held.expiresMs < Date.now() + LEFT_MS) return undefined;
  return withTicket(address, held);
}

export async function ticketed(address: string): Promise<string> {
  const now = ticketedNow(address);
  if (now !== undefined) return now;
  asking ??= fetchTicket().finally(() => (asking = undefined));
  await asking;
  return held ? withTicket(address, held) : address;
}

function withTicket(address: string, { text }: Ticket): string {
  return `${address}${address.includes("?") ? "&" : "?"}ticket=${text}`;
}

async function fetchTicket(): Promise<void> {
  const token = keptAccount()?.token ?? "";
  const answer = await askServer("POST", "media-ticket");
  held = { token, text: String(answer["ticket"]), expiresMs: Number(answer["expires_ms"]) };
}
