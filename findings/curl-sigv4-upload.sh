#!/usr/bin/env bash
# curl 7.88.1 (Debian 12) signs requests for Amazon's S3 with --aws-sigv4 (CURLOPT_AWS_SIGV4), but
# names no hash of the body: the header x-amz-content-sha256, which S3 requires of each request, is
# missing. Of a file that is uploaded (-T, CURLOPT_UPLOAD) it signs the hash of an empty body, so the
# signature says nothing of what is sent. Where the caller gives the header, curl signs it and takes
# its value as the body's hash.
# It matters to whoever keeps objects in a bucket with Debian's libcurl: compute the hash first and
# send the header, also (of an empty body) with GET, HEAD and DELETE.
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT

version=7.88.1-10+deb12u15
(
    cd "$folder"
    apt-get download "curl=$version" "libcurl4=$version" >/dev/null 2>&1
    for package in *.deb; do dpkg-deb -x "$package" root; done
)
curl() { LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*/) "$folder/root/usr/bin/curl" "$@"; }

curl --version | head -n 1
cat >"$folder/look.py" <<'PY'
"""Says of each request whether a hash of the body was named, and of which body one was signed."""
import hashlib, hmac, http.server, sys

class Look(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = dict(part.strip().split("=", 1)
                    for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        _, day, region, service, end = said["Credential"].split("/")
        names = said["SignedHeaders"].split(";")

        def signed(payload):
            request = "\n".join(["PUT", self.path, "",
                                 *(f"{name}:{self.headers[name]}" for name in names), "",
                                 said["SignedHeaders"], hashlib.sha256(payload).hexdigest()])
            text = "\n".join(["AWS4-HMAC-SHA256", self.headers["X-Amz-Date"],
                              f"{day}/{region}/{service}/{end}",
                              hashlib.sha256(request.encode()).hexdigest()])
            key = b"AWS4secret"
            for part in (day, region, service, end, text):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            return key.hex() == said["Signature"]

        of = "an empty body" if signed(b"") else "the body" if signed(body) else "something else"
        named = "names" if "x-amz-content-sha256" in self.headers else "does not name"
        print(f"{named} its hash, signs {of}", flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Look)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()
PY
python3 "$folder/look.py" "$folder/port" >"$folder/seen" &
server=$!
for _ in $(seq 100); do [[ -s $folder/port ]] && break; sleep 0.1; done

printf 'a picture' >"$folder/file"
put() {
    curl --silent --fail --aws-sigv4 aws:amz:us-east-1:s3 --user id:secret -T "$folder/file" "$@" \
        "http://127.0.0.1:$(<"$folder/port")/bucket/key"
}
put
put --header "x-amz-content-sha256: $(sha256sum "$folder/file" | cut -d ' ' -f 1)"
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
does not name its hash, signs an empty body
names its hash, signs the body
SEEN
