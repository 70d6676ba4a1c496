// web/sdk/src/index.ts -> docs/sdk.md: a line for each public class, function and type, made from the types
// and from the comment above each. `--print` writes it to standard output instead. Fails on what is public
// and has no comment.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const SHORT = 400;

const config = ts.parseJsonConfigFileContent(ts.readConfigFile(path("tsconfig.json"), ts.sys.readFile).config, ts.sys, path("."));
const program = ts.createProgram([path("src/index.ts")], config.options);
const checker = program.getTypeChecker();
const silent = [];
const isFace = (node) => node.getSourceFile().fileName.endsWith("/face.ts");
const faces = new Set();

// The `//` lines right above a declaration, or what protoc has made of those in the schema.
function commentOf(node) {
  const { text } = node.getSourceFile();
  const lines = [];
  let end = node.getStart();
  for (const { pos, end: close, kind } of (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []).toReversed()) {
    // A blank line parts what is said of a file from what is said of its first declaration.
    if (/\n\s*\n/.test(text.slice(close, end))) break;
    const said = text.slice(pos, close);
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia) lines.unshift(said.replace(/^\/\/ ?/, ""));
    else lines.unshift(...said.split("\n").map((line) => line.replace(/^\s*\/?\*+\/?/, "").trim()).filter((line) => line && !line.startsWith("@")));
    end = pos;
  }
  // Or behind it, on its line.
  const behind = (ts.getTrailingCommentRanges(text, node.end) ?? []).map(({ pos, end: close }) => text.slice(pos + 2, close).trim());
  return flat([...lines, ...behind].join(" "));
}

const flat = (text) => text.replaceAll(/\s+/g, " ");
const statementOf = (node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node);

// Of a message of the protocol, which docs/protocol.md describes.
function fieldsOf(node) {
  const type = checker.getTypeAtLocation(node);
  const plain = ts.isTypeAliasDeclaration(node) && !node.typeParameters && !type.isUnion() && type.getCallSignatures().length === 0;
  return plain ? checker.getPropertiesOfType(type).map((one) => one.name) : [];
}

function signatureOf(name, node) {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isMethodSignature(node)) {
    return flat(`${name}(${node.parameters.map((one) => one.getText()).join(", ")}): ${node.type?.getText() ?? "void"}`);
  }
  if (ts.isTypeAliasDeclaration(node)) {
    const text = flat(node.type.getText().replaceAll(/^\s*\/\/.*$/gm, "")).replace(/^\| /, "");
    const generic = node.typeParameters ? `<${node.typeParameters.map((one) => one.getText()).join(", ")}>` : "";
    return generic || fieldsOf(node).length > 0 || text.length > SHORT ? `${name}${generic}` : `${name} = ${text}`;
  }
  if (ts.isEnumDeclaration(node) || ts.isInterfaceDeclaration(node)) return name;
  const type = node.type?.getText() ?? checker.typeToString(checker.getTypeAtLocation(node), node, ts.TypeFormatFlags.NoTruncation);
  const optional = node.questionToken ? "?" : "";
  return flat(`${name}${optional}: ${type}`);
}

// What its type's own section says need not be said again; the fields of a plain interface may speak for themselves.
const speaks = (node) =>
  ts.isEnumDeclaration(node) || faces.has(node.type?.getText()) || ts.isInterfaceDeclaration(node.parent) && !isFace(node);

function line(name, node, where) {
  const comment = commentOf(statementOf(node));
  if (comment === "" && !speaks(node)) silent.push(where ? `${where}.${name}` : name);
  return `- \`${signatureOf(name, node)}\`${comment && ` ${comment}`}`;
}

// In the order in which they stand in their file.
function membersOf(symbol) {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  return checker.getPropertiesOfType(type).map((member) => line(member.name, member.declarations[0], symbol.name));
}

function page() {
  const module = checker.getSymbolAtLocation(program.getSourceFile(path("src/index.ts")));
  const parts = [];
  const lists = { Functions: [], Types: [], Enumerations: [], Constants: [] };
  const all = checker.getExportsOfModule(module);
  for (const { name } of all.filter((one) => isFace(checker.getAliasedSymbol(one).declarations[0]))) faces.add(name);
  for (const exported of all) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const node = symbol.declarations[0];
    const name = exported.name;
    if (isFace(node)) {
      const comment = commentOf(node);
      if (comment === "") silent.push(name);
      parts.push(`### ${name}`, "", comment, "", ...(name === "Client" ? [MADE, ""] : []), ...membersOf(symbol), "");
    } else if (ts.isFunctionDeclaration(node)) {
      lists.Functions.push(line(name, node));
    } else if (ts.isEnumDeclaration(node)) {
      lists.Enumerations.push(line(name, node), `  ${node.members.map((one) => `${one.name.getText()} ${checker.getConstantValue(one)}`).join(", ")}`);
    } else if (ts.isInterfaceDeclaration(node)) {
      lists.Types.push(line(name, node));
      for (const one of membersOf(symbol)) lists.Types.push(`  ${one}`);
    } else {
      const fields = fieldsOf(node);
      const list = lists[ts.isVariableDeclaration(node) ? "Constants" : "Types"];
      list.push(line(name, node), ...(fields.length > 0 ? [`  Fields: ${fields.join(", ")}`] : []));
    }
  }
  for (const [title, lines] of Object.entries(lists)) parts.push(`## ${title}`, "", ...lines, "");
  return [...HEAD, "```ts", readFileSync(path("example/say_hello.ts"), "utf8").trimEnd(), "```", "", "## Classes", "", ...parts]
    .join("\n").trimEnd() + "\n";
}

const MADE = "`new Client(options: ClientOptions, changed: () => void)` makes one; nothing is connected before `connection.start()`.";
const HEAD = [
  "# The SDK",
  "",
  "Made by `web/sdk/api_page.mjs` from `web/sdk/src/index.ts`: change the comments there, not this page. Times that",
  "end in `Ms` are milliseconds, points in time since 1970; uid, gid and seq are numbers from 1. How the SDK is built is",
  "told in [web/sdk/README.md](../web/sdk/README.md), what goes over the wire, and so the fields of its messages, in",
  "[protocol.md](protocol.md).",
  "",
  "## An example",
  "",
  "`web/sdk/example/say_hello.ts`, which the tests run against the real server:",
  "",
];

const text = page();
if (silent.length > 0) {
  console.error(`public and without a comment: ${silent.join(", ")}`);
  process.exit(1);
}
if (process.argv.includes("--print")) process.stdout.write(text);
else writeFileSync(path("../../docs/sdk.md"), text);
