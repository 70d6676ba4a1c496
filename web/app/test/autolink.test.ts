import { expect, test } from "vitest";
import { linksIn } from "../src/autolink";

const links = (text: string) => linksIn(text).filter(({ href }) => href !== undefined).map(({ text }) => text);

test.each([
  ["a bracket that the address opened belongs to it", "https://en.wikipedia.org/wiki/Stentor_(ciliate)", "https://en.wikipedia.org/wiki/Stentor_(ciliate)"],
  ["also at the end of a sentence", "See https://en.wikipedia.org/wiki/Stentor_(ciliate).", "https://en.wikipedia.org/wiki/Stentor_(ciliate)"],
  ["a bracket around it does not", "(see https://example.org/a)", "https://example.org/a"],
  ["nor one around an address with brackets", "(https://example.org/a_(b))", "https://example.org/a_(b)"],
  ["nor a square one", "[https://example.org/a]", "https://example.org/a"],
  ["square ones inside stay", "https://example.org/?a[]=1", "https://example.org/?a[]=1"],
  ["Chinese words behind it", "看https://example.org/a好的", "https://example.org/a"],
  ["Chinese punctuation behind it", "https://example.org/a，然后", "https://example.org/a"],
  ["Chinese brackets around it", "（https://example.org/a）", "https://example.org/a"],
  ["Japanese, Korean and Thai words", "https://example.org/a를", "https://example.org/a"],
  ["wide letters", "https://example.org/ａ", "https://example.org/"],
  ["letters of other scripts are part of it", "https://example.org/straße/путь", "https://example.org/straße/путь"],
  ["large letters", "HTTPS://EXAMPLE.ORG/A", "HTTPS://EXAMPLE.ORG/A"],
  ["a name that begins with www", "look at www.example.org/a?b=c, please", "www.example.org/a?b=c"],
  ["punctuation, several at once", "https://example.org/a?!…", "https://example.org/a"],
  ["an ampersand, a hash, an encoded letter", "https://example.org/a%20b?c=d&e=f#g", "https://example.org/a%20b?c=d&e=f#g"],
  ["quotes around it", '"https://example.org/a"', "https://example.org/a"],
  ["an IPv6 address with a port", "http://[::1]:8080/a", "http://[::1]:8080/a"],
])("%s", (_, text, link) => {
  expect(links(text)).toEqual([link]);
  expect(linksIn(text).map((piece) => piece.text).join("")).toBe(text);
});

test("www. leads to http, the rest where it says", () => {
  expect(linksIn("www.example.org")[0]?.href).toBe("http://www.example.org/");
  expect(linksIn("HTTPS://EXAMPLE.ORG/A")[0]?.href).toBe("https://example.org/A");
});

test.each(["javascript:alert(1)", "ftp://example.org", "www.", "www.example", "www..org", "https://", "https://)", "ann@www.example.org", "awww.example.org.uk", "file:///etc/passwd"])(
  "%j is no link, and stays as it is",
  (text) => {
    expect(links(text)).toEqual([]);
    expect(linksIn(text).map((piece) => piece.text).join("")).toBe(text);
  },
);
