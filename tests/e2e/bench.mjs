// ./dev bench web: the page as built, in a real browser, against the real server. The rest stands in bench/.
import { createServer } from "vite";
import { fileURLToPath } from "node:url";

const vite = await createServer({
  root: fileURLToPath(new URL(".", import.meta.url)),
  configFile: false,
  appType: "custom",
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
});
const { main } = await vite.ssrLoadModule("/bench/main.ts");
const status = await main(process.argv.slice(2)).catch((error) => {
  console.error(`bench web: ${error.message}`);
  return 1;
});
await vite.close();
process.exit(status);
