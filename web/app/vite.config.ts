import { defineConfig, type Plugin } from "vite";

// `npm run dev --workspace app` talks to a server that was started by hand.
const server = process.env["STENTOR_ADDRESS"] ?? "http://127.0.0.1:8080";

// The first script asks for the texts of one language and for the page; the files of the page are known to the
// browser before that script has run.
const pagePreload: Plugin = {
  name: "page-preload",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle = {} }) {
      const files = new Set<string>();
      const take = (file: string) => {
        const chunk = bundle[file];
        if (files.has(file) || chunk?.type !== "chunk") return;
        files.add(file);
        chunk.imports.forEach(take);
      };
      for (const chunk of Object.values(bundle)) if (chunk.type === "chunk" && chunk.name === "main") take(chunk.fileName);
      return [...files].filter((file) => !html.includes(file))
        .map((file) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` }, injectTo: "head" as const }));
    },
  },
};

const BASE = /app\/src\/(?:account|autolink|blank|body|density|dialog|dom|fold|formatting|kept_drafts|late|letters|links|mentions|row_focus|sign_in|words)\.ts$/;

export default defineConfig({
  plugins: [pagePreload],
  build: {
    target: "es2022",
    // The server's Content-Security-Policy allows neither data: addresses nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What the page and its late parts need is one file: many small ones take more bytes. Without what comes before
    // the texts of a language are there: nothing of that may wait for them.
    rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: "base", test: BASE }] } } },
  },
  server: { proxy: { "/api": server, "/ws": { target: server.replace(/^http/, "ws"), ws: true } } },
});
