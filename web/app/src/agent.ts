// What a User-Agent says, in two words: a browser and a system.

const BROWSERS: readonly [name: string, sign: RegExp][] = [
  ["Edge", /\bEdgA?\//], ["Opera", /\bOPR\//], ["Samsung Internet", /\bSamsungBrowser\//], ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Headless)?(?:Chrome|CriOS|Chromium)\//], ["Safari", /\bSafari\//],
];
const SYSTEMS: readonly [name: string, sign: RegExp][] = [
  ["Android", /\bAndroid\b/], ["iPhone", /\biPhone\b/], ["iPad", /\biPad\b/], ["Windows", /\bWindows\b/], ["macOS", /\bMac OS X\b/],
  ["ChromeOS", /\bCrOS\b/], ["Linux", /\bLinux\b/],
];
const LETTERS = 40;

export function agentWords(agent: string): string {
  const known = [BROWSERS, SYSTEMS].map((all) => all.find(([, sign]) => sign.test(agent))?.[0]).filter(Boolean);
  return known.length > 0 ? known.join(", ") : [...agent].slice(0, LETTERS).join("");
}
