import { defineConfig } from "vite";

export default defineConfig({
  // The icon is the chat page's.
  publicDir: "../app/public",
  build: {
    target: "es2022",
    // The server's Content-Security-Policy allows neither data: addresses nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
