#include "server/telemetry/metrics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "base/clock_moved.h"
#include "base/code.h"
#include "base/room.h"
#include "net/counters.h"
#include "server/telemetry/exposition.h"
#include "server/telemetry/process_counts.h"
#include "store/damage.h"

namespace stentor::server {
namespace {

using Field = net::Counter net::Counters::*;

double sum(net::ShardGroup& shards, Field field) {
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < shards.size(); ++i) total += (shards.counters(i).*field).value();
    return static_cast<double>(total);
}

double as_double(std::uint64_t value) { return static_cast<double>(value); }

void add_connections(Exposition& page, net::ShardGroup& shards) {
    using C = net::Counters;
    const double all = sum(shards, &C::connections);
    const double sockets = sum(shards, &C::sockets);
    page.gauges("stentor_connections", "Open connections of clients",
                {{{{"kind", "socket"}}, sockets}, {{{"kind", "http"}}, all - sockets}})
        .gauge("stentor_shards", "Threads with connections", as_double(shards.size()))
        .gauge("stentor_backlogs", "Connections on which bytes wait", sum(shards, &C::backlogs))
        .gauge("stentor_handshakes_open", "Connections without a whole request or a Hello yet",
               sum(shards, &C::half_open))
        .gauge("stentor_received_bytes", "Half messages and requests of connections",
               sum(shards, &C::received_bytes))
        .gauge("stentor_backlog_bytes", "Bytes that wait on connections",
               sum(shards, &C::pinned_bytes))
        .counter("stentor_accepted_total", "Connections accepted", sum(shards, &C::accepted))
        .counter("stentor_tls_handshakes_total", "TLS handshakes finished",
                 sum(shards, &C::tls_handshakes))
        .counter("stentor_messages_in_total", "Messages that clients sent",
                 sum(shards, &C::messages_in))
        .counter("stentor_frames_out_total", "Frames written to clients",
                 sum(shards, &C::frames_out))
        .counter("stentor_http_requests_total", "HTTP requests", sum(shards, &C::http_requests))
        .counters("stentor_bytes_total", "Bytes from and to clients, without the kernel's",
                  {{{{"way", "in"}}, sum(shards, &C::bytes_in)},
                   {{{"way", "out"}}, sum(shards, &C::bytes_out)}});
}

void add_turned_away(Exposition& page, net::ShardGroup& shards) {
    using C = net::Counters;
    constexpr std::array<std::pair<std::string_view, Field>, 14> kReasons{
        {{"full", &C::refused_full},
         {"handshake", &C::refused_handshake},
         {"banned", &C::refused_banned},
         {"proxy", &C::refused_proxy},
         {"tls", &C::refused_tls},
         {"slow", &C::refused_slow},
         {"large", &C::refused_large},
         {"malformed", &C::refused_malformed},
         {"frames", &C::refused_frames},
         {"flood", &C::refused_flood},
         {"backlog", &C::refused_backlog},
         {"stuck", &C::dropped_stuck},
         {"budget", &C::dropped_budget},
         {"reset", &C::dropped_error}}};
    std::vector<Exposition::Sample> samples;
    for (const auto& [reason, field] : kReasons) {
        samples.push_back({{{"reason", reason}}, sum(shards, field)});
    }
    page.counters("stentor_turned_away_total", "Connections refused or cut, by reason", samples);
}

// Named as in base/limits.h or in the configuration.
void add_limits(Exposition& page, net::ShardGroup& shards, const gateway::Gateway& gateway) {
    using C = net::Counters;
    constexpr std::array<std::pair<std::string_view, Field>, 14> kLimits{
        {{"connections", &C::refused_full},
         {"handshakes_per_s", &C::refused_rate},
         {"handshakes_per_s_share", &C::refused_share},
         {"handshakes_open", &C::refused_open},
         {"handshakes_of_one", &C::refused_address},
         {"handshake_within", &C::refused_slow},
         {"request_bytes", &C::refused_large},
         {"received_bytes", &C::refused_received},
         {"pings_per_s", &C::refused_flood},
         {"replies_waiting", &C::refused_backlog},
         {"pinned_bytes", &C::dropped_budget},
         {"stuck_within", &C::dropped_stuck},
         {"slow_bytes", &C::dropped_slow},
         {"user_timeout", &C::dropped_vanished}}};
    std::vector<Exposition::Sample> samples;
    for (const auto& [limit, field] : kLimits) {
        double acted = sum(shards, field);
        if (field == &C::dropped_budget) acted += sum(shards, &C::refused_budget);
        samples.push_back({{{"limit", limit}}, acted});
    }
    samples.push_back({{{"limit", "misses"}}, as_double(gateway.opens_held_back())});
    const account::Budgets& budgets = gateway.budgets();
    samples.push_back({{{"limit", "cost"}}, as_double(budgets.questions_refused())});
    samples.push_back({{{"limit", "groups_made"}}, as_double(budgets.groups_refused())});
    page.counters("stentor_limit_total", "Times that a limit acted", samples);
}

// A sample for each code that there is, behind labels of its own.
template <class Count>
std::vector<Exposition::Sample> by_code(const Count& count,
                                        const std::vector<Exposition::Label>& labels = {}) {
    std::vector<Exposition::Sample> samples;
    for (std::size_t number = 1; number < CodeCounts::kCodes; ++number) {
        const auto code = static_cast<Code>(number);
        const std::string_view name = name_of(code);
        if (name == "UNKNOWN") continue;
        samples.push_back({labels, as_double(count(code))});
        samples.back().labels.emplace_back("code", name);
    }
    return samples;
}

void add_http(Exposition& page, const Measured& measured) {
    page.gauges("stentor_http_waiting", "HTTP requests that wait",
                {{{{"for", "passwords"}}, as_double(measured.passwords.waiting())},
                 {{{"for", "owners"}}, as_double(measured.commands.waiting())}});
    const auto of = [](const CodeCounts& counts, std::string_view listener) {
        return by_code([&counts](Code code) { return counts.of(code); }, {{"listener", listener}});
    };
    auto refusals = of(measured.public_refusals, "public");
    std::ranges::move(of(measured.private_refusals, "private"), std::back_inserter(refusals));
    page.counters("stentor_http_refusals_total",
                  "Answers over HTTP that refused something, by code, whoever refused it",
                  refusals);
    page.counter("stentor_sign_ins_failed_total", "Wrong passwords, and names that nobody has",
                 as_double(measured.passwords.counts().failed))
        .counter("stentor_sign_ins_refused_total", "Not tried: after failures, or without room",
                 as_double(measured.passwords.counts().refused));
}

// What an operator must mend.
void add_troubles(Exposition& page) {
    const store::Damage& damage = store::damage();
    page.gauge("stentor_store_damaged_places", "Places of the record that could not be read",
               as_double(damage.places()))
        .counter("stentor_store_damaged_reads_total", "Reads that met a damaged place",
                 as_double(damage.reads()))
        .gauge("stentor_disk_full", "1: nothing is written until the disk has room",
               has_room() ? 0 : 1)
        .gauge("stentor_clock_moved_seconds",
               "How far the system's clock was set ahead since the start; a restart goes by it",
               static_cast<double>(clock_moved().count()) / 1'000);
}

void add_owner(Exposition& page, const owner::Owner& owner) {
    const owner::AnswerCounts& answers = owner.answers();
    page.counter("stentor_sends_kept_total", "Sends acknowledged: they are on the disk",
                 as_double(answers.sent()));
    page.counter("stentor_commands_done_total", "Other commands answered with success",
                 as_double(answers.others()));
    page.counters("stentor_owner_refusals_total",
                  "Commands that owners refused, of connections and of HTTP, by code",
                  by_code([&answers](Code code) { return answers.refused(code); }));

    const owner::CommitterCounters& committer = owner.counters();
    page.counter("stentor_syncs_total", "Writes with a sync", as_double(committer.syncs))
        .counter("stentor_commits_total", "Commits of groups", as_double(committer.commits))
        .counter("stentor_entries_total", "Entries committed", as_double(committer.entries))
        .counter("stentor_commits_failed_total", "Commits with another outcome than done",
                 as_double(committer.failed))
        .counter("stentor_commits_aborted_total", "Commits that were not written, and tried again",
                 as_double(committer.aborted))
        .gauge("stentor_store_lost", "1: the last write has an outcome that nobody knows",
               committer.store_lost ? 1 : 0)
        .counter("stentor_audit_dropped_total", "Rows of the audit that were not kept",
                 as_double(owner.audit_dropped()))
        .counter("stentor_replica_wait_seconds_total", "Spent by commits in waiting for a follower",
                 as_double(committer.copy_wait_us) / 1'000'000)
        .histogram("stentor_commit_seconds", "One write of all commits that had gathered, synced",
                   {&committer.durations});
    page.gauges("stentor_waiting", "What waits in queues",
                {{{{"queue", "owners"}}, as_double(owner.mails_waiting())},
                 {{{"queue", "questions"}}, as_double(owner.questions_waiting())}});
    page.counter("stentor_questions_dropped_total",
                 "Questions not answered, because whoever asked had given up",
                 as_double(owner.questions_dropped()));
    page.gauge("stentor_groups_in_memory", "Groups that owners hold in memory",
               as_double(owner.groups_in_memory()));
}

void add_store(Exposition& page, const store::Maintenance& store) {
    const store::EngineMemory memory = store.memory();
    page.gauges("stentor_store_bytes", "Memory of the store",
                {{{{"of", "cache"}}, as_double(memory.cached_bytes)},
                 {{{"of", "unflushed"}}, as_double(memory.unflushed_bytes)}});
}

void add_node(Exposition& page, gateway::Gateway& gateway) {
    page.counters("stentor_refusals_total",
                  "Answers that refused a connection something, by code, whoever refused it",
                  by_code([&gateway](Code code) { return gateway.refused(code); }));
    const cache::Cache::Counts cache = gateway.hub().counts();
    page.gauge("stentor_groups_watched", "Groups with watchers here", as_double(cache.groups))
        .gauge("stentor_cache_pages", "Pages of older entries in memory", as_double(cache.pages))
        .counter("stentor_cache_loads_total", "Questions that the cache asked",
                 as_double(cache.loads))
        .counter("stentor_cache_page_hits_total", "Pulls of older entries answered from memory",
                 as_double(cache.page_hits))
        .counter("stentor_cache_page_misses_total", "Pages of older entries that were asked for",
                 as_double(cache.page_misses))
        .counter("stentor_cache_page_joins_total", "Pulls that waited for a page on its way",
                 as_double(cache.page_joins))
        .counter("stentor_stream_holes_total", "Items that told of something missed",
                 as_double(cache.holes))
        .counter("stentor_hub_dropped_total",
                 "Mail of owners dropped, because too much waited for the node's memory of groups",
                 as_double(gateway.hub().dropped()))
        .counter("stentor_view_reloads_total", "Groups asked for again", as_double(cache.reloads));
    const gateway::Gateway::Compression compression = gateway.compression();
    page.counter("stentor_batches_compressed_total", "Batches compressed, each for all who take it",
                 as_double(compression.batches))
        .counter("stentor_bytes_saved_total", "Bytes that compressed batches had less",
                 as_double(compression.bytes_saved));
    page.histogram("stentor_fanout_turn_seconds",
                   "A shard's turn in which frames were pushed to members", gateway.fanout_turns());
}

double in_seconds(Millis time) { return static_cast<double>(time.count()) / 1'000; }

// What both sides of a replication can say of it.
struct Replication {
    bool connected;
    std::uint64_t behind;
    Millis lag;
    std::uint64_t copies;
};

void add_replication(Exposition& page, std::string_view role, std::string_view mode,
                     const Replication& replication) {
    page.gauges("stentor_replica_info", "What this server is to a second one, and who waits for it",
                {{{{"role", role}, {"mode", mode}}, 1}})
        .gauge("stentor_replica_connected", "1: leader and follower speak",
               replication.connected ? 1 : 0)
        .gauge("stentor_replica_behind", "Updates that the follower does not have",
               as_double(replication.behind))
        .gauge("stentor_replica_lag_seconds", "Since the follower last had all",
               in_seconds(replication.lag))
        .counter("stentor_replica_copies_total", "Whole copies handed over",
                 as_double(replication.copies));
}

void add_leader(Exposition& page, const replica::Leader& leader) {
    const replica::LeaderStatus status = leader.status();
    const std::string_view mode = leader.mode() == replica::Mode::strict ? "strict"
                                  : leader.mode() == replica::Mode::sync ? "sync"
                                                                         : "async";
    add_replication(
        page, "leader", mode,
        {.connected = status.connected,
         .behind = status.latest > status.position ? status.latest - status.position : 0,
         .lag = status.lag,
         .copies = status.copies});
    page.gauge("stentor_replica_in_step",
               "1: what is acknowledged is on both disks; never in async mode",
               status.in_step ? 1 : 0)
        .counter("stentor_replica_alone_total", "Times that the leader went on alone",
                 as_double(status.alone))
        .counter("stentor_replica_bytes_total", "Of updates that the follower has, without copies",
                 as_double(status.bytes));
}

void add_storm(Exposition& page, const StormStatus& storm, gateway::Gateway& gateway) {
    page.gauge("stentor_storm_level", "0 to 3: how far what is secondary has stepped back",
               storm.level)
        .gauge("stentor_storm_pinned", "1: an operator has set the level", storm.pinned ? 1 : 0)
        .gauges("stentor_storm_measured_level", "The level that each measurement asks for",
                {{{{"by", "pass"}}, as_double(storm.pass)},
                 {{{"by", "commit"}}, as_double(storm.commit)},
                 {{{"by", "memory"}}, as_double(storm.memory)}})
        .gauges("stentor_storm_longest_seconds", "The longest of the last two seconds",
                {{{{"of", "pass"}}, in_seconds(storm.load.pass)},
                 {{{"of", "commit"}}, in_seconds(storm.load.commit)}})
        .gauge("stentor_storm_memory_ratio", "In use, of what may be: the process' or TCP's",
               as_double(storm.load.memory_permille) / 1'000)
        .gauge("stentor_storm_entries_per_second", "Aimed at in one group from level 2 on",
               storm.entries_per_s)
        .counter("stentor_storm_changes_total", "Changes of the level", as_double(storm.changes));
    std::vector<Exposition::Sample> spent;
    for (storm::Level level = 0; level < storm.spent.size(); ++level) {
        spent.push_back({{{"level", storm::text_of(level)}}, in_seconds(storm.spent[level])});
    }
    page.counters("stentor_storm_seconds_total", "Time spent at each level", spent)
        .histogram("stentor_pass_seconds", "From the first push of a pass to its last watcher",
                   gateway.passes());
}

void add_filter(Exposition& page, const filter::Filter& filter) {
    const filter::FilterCounters& counters = filter.counters();
    const bool open = filter.on_failure() == filter::OnFailure::open;
    const std::uint64_t failed = counters.failed;
    page.counter("stentor_filter_asked_total", "Posts shown to the outside filter",
                 as_double(counters.asked))
        .counter("stentor_filter_refused_total", "Posts that it refused",
                 as_double(counters.refused))
        .counter("stentor_filter_timeouts_total", "Posts on which it said nothing in time",
                 as_double(counters.timed_out))
        .counters("stentor_filter_failed_total",
                  "Posts without a verdict: let pass (open) or refused with a time (closed)",
                  {{{{"failing", "open"}}, as_double(open ? failed : 0)},
                   {{{"failing", "closed"}}, as_double(open ? 0 : failed)}});
}

void add_search(Exposition& page, const search::Indexer& indexer) {
    const search::IndexerCounters& counters = indexer.counters();
    page.gauge("stentor_search_behind", "Commits that are not in the index of words yet",
               as_double(counters.behind))
        .counter("stentor_search_entries_total", "Entries read into the index",
                 as_double(counters.entries))
        .counter("stentor_search_rebuilds_total", "Times that it was made anew from the logs",
                 as_double(counters.rebuilds));
}

void add_hooks(Exposition& page, const api::HookCounters& hooks) {
    const std::uint64_t behind = hooks.behind;
    const std::uint64_t caught_up_ms = hooks.caught_up_ms;
    const std::uint64_t now_ms = to_ms(now());
    const bool late = behind > 0 && caught_up_ms != 0 && now_ms > caught_up_ms;
    page.gauge("stentor_hook_behind", "Commits that wait for the hook that was looked at last",
               as_double(behind))
        .gauge("stentor_hook_lag_seconds", "Since a hook last had all; 0 while it has",
               late ? as_double(now_ms - caught_up_ms) / 1'000 : 0)
        .counter("stentor_hook_commits_total", "Commits that hooks took", as_double(hooks.taken))
        .counter("stentor_hook_failed_total", "Posts to hooks that failed",
                 as_double(hooks.failed));
}

void add_web_push(Exposition& page, const web_push::NotifierCounters& pushes,
                  std::size_t subscriptions) {
    page.gauge("stentor_web_push_subscriptions", "Browsers that want to be told",
               as_double(subscriptions))
        .gauge("stentor_web_push_waiting", "Pushes that wait for their time, or for another try",
               as_double(pushes.waiting))
        .counter("stentor_web_push_pushed_total", "Pushes that a push service took",
                 as_double(pushes.pushed))
        .counter("stentor_web_push_failed_total", "Tries that failed", as_double(pushes.failed))
        .counter("stentor_web_push_given_up_total", "Pushes that were refused for good",
                 as_double(pushes.given_up))
        .counter("stentor_web_push_not_taken_total", "Pushes for which too many waited",
                 as_double(pushes.not_taken))
        .counter("stentor_web_push_forgotten_total",
                 "Subscriptions that their service or the sign-in ended",
                 as_double(pushes.forgotten));
}

void add_media(Exposition& page, const media::Counts& counts) {
    std::vector<Exposition::Sample> refused;
    for (std::size_t i = 0; i < media::Counts::kReasons.size(); ++i) {
        refused.push_back({{{"reason", media::Counts::kReasons[i]}}, as_double(counts.refused[i])});
    }
    page.gauge("stentor_uploads_open", "Uploads of files that are under way",
               as_double(counts.open))
        .counter("stentor_uploads_finished_total", "Uploads of which a file was made",
                 as_double(counts.finished))
        .counter("stentor_upload_bytes_total", "Bytes of files that came",
                 as_double(counts.bytes_in))
        .counters("stentor_upload_refusals_total",
                  "Uploads, and parts of them, that were refused, by reason", refused)
        .gauge("stentor_media_files", "Files that are kept", as_double(counts.files))
        .gauge("stentor_media_bytes",
               "Their bytes; the disk, or the bucket, holds the same content once",
               as_double(counts.bytes));
}

// Alarms come before the end, not at it.
void add_certificate(Exposition& page, const net::ShardGroup& shards) {
    const auto ends = shards.certificate_ends();
    if (!ends) return;
    page.gauge("stentor_certificate_seconds", "Until the certificate in use ends; below 0: it did",
               static_cast<double>((*ends - now()).count()) / 1'000);
}

void add_build(Exposition& page) {
    page.gauges("stentor_build_info", "The version that runs",
                {{{{"version", STENTOR_VERSION}}, 1}});
}

void add_process(Exposition& page) {
    const ProcessCounts process = process_counts();
    page.counter("process_cpu_seconds_total", "User and system time of all threads", process.cpu_s)
        .gauge("process_resident_memory_bytes", "Memory in use", as_double(process.resident_bytes))
        .gauge("process_virtual_memory_bytes", "Memory reserved", as_double(process.virtual_bytes))
        .gauge("process_max_fds", "Descriptors that one table may hold; each shard has one",
               as_double(process.descriptors_max))
        .gauge("process_threads", "Threads", as_double(process.threads))
        .gauge("process_start_time_seconds", "Unix time of the start", process.started_s);
}

}  // namespace

std::string metrics_of(const Measured& measured) {
    Exposition page;
    add_build(page);
    page.gauge("stentor_ready", "1: takes work, as /readyz says", measured.ready ? 1 : 0);
    add_connections(page, measured.shards);
    add_turned_away(page, measured.shards);
    add_limits(page, measured.shards, measured.gateway);
    add_owner(page, measured.owner);
    add_troubles(page);
    add_node(page, measured.gateway);
    add_store(page, measured.store);
    add_http(page, measured);
    add_media(page, measured.media);
    if (measured.storm) add_storm(page, *measured.storm, measured.gateway);
    if (measured.filter != nullptr) add_filter(page, *measured.filter);
    if (measured.leader != nullptr) add_leader(page, *measured.leader);
    if (measured.indexer != nullptr) add_search(page, *measured.indexer);
    if (measured.hooks != nullptr) add_hooks(page, *measured.hooks);
    if (measured.notifier != nullptr) {
        add_web_push(page, *measured.notifier, measured.subscriptions);
    }
    add_certificate(page, measured.shards);
    add_process(page);
    return page.text();
}

std::string metrics_of(const replica::Follower& follower) {
    const replica::FollowerStatus status = follower.status();
    Exposition page;
    add_build(page);
    page.gauge("stentor_ready", "1: takes work, as /readyz says", 0);
    add_replication(page, "follower", "",
                    {.connected = status.connected,
                     .behind = status.behind,
                     .lag = status.lag,
                     .copies = status.copies});
    add_process(page);
    return page.text();
}

}  // namespace stentor::server
