// What ./dev bench web is asked for. Bad words end it with one that says which are good.

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";

export const SECTIONS = ["bytes", "cold", "slow", "following", "clicks", "storm", "memory", "disk", "cuts", "upload"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Options {
  server: string;
  sections: readonly Section[];
  // Another build of the page, which each time is taken in turn with.
  beside: string | undefined;
  // How often each time is taken.
  rounds: number;
  // How long each rate of messages lasts.
  seconds: number;
  // Messages of the section on memory.
  messages: number;
  // Of the section on cuts.
  minutes: number;
  // Groups in the list.
  groups: number;
}

export const USAGE = `./dev bench web [${SECTIONS.join("|")}]... [--beside DIR] [--rounds N] [--seconds N] [--messages N] [--minutes N] [--groups N]`;

export function optionsOf(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      server: { type: "string" },
      beside: { type: "string" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "8" },
      messages: { type: "string", default: "60000" },
      minutes: { type: "string", default: "10" },
      groups: { type: "string", default: "100" },
    },
  });
  const unknown = positionals.find((word) => !isSection(word));
  if (unknown !== undefined) throw new Error(`no section '${unknown}'; ${USAGE}`);
  const { server, beside } = values;
  if (!server || !existsSync(server)) throw new Error(`no server at '${server ?? ""}': name it with --server PATH`);
  if (beside !== undefined && !existsSync(`${beside}/index.html`)) throw new Error(`--beside: no page in '${beside}', which has to be another build's web/app/dist`);
  return {
    server,
    beside,
    sections: positionals.length > 0 ? positionals.filter(isSection) : SECTIONS,
    rounds: numberOf("rounds", values.rounds, 1, 100),
    seconds: numberOf("seconds", values.seconds, 1, 600),
    messages: numberOf("messages", values.messages, 100, 10_000_000),
    minutes: numberOf("minutes", values.minutes, 1, 600),
    groups: numberOf("groups", values.groups, 10, 1_000),
  };
}

function isSection(word: string): word is Section {
  return SECTIONS.some((section) => section === word);
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new Error(`--${name}: '${text}' is no number from ${least} to ${most}`);
  return value;
}
