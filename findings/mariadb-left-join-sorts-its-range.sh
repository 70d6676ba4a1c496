#!/usr/bin/env bash
# MariaDB 10.11.19 (Debian 12): a page of a long list that is read together with the one row that
# stands above it (LEFT JOIN, so that the row is answered also where the list is empty) reads the
# list to its end and sorts it, though it stands in its primary key in that order and LIMIT asks for
# two rows. With JOIN instead of LEFT JOIN it reads two rows, and so does the list by itself. The
# first table is read as a constant (one row by its whole primary key), so nothing else could come.
# It matters to whoever saves a round trip so: read the row and the page by two statements in one
# snapshot, and count Handler_read_next.
set -euo pipefail

folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || { kill "$server"; wait "$server" || true; } 2>/dev/null; rm -rf "$folder"' EXIT

version=1:10.11.19-0+deb12u1
(
    cd "$folder"
    apt-get download "mariadb-server=$version" "mariadb-server-core=$version" \
        "mariadb-client-core=$version" >/dev/null 2>&1
    for package in *.deb; do dpkg-deb -x "$package" root; done
)
base=$folder/root/usr
"$base/bin/mariadb-install-db" --no-defaults --basedir="$base" --datadir="$folder/rows" \
    --user="$(id -un)" --auth-root-authentication-method=normal --skip-test-db >/dev/null 2>&1
"$base/sbin/mariadbd" --no-defaults --basedir="$base" --datadir="$folder/rows" --user="$(id -un)" \
    --skip-networking --socket="$folder/socket" >"$folder/log" 2>&1 &
server=$!
sql() { "$base/bin/mariadb" --no-defaults --skip-column-names --socket="$folder/socket" "$@"; }
for ((i = 0; i < 300; i++)); do
    sql -e "SELECT 1" >/dev/null 2>&1 && break
    sleep 0.1
done
sql -e "SELECT VERSION()"

sql -e "CREATE DATABASE t"
sql t <<'SQL' >/dev/null
CREATE TABLE head (uid BIGINT NOT NULL, newest BIGINT NOT NULL, PRIMARY KEY (uid)) ENGINE=InnoDB;
CREATE TABLE line (uid BIGINT NOT NULL, place BIGINT NOT NULL, text BLOB NOT NULL,
                   PRIMARY KEY (uid, place)) ENGINE=InnoDB;
INSERT INTO head SELECT seq, 10000 FROM seq_1_to_300;
INSERT INTO line SELECT 1, seq, 'x' FROM seq_1_to_10000;
INSERT INTO line SELECT 2, seq, 'x' FROM seq_1_to_10000;
ANALYZE TABLE head, line;
SQL

# read WHAT SQL: prints how many rows the server took one after the other for it.
read_by() {
    local rows
    rows=$(sql t -e "FLUSH STATUS; $2; SHOW STATUS LIKE 'Handler_read_next'" | tail -n 1 | cut -f 2)
    echo "$1: $rows rows for two" >&2
    echo "$rows"
}
left=$(read_by "LEFT JOIN" "SELECT h.newest, l.place, l.text FROM head h LEFT JOIN line l
    ON l.uid = h.uid AND l.place >= 500 WHERE h.uid = 1 ORDER BY l.place LIMIT 2")
inner=$(read_by "JOIN" "SELECT h.newest, l.place, l.text FROM head h JOIN line l
    ON l.uid = h.uid AND l.place >= 500 WHERE h.uid = 1 ORDER BY l.place LIMIT 2")
alone=$(read_by "the list alone" "SELECT place, text FROM line
    WHERE uid = 1 AND place >= 500 ORDER BY place LIMIT 2")
((left > 9000 && inner < 10 && alone < 10))
