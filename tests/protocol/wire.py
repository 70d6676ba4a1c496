"""The protocol's messages, from the schema itself: protoc writes the classes into a folder that goes
with the run. Nothing here is shared with the server or with its SDK."""

import importlib
import pathlib
import subprocess
import sys
import tempfile

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "proto"

_folder = tempfile.TemporaryDirectory(prefix="stentor-wire-")
subprocess.run(
    ["protoc", f"--python_out={_folder.name}", f"-I{SCHEMAS}",
     *sorted(str(path) for path in SCHEMAS.glob("stentor/v1/*.proto"))], check=True)
sys.path.insert(0, _folder.name)

code = importlib.import_module("stentor.v1.code_pb2")
entry = importlib.import_module("stentor.v1.entry_pb2")
wire = importlib.import_module("stentor.v1.wire_pb2")

ClientFrame = wire.ClientFrame
ServerFrame = wire.ServerFrame
Body = entry.Body


def code_name(number):
    """"NOT_FOUND" for 403."""
    return code.Code.Name(number).removeprefix("CODE_")
