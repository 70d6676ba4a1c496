#!/usr/bin/env python3
"""Every constant of src/base/limits.h and src/base/media_limits.h is named in a test: one that nothing tests may be dropped, or
refuse one too early, and nobody would know. UNTESTED holds those that no test can meet or that no
behaviour depends on, each with its reason; a line of it whose constant is tested or gone fails, too.
Exit code 1 on any violation.

    limits.py [ROOT]
"""

import re
import sys

from report import report

HEADERS = ["src/base/limits.h", "src/base/media_limits.h"]

UNTESTED = {
    # Defaults of an option; its bound is tested with a small one.
    "kHandshakeWithin": "net::Deadlines; shard_floods_test",
    "kHttpWithin": "net::Deadlines; shard_http_test",
    "kHttpIdle": "net::Deadlines; shard_http_test",
    "kHandshakesPerSecond": "net::Handshakes::per_s; admission_test",
    "kHandshakesOpen": "net::Handshakes::open; shard_admission_test",
    "kHandshakesOfOne": "net::Handshakes::open_of_one; shard_admission_test",
    "kPinnedBytes": "net::Options::pinned_bytes_max; shard_limits_test",
    "kReceivedBytes": "net::Options::received_bytes_max; shard_floods_test",
    "kSendsPerSecond": "session::Rules; session_test",
    "kHubMail": "of gateway::Hub's constructor; hub_test",
    "kCommitterMail": "owner::Committer::Options::jobs_max; committer_test",
    "kProfileChanges": "auth::AddressRate; address_limiter_test, tests/e2e/people.test.ts",
    "kHeadsKept": "of owner::Heads' constructor; heads_test",
    "kOutgoingAtOnce": "outgoing::PosterOptions::at_once",
    "kFilterWaiting": "filter::FilterOptions::waiting_max, the bound of outgoing::Poster",
    # What a test would need too much for; what is beyond them is not lost.
    "kFeedRows": "ten million commits; older ones are answered as any place below the floor",
    "kMediaTasks": "six thousand tasks that wait for a disk; the next are told to come again",
    "kLooksWaiting": "sixteen thousand readers of files that no message named yet, likewise",
    "kBadgesWaiting": "a quarter of a million rows; the others are found at their turn",
    "kYoungIdsMax": "65,536 sends; an older id is looked up in the record",
    "kReplicaFrameBytes": "a frame of a gibibyte",
    # Sizes and paces that no behaviour depends on, or none that anybody is told.
    "kRefusedLingering": "whether the refused see their refusal or a reset",
    "kHandshakeStepsPerTurn": "how much of a turn TLS takes",
    "kPulsesPerSecond": "how rare pulses grow; options_of_test meets it by its numbers",
    "kHeirRows": "rows looked at for who is in a group longest",
    "kSweepGroups": "heads looked at in a step",
    "kBacklogEntries": "what is dropped there is asked for again",
    "kStormLookEvery": "of a thread that sleeps so long",
    "kForgetEvery": "how often what is over is dropped",
    "kAuditKept": "400 days",
    "kReplicaUpdatesBytes": "size of a batch",
    "kReplicaChunkBytes": "size of a piece of a copy",
    "kReplicaHelloBytes": "StrayBytesAndHalfOpenConnectionsHarmNobody sends more and less",
    "kReplicaHelloWithin": "of a socket; a test would sleep",
    "kReplicaWithin": "of a socket; a test would sleep",
    "kReplicaOpenWithin": "of a socket; a test would sleep",
    "kReplicaPulse": "of a socket; a test would sleep",
    "kReplicaRetryMin": "between tries to connect; a test would sleep",
    "kReplicaRetryMax": "between tries to connect; a test would sleep",
}

CONSTANT = re.compile(r"^inline constexpr [\w:<>, ]+?\b(k[A-Z]\w*)\s*[={]", re.M)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
NAME = re.compile(r"\bk[A-Z]\w*")


def is_test(path):
    return path.name.endswith(("_test.cc", "_test_kit.h", "_test.py")) or \
        path.name.startswith("conformance")


def tests(root):
    for path in (root / "src").rglob("*"):
        inside = path.relative_to(root / "src").parts
        if path.suffix in (".cc", ".h") and (is_test(path) or inside[:2] == ("testing", "sim")):
            yield path
    for path in (root / "tests").rglob("*"):
        # This check names them itself.
        if path.suffix in (".cc", ".h", ".py", ".mjs", ".ts") and path.parent.name != "house":
            yield path


def violations(root):
    constants = [name for header in HEADERS if (root / header).exists()
                 for name in CONSTANT.findall((root / header).read_text())]
    tested = set()
    for path in tests(root):
        tested |= set(NAME.findall(COMMENT.sub("", path.read_text())))
    for name in constants:
        if name not in tested and name not in UNTESTED:
            yield f"src/base/limits.h: no test names {name}"
        elif name in tested and name in UNTESTED:
            yield f"limits.py: {name} is tested; take it out of UNTESTED"
    for name in sorted(set(UNTESTED) - set(constants)):
        yield f"limits.py: there is no {name}; take it out of UNTESTED"


if __name__ == "__main__":
    sys.exit(report(violations))
