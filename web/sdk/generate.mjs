// proto/stentor/v1 -> web/sdk/gen, with the protoc of the system. Done before each build: what is
// generated is not kept in git, so it can never be older than the protocol.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const protos = path("../../proto");
const out = path("gen");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { status, error } = spawnSync(
  process.env.PROTOC ?? "protoc",
  [
    `--plugin=protoc-gen-es=${path("../node_modules/.bin/protoc-gen-es")}`,
    `--proto_path=${protos}`,
    `--es_out=${out}`,
    "--es_opt=target=ts",
    "stentor/v1/code.proto",
    "stentor/v1/entry.proto",
    "stentor/v1/wire.proto",
  ],
  { stdio: "inherit", cwd: protos },
);
if (error) console.error(`protoc does not run (Debian package protobuf-compiler): ${error.message}`);
process.exit(status ?? 1);
