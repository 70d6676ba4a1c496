// ./dev bench web: figures of the page as built, in a real browser, against the real server, client and load
// together on one machine: times are upper bounds, counts and ratios are what to trust.

import { resolve } from "node:path";
import { launch } from "../person";
import { clicks, following, storm } from "./busy";
import { figure, progress } from "./figures";
import { cuts, upload } from "./line";
import { bytes, cold, disk, slow } from "./loading";
import { memory } from "./memory";
import { optionsOf, type Section } from "./options";
import { Stage } from "./stage";

const RUNS = { bytes, cold, slow, following, clicks, storm, memory, disk, cuts, upload } satisfies Record<Section, unknown>;

export async function main(args: string[]): Promise<number> {
  const options = optionsOf(args);
  const server = resolve(options.server);
  const stages = [new Stage("this build", server)];
  if (options.beside !== undefined) stages.push(new Stage("the build beside it", server, resolve(options.beside)));
  const began = performance.now();
  const browser = await launch();
  try {
    for (const stage of stages) {
      progress("web", `${options.groups} groups on a server with ${stage.name}`);
      await stage.start(options.groups);
    }
    for (const section of options.sections) await RUNS[section](browser, stages, options);
    figure("web", "the whole run", (performance.now() - began) / 1_000, "s");
  } finally {
    await browser.close();
    for (const stage of stages) await stage.stop();
  }
  return 0;
}
