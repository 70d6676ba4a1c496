// npm run e2e --prefix web [-- --server PATH]: the tests of this folder against the real server.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf("--server");
const given = at >= 0 ? args.splice(at, 2)[1] : (process.env.STENTOR_SERVER ?? process.env.STENTOR);
const built = ["release", "dev"].map((kind) => path(`../../build/${kind}/src/server/stentor`));
const server = given ? resolve(given) : built.find((candidate) => existsSync(candidate));

if (!server || !existsSync(server)) {
  console.error(`no server at ${server ?? built.join(" or ")}: build it, or name it with --server PATH`);
  process.exit(1);
}
if (!existsSync(path("../../web/app/dist/index.html"))) {
  console.error("no page at web/app/dist: npm run build --prefix web");
  process.exit(1);
}
const { status } = spawnSync(path("../../web/node_modules/.bin/vitest"), ["run", "--root", path("."), ...args], {
  stdio: "inherit",
  env: { ...process.env, STENTOR_SERVER: server },
});
process.exit(status ?? 1);
