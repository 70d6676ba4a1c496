// What the browser gets first: it asks for the texts of one language while the page itself is still coming.

import "./style.css";
import "./formatting.css";
import { pageLanguage } from "./language";

document.documentElement.lang = pageLanguage;

// eslint-disable-next-line unicorn/prefer-top-level-await -- The page has nothing to wait for here.
import("./main").catch((error: unknown) => {
  // Without its texts the page has no words of its own.
  const words = document.createElement("p");
  words.className = "not-loaded";
  words.setAttribute("role", "alert");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "primary";
  again.append("Reload · 重新加载");
  again.addEventListener("click", () => location.reload());
  words.append("Stentor could not be loaded. Is there a network? 无法加载 Stentor，请检查网络。 ", again);
  document.querySelector("#app")?.replaceChildren(words);
  throw error;
});
