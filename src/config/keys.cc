#include "config/keys.h"

#include <array>

#include "base/storm.h"
#include "base/user_rate.h"
#include "config/address.h"
#include "config/words.h"
#include "net/access/address.h"

namespace stentor::config {
namespace {

constexpr std::uint64_t kSecond = 1'000;
constexpr std::uint64_t kHour = 3'600 * kSecond;
constexpr std::uint64_t kDay = 24 * kHour;

constexpr Form flag() { return {.kind = Kind::flag}; }
constexpr Form count(std::uint64_t least, std::uint64_t most) {
    return {.kind = Kind::count, .least = least, .most = most};
}
constexpr Form time(std::uint64_t least_ms, std::uint64_t most_ms) {
    return {.kind = Kind::time, .least = least_ms, .most = most_ms};
}
constexpr Form choice(std::span<const std::string_view> choices) {
    return {.kind = Kind::choice, .choices = choices};
}

bool is_address(std::string_view text) { return parse_address(text).has_value(); }
bool is_address_or_empty(std::string_view text) { return text.empty() || is_address(text); }
bool is_network(std::string_view text) { return net::access::Networks{}.add(text); }
bool is_host_or_empty(std::string_view text) {
    return text.empty() || parse_host(text).has_value();
}
bool is_path(std::string_view text) { return !text.empty() && text.find('\0') == text.npos; }
bool is_path_or_empty(std::string_view text) { return text.empty() || is_path(text); }
bool is_origin(std::string_view text) {
    const std::size_t scheme = text.find("://");
    return (text.starts_with("http://") || text.starts_with("https://")) &&
           text.size() > scheme + 3 && text.find('/', scheme + 3) == text.npos &&
           text.find_first_of(" \t\"") == text.npos;
}

constexpr Form kAddresses{.kind = Kind::texts,
                          .takes = is_address,
                          .kind_of_text = "ADDRESS:PORT, numeric, port 0 to 65535"};
constexpr Form kAddressOrNone{.kind = Kind::text,
                              .takes = is_address_or_empty,
                              .kind_of_text = "ADDRESS:PORT, numeric, or empty"};
constexpr Form kNetworks{.kind = Kind::texts,
                         .takes = is_network,
                         .kind_of_text = "an address or a network, as 10.0.0.0/8"};
constexpr Form kHostOrNone{
    .kind = Kind::text, .takes = is_host_or_empty, .kind_of_text = "HOST:PORT, or empty"};
constexpr Form kOrigins{.kind = Kind::texts,
                        .takes = is_origin,
                        .kind_of_text = "an origin, as https://chat.example:8443"};
bool is_outside_key(std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    return words.size() >= 3 && (words[0] == "HS256" || words[0] == "RS256" || words[0] == "EdDSA");
}
bool is_hook(std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    return words.size() == 3 &&
           (words[1].starts_with("http://") || words[1].starts_with("https://"));
}

constexpr Form kOutsideKeys{
    .kind = Kind::texts,
    .takes = is_outside_key,
    .kind_of_text = "\"HS256|RS256|EdDSA ISSUER KEYFILE [audience=A] [kid=K] [name=CLAIM]\""};
constexpr Form kHooks{
    .kind = Kind::texts, .takes = is_hook, .kind_of_text = "\"NAME URL SECRETFILE\""};
constexpr Form kPath{.kind = Kind::text, .takes = is_path, .kind_of_text = "a path"};
constexpr Form kPathOrNone{
    .kind = Kind::text, .takes = is_path_or_empty, .kind_of_text = "a path, or empty"};

bool is_service_or_empty(std::string_view text) {
    return text.empty() || ((text.starts_with("http://") || text.starts_with("https://")) &&
                            text.find_first_of(" \t\r\n\"") == text.npos);
}
constexpr Form kServiceOrNone{
    .kind = Kind::text,
    .takes = is_service_or_empty,
    .kind_of_text = "an address, as https://judge.example/posts, or empty"};
bool is_bucket_or_empty(std::string_view text) {
    return is_service_or_empty(text) && text.find_first_of("?#@") == text.npos;
}
constexpr Form kBucketOrNone{
    .kind = Kind::text,
    .takes = is_bucket_or_empty,
    .kind_of_text = "an address, as https://s3.example/pictures, or empty"};
bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == text.npos;
}
constexpr Form kRegion{.kind = Kind::text,
                       .takes = is_region,
                       .kind_of_text = "a region: letters a to z, digits and hyphens, at most 64"};
bool is_contact_or_empty(std::string_view text) {
    const bool address = text.starts_with("mailto:") && text.size() > 7;
    return text.empty() || ((address || text.starts_with("https://")) &&
                            text.find_first_of(" \t\r\n\"\\") == text.npos);
}
constexpr Form kContactOrNone{
    .kind = Kind::text,
    .takes = is_contact_or_empty,
    .kind_of_text = "mailto:ADDRESS, as mailto:ops@chat.example, or an https address, or empty"};
constexpr std::array<std::string_view, 2> kCreators{"everybody", "operator"};
constexpr std::array<std::string_view, 2> kFailures{"open", "closed"};
constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> kFormats{"text", "json"};

constexpr std::array<std::string_view, 3> kReplicaModes{"async", "sync", "strict"};

constexpr bool kReloads = true;
constexpr bool kRestart = false;

const std::array kKeys{
    // ---- listen
    Key{"listen", "http", kAddresses, [](Settings& s) -> Place { return &s.listen.http; }, kRestart,
        "Where browsers come: the page, the API and WebSockets. Port 0: any free one."},
    Key{"listen", "https", kAddresses, [](Settings& s) -> Place { return &s.listen.https; },
        kRestart, "The same under TLS, for which certificate and key are needed."},
    Key{"listen", "tcp", kAddresses, [](Settings& s) -> Place { return &s.listen.tcp; }, kRestart,
        "Where programs come that speak the protocol over plain TCP, as stentor chat does."},
    Key{"listen", "tcp_tls", kAddresses, [](Settings& s) -> Place { return &s.listen.tcp_tls; },
        kRestart, "The same under TLS."},
    Key{"listen", "certificate", kPathOrNone,
        [](Settings& s) -> Place { return &s.listen.certificate; }, kRestart,
        "PEM file of the certificate, and behind it those that it rests on. The file is read again "
        "on SIGHUP."},
    Key{"listen", "key", kPathOrNone, [](Settings& s) -> Place { return &s.listen.key; }, kRestart,
        "PEM file of its key, without a password. The file is read again on SIGHUP."},
    Key{"listen", "proxy_protocol", kAddresses,
        [](Settings& s) -> Place { return &s.listen.proxy_protocol; }, kRestart,
        "Those of the addresses above at which a PROXY header (version 2) comes first; only "
        "trusted_proxies may connect to them."},
    Key{"listen", "trusted_proxies", kNetworks,
        [](Settings& s) -> Place { return &s.listen.trusted_proxies; }, kRestart,
        "Load balancers whose PROXY headers and X-Forwarded-For are believed."},
    Key{"listen", "origins", kOrigins, [](Settings& s) -> Place { return &s.listen.origins; },
        kRestart, "Origins of pages that may connect, beside the server's own."},
    Key{"listen", "compression", flag(), [](Settings& s) -> Place { return &s.listen.compression; },
        kRestart,
        "Batches of messages are compressed for WebSocket clients that offer permessage-deflate: "
        "once on each shard for all of them."},
    // ---- admin
    Key{"admin", "listen", kAddressOrNone, [](Settings& s) -> Place { return &s.admin.listen; },
        kRestart,
        "Private listener of the operator: metrics, admin page, admin API. Port 0: any free one, "
        "written into the data folder. Empty: none. Never let the world reach it."},
    Key{"admin", "web", kPathOrNone, [](Settings& s) -> Place { return &s.admin.web; }, kRestart,
        "Folder of the built admin page; empty: none is served."},
    // ---- server
    Key{"server", "data", kPath, [](Settings& s) -> Place { return &s.server.data; }, kRestart,
        "Folder of the store and the secrets; made with mode 0700 when missing."},
    Key{"server", "web", kPathOrNone, [](Settings& s) -> Place { return &s.server.web; }, kRestart,
        "Folder of the built pages; empty: none is served."},
    Key{"server", "connections", count(0, 10'000'000),
        [](Settings& s) -> Place { return &s.server.connections; }, kRestart,
        "How many are expected at once, for the number of shards. 0: no more than one shard a core "
        "holds. stentor check-config says whether the machine holds them."},
    Key{"server", "shards", count(0, 4'095), [](Settings& s) -> Place { return &s.server.shards; },
        kRestart,
        "Threads with connections, each with a descriptor table of its own; 0: one a core, "
        "and more where server.connections needs them."},
    Key{"server", "handshakes_per_s", count(1, 10'000'000),
        [](Settings& s) -> Place { return &s.server.handshakes_per_s; }, kRestart,
        "New connections a second, on all shards together, and as many at once; the rest are "
        "answered 503 with times that spread them."},
    Key{"server", "handshakes_open", count(1, 10'000'000),
        [](Settings& s) -> Place { return &s.server.handshakes_open; }, kRestart,
        "Connections that have sent neither a whole request nor, on a WebSocket or TCP, a Hello."},
    Key{"server", "handshakes_of_one", count(1, 10'000'000),
        [](Settings& s) -> Place { return &s.server.handshakes_of_one; }, kRestart,
        "Of those, from one address (IPv6: from one /64). Connections that are through are not "
        "counted, so thousands may sit behind one address."},
    Key{"server", "pulse", time(0, 2 * 60 * kSecond),
        [](Settings& s) -> Place { return &s.server.pulse; }, kRestart,
        "Each connection gets a heartbeat this often, in whole seconds; a client that misses two "
        "connects anew. 0: 30 s, and longer where server.connections is above 250000, 2 min for a "
        "million."},
    Key{"server", "workers", count(1, 64), [](Settings& s) -> Place { return &s.server.workers; },
        kRestart, "Threads that order messages."},
    Key{"server", "committers", count(1, 16),
        [](Settings& s) -> Place { return &s.server.committers; }, kRestart,
        "Threads that write to the store, each for its own groups. The embedded store syncs "
        "for all of them at once, so one is fastest unless the disk is slow and the groups are "
        "many."},
    Key{"server", "drain_spread", time(0, kHour),
        [](Settings& s) -> Place { return &s.server.drain_spread; }, kRestart,
        "At a stop clients are told to come back at times spread over this."},
    Key{"server", "drain_within", time(0, kHour),
        [](Settings& s) -> Place { return &s.server.drain_within; }, kRestart,
        "At a stop connections are waited for at most this long."},
    // ---- store
    Key{"store", "readers", count(1, 64), [](Settings& s) -> Place { return &s.store.readers; },
        kRestart, "Threads that read the store."},
    Key{"store", "cache_mb", count(1, 1'000'000),
        [](Settings& s) -> Place { return &s.store.cache_mb; }, kRestart,
        "Memory for blocks that the store has read, MiB."},
    Key{"store", "sync_delay", time(0, 60 * kSecond),
        [](Settings& s) -> Place { return &s.store.sync_delay; }, kRestart,
        "For measurements only: added to every sync, as a slow disk would."},
    // ---- replica
    Key{"replica", "listen", kAddressOrNone, [](Settings& s) -> Place { return &s.replica.listen; },
        kRestart,
        "Where a follower comes for a copy of the record; empty: none does. A private address: "
        "what "
        "is said there can be read on the way."},
    Key{"replica", "follow", kHostOrNone, [](Settings& s) -> Place { return &s.replica.follow; },
        kRestart,
        "The leader whose record this server copies; it serves nobody until it is promoted. Both "
        "need the same file `secrets`. Empty: it serves."},
    Key{"replica", "mode", choice(kReplicaModes),
        [](Settings& s) -> Place { return &s.replica.mode; }, kRestart,
        "async: nobody waits for the follower. sync: an answer to a sender waits until the "
        "follower "
        "has it on disk, but not longer than `within`; then the server goes on alone, and says so. "
        "strict: it waits however long."},
    Key{"replica", "within", time(10, kHour),
        [](Settings& s) -> Place { return &s.replica.within; }, kRestart,
        "How long sync waits, and when strict complains."},
    Key{"replica", "kept_log_mb", count(64, 1'048'576),
        [](Settings& s) -> Place { return &s.replica.kept_log_mb; }, kRestart,
        "Of the record's log, kept for a follower that was away; one that was away longer is "
        "handed "
        "a whole copy. Only with replica.listen."},
    // ---- limits
    Key{"limits", "sends_per_second", count(1, kSendsPerSecondMax),
        [](Settings& s) -> Place { return &s.limits.sends_per_second; }, kRestart,
        "Messages of one member in one group, in the long run."},
    Key{"limits", "sends_burst", count(1, kSendsBurstMax),
        [](Settings& s) -> Place { return &s.limits.sends_burst; }, kRestart,
        "Messages of one member in one group that may come at once."},
    // ---- groups
    Key{"groups", "create", choice(kCreators),
        [](Settings& s) -> Place { return &s.groups.create; }, kRestart,
        "Who makes groups: everybody, or only the operator (stentor group create). Direct "
        "chats are not meant."},
    Key{"groups", "members_max", count(2, limits::kMembersPerGroup),
        [](Settings& s) -> Place { return &s.groups.members_max; }, kRestart,
        "Members of one group; whoever is in stays in."},
    Key{"groups", "who_read_members", count(0, limits::kWhoReadRows),
        [](Settings& s) -> Place { return &s.groups.who_read_members; }, kRestart,
        "In groups of at most so many, members see who has read an entry; in larger ones by "
        "how many it was read. 0: nobody does."},
    Key{"groups", "recall_window", time(0, 3'650 * kDay),
        [](Settings& s) -> Place { return &s.groups.recall_window; }, kRestart,
        "How long a sender may take their message back; admins always may."},
    Key{"groups", "edit_window", time(0, 3'650 * kDay),
        [](Settings& s) -> Place { return &s.groups.edit_window; }, kRestart,
        "How long a sender may edit their message."},
    Key{"groups", "keep_for", time(0, limits::kRetentionSMax* kSecond),
        [](Settings& s) -> Place { return &s.groups.keep_for; }, kRestart,
        "New groups drop messages older than this, unless their creator or owner says "
        "otherwise. 0: they keep all."},
    Key{"groups", "keep_messages", count(0, limits::kIdMax),
        [](Settings& s) -> Place { return &s.groups.keep_messages; }, kRestart,
        "New groups keep their newest so many messages, likewise. 0: all."},
    Key{"groups", "slow_mode", time(0, std::uint64_t{limits::kSlowModeS} * kSecond),
        [](Settings& s) -> Place { return &s.groups.slow_mode; }, kRestart,
        "New groups have members wait this long between two messages, likewise. 0: they need not."},
    // ---- safety
    Key{"safety", "words", kPathOrNone, [](Settings& s) -> Place { return &s.safety.words; },
        kReloads, "List of words that nobody may post, one a line; read again at each SIGHUP."},
    Key{"safety", "busy_entries_per_second", count(0, 1'000'000),
        [](Settings& s) -> Place { return &s.safety.busy_entries_per_second; }, kRestart,
        "In one group; beyond it members wait 1 to 60 s between messages. 0: never."},
    Key{"safety", "repeats", count(0, limits::kRepeatsKept),
        [](Settings& s) -> Place { return &s.safety.repeats; }, kRestart,
        "How often a member may post the same text within a minute. 0: as often as they like."},
    Key{"safety", "new_account_age", time(0, 365 * kDay),
        [](Settings& s) -> Place { return &s.safety.new_account_age; }, kRestart,
        "Accounts younger than this are slower. 0: none is."},
    Key{"safety", "new_account_period", time(0, kDay),
        [](Settings& s) -> Place { return &s.safety.new_account_period; }, kRestart,
        "Between two messages of such an account. 0: it may not post yet."},
    Key{"safety", "filter", kServiceOrNone, [](Settings& s) -> Place { return &s.safety.filter; },
        kRestart, "A service that is asked about each post before it is stored."},
    Key{"safety", "filter_secret", kPathOrNone,
        [](Settings& s) -> Place { return &s.safety.filter_secret; }, kRestart,
        "File with the secret that signs the questions; needed where there is a filter."},
    Key{"safety", "filter_within", time(10, 60 * kSecond),
        [](Settings& s) -> Place { return &s.safety.filter_within; }, kRestart,
        "How long its answer is waited for."},
    Key{"safety", "filter_failing", choice(kFailures),
        [](Settings& s) -> Place { return &s.safety.filter_failing; }, kRestart,
        "Without an answer a post is let pass (open), or refused with a time (closed)."},
    // ---- storm
    Key{"storm", "level", choice(storm::kChoices),
        [](Settings& s) -> Place { return &s.storm.level; }, kReloads,
        "How far what is secondary has stepped back: measured (auto), or pinned for a drill."},
    Key{"storm", "pass", time(1, kHour), [](Settings& s) -> Place { return &s.storm.pass; },
        kRestart,
        "A push of a group, from its first watcher to its last: longer ones raise level 1, four "
        "times as "
        "long ones 2, sixteen times 3."},
    Key{"storm", "commit", time(1, kHour), [](Settings& s) -> Place { return &s.storm.commit; },
        kRestart, "From a message's arrival until it is on disk, likewise."},
    Key{"storm", "memory_mb", count(0, 1'048'576'000),
        [](Settings& s) -> Place { return &s.storm.memory_mb; }, kRestart,
        "Memory of the process: 70% of it raise level 1, 85% level 2, 95% level 3, and so do the "
        "pages of TCP of net.ipv4.tcp_mem. 0: what the machine or the control group has."},
    Key{"storm", "quiet", time(250, kHour), [](Settings& s) -> Place { return &s.storm.quiet; },
        kRestart, "So long nothing must ask for a level before it is left for the one below."},
    Key{"storm", "entries_per_second", count(1, 1'000),
        [](Settings& s) -> Place { return &s.storm.entries_per_second; }, kRestart,
        "What a person can follow in one group: from level 2 on members are slowed down to it."},
    // ---- accounts
    Key{"accounts", "sign_up", flag(), [](Settings& s) -> Place { return &s.accounts.sign_up; },
        kReloads, "Whether anybody may make themselves an account; else the operator makes them."},
    Key{"accounts", "attempts_per_minute", count(1, 1'000'000),
        [](Settings& s) -> Place { return &s.accounts.attempts_per_minute; }, kRestart,
        "Sign-ups and sign-ins of one network address."},
    Key{"accounts", "token_lifetime", time(60 * kSecond, 3'650 * kDay),
        [](Settings& s) -> Place { return &s.accounts.token_lifetime; }, kRestart,
        "How long somebody stays signed in."},
    // ---- outside
    Key{"outside", "tokens", kOutsideKeys, [](Settings& s) -> Place { return &s.outside.tokens; },
        kRestart,
        "Keys of other systems whose tokens (JWT) are exchanged for own ones; each key is bound to "
        "one algorithm."},
    Key{"outside", "hooks", kHooks, [](Settings& s) -> Place { return &s.outside.hooks; }, kRestart,
        "Webhooks: all that is written is posted there, signed, retried until it is taken."},
    // ---- media
    Key{"media", "file_mb", count(0, 4'096), [](Settings& s) -> Place { return &s.media.file_mb; },
        kRestart,
        "Size of one picture, recording or file that members send, MiB. 0: they send none."},
    Key{"media", "user_day_mb", count(1, 1'048'576),
        [](Settings& s) -> Place { return &s.media.user_day_mb; }, kRestart,
        "What one user may send between two midnights (UTC), MiB."},
    Key{"media", "user_day_files", count(1, 1'000'000),
        [](Settings& s) -> Place { return &s.media.user_day_files; }, kRestart,
        "How many files one user may send in that time."},
    Key{"media", "bucket", kBucketOrNone, [](Settings& s) -> Place { return &s.media.bucket; },
        kRestart,
        "A bucket of its own, of a service that speaks Amazon's S3 protocol, for the bytes of "
        "files "
        "that members send: its address. Empty: the data folder."},
    Key{"media", "bucket_region", kRegion,
        [](Settings& s) -> Place { return &s.media.bucket_region; }, kRestart,
        "What the service calls the region of the bucket."},
    Key{"media", "bucket_key", kPathOrNone,
        [](Settings& s) -> Place { return &s.media.bucket_key; }, kRestart,
        "File with the key's id and secret, as ID:SECRET; needed where there is a bucket."},
    // ---- push
    Key{"push", "contact", kContactOrNone, [](Settings& s) -> Place { return &s.push.contact; },
        kRestart,
        "Whom the push services of browsers write to about this server (RFC 8292). With it, people "
        "are told of messages while no page of theirs is open. Empty: they are not."},
    Key{"push", "allow", kNetworks, [](Settings& s) -> Place { return &s.push.allow; }, kRestart,
        "Networks inside which a push service may stand, which may be asked without TLS there. "
        "Nothing is ever sent to another address that is not public."},
    Key{"push", "gather", time(0, 10 * 60 * kSecond),
        [](Settings& s) -> Place { return &s.push.gather; }, kRestart,
        "How long a message waits to be read elsewhere, or for others of its group, before it is "
        "pushed."},
    // ---- search
    Key{"search", "index", flag(), [](Settings& s) -> Place { return &s.search.index; }, kRestart,
        "Whether an index of words is kept, so that members can search."},
    // ---- log
    Key{"log", "level", choice(kLevels), [](Settings& s) -> Place { return &s.log.level; },
        kReloads, "The least important lines that are written."},
    Key{"log", "format", choice(kFormats), [](Settings& s) -> Place { return &s.log.format; },
        kReloads, "Lines to standard error as key=value, or as one JSON object each."},
};

}  // namespace

std::span<const Key> keys() { return kKeys; }

}  // namespace stentor::config
