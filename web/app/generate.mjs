// emojibase-data -> app/gen: what the emoji picker needs of it, in each language of the page.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// What systems of the last years can draw.
const VERSION_MAX = 15.1;
// Parts of other emoji: skin tones, hair.
const COMPONENTS = 2;
const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"];

const require = createRequire(import.meta.url);
const out = fileURLToPath(new URL("gen", import.meta.url));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

for (const language of ["en", "zh"]) {
  const all = read(language, "data");
  const groups = read(language, "messages").groups.filter(({ order }) => order !== COMPONENTS).map(({ message, order }) => ({
    name: message,
    emoji: all.filter(({ group, version }) => group === order && version <= VERSION_MAX).toSorted((a, b) => a.order - b.order)
      .map(({ emoji, label, tags, skins }) => [plain(emoji), label, (tags ?? []).join(" "), toned(emoji, skins) ? 1 : 0]),
  }));
  const text = JSON.stringify(JSON.stringify(groups));
  writeFileSync(`${out}/emoji_${language}.ts`, `import type { EmojiGroup } from "../src/emoji_search";\n\nexport const texts: readonly EmojiGroup[] = JSON.parse(${text}) as EmojiGroup[];\n`);
}

function read(language, name) {
  try {
    return JSON.parse(readFileSync(require.resolve(`emojibase-data/${language}/${name}.json`), "utf8"));
  } catch (error) {
    console.error(`emojibase-data is not there: npm ci in web/ fetches it (${error.message})`);
    process.exit(1);
  }
}

// Without the sign that asks for colours where there are colours anyway: 👍 is one reaction, not two.
function plain(emoji) {
  return /^\p{Emoji_Presentation}\uFE0F$/u.test(emoji) ? emoji.slice(0, -1) : emoji;
}

// One person's: each tone is that letter behind the first, as the page puts it there.
function toned(emoji, skins) {
  const [first] = emoji;
  const rest = emoji.slice(first.length).replace(/^\uFE0F/, "");
  const made = TONES.map((tone) => first + tone + rest);
  return skins !== undefined && made.every((one) => skins.some(({ emoji }) => emoji === one));
}
