#pragma once
// The cache's parts and what they share. opens.cc, pulls.cc, items.cc and holds.cc hold an event
// family each.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "node/cache/cache.h"
#include "node/cache/memory.h"
#include "node/cache/pages.h"
#include "node/cache/ticks.h"
#include "node/cache/user_sessions.h"

namespace stentor::cache {

inline constexpr Millis kRouteEvery{10'000};  // Three missed reports are an absence.
// What an answer knows, the stream tells in this time, or has lost.
inline constexpr Millis kStreamWithin{500};
inline constexpr Millis kForgetAfter{30'000};  // Unwatched that long, a group leaves memory.
inline constexpr Millis kVerifyAfter{20'000};  // Quiet that long, its head is asked for.
inline constexpr std::size_t kVerifiesPerTick = 256;
inline constexpr Millis kOnlineEvery{1'000};  // At most so often is told how many watch.
inline constexpr int kViewTries = 3;

struct PendingOpen {
    Waiter waiter;
    GroupId gid;
    UserId uid;
    Epoch epoch;
    Seq seq;
    std::uint64_t generation{};  // Of Group::changed when the owner was asked.
    int views_tried{};
    bool with_view{};
    bool checked{};          // The owner was asked whether the head is further on.
    bus::MemberView member;  // Once the owner has answered.
    std::optional<bus::Mine> mine;
};

struct PendingPull {
    Waiter waiter;
    GroupId gid;
    Epoch epoch;
    Seq from;
    Seq to;
    Reader reader;
    std::optional<bus::Mine> mine;
    bool loaded{};   // A page was loaded for it: not again.
    bool checked{};  // The owner was asked whether the head is further on.
};

// A hundred thousand may wait for one page.
static_assert(sizeof(PendingPull) <= 256);

// One page on its way: one ask, whoever waits for it.
struct PageLoad {
    PageKey key;
    std::vector<PendingPull> waiting;
    std::vector<pb::Tally> tallies;
    std::vector<LogEntry> changed;  // Told while the page was being read, perhaps before.
    bool stale{};                   // Changes may have been missed: what comes is not kept.
};

struct CatchUp {
    GroupId gid;
    std::uint64_t generation{};  // Of the group when the owner was asked.
};
struct NearAsk {
    Waiter waiter;
    GroupId gid;
    Reader reader;
    Time time;
};
struct OpenMine {  // What the member alone has there, before he is told what is.
    PendingOpen open;
};
struct PullMine {
    PendingPull pull;
};
struct Recheck {
    GroupId gid;
    UserId uid;
};
using Asked = std::variant<PendingOpen, PageLoad, CatchUp, NearAsk, Recheck, OpenMine, PullMine,
                           HelloAsk, UserLogAsk, BadgeAsk>;

struct Watching {
    ShardIndex shard{};
    std::uint32_t count{};
    std::uint32_t away{};    // Of them: Router::seat_away.
    std::uint64_t ticket{};  // Of the newest Opened sent there: until it is counted, it may sit.
};

// What a group's hold window has gathered; holds.cc.
struct Held {
    std::vector<LogEntry> entries;  // Dense, from the head on.
    std::size_t bytes{};
    Time due;
};

struct Group {
    explicit Group(GroupId gid) : memory(gid) {}

    Memory memory;
    std::vector<Watching> watching;
    std::vector<ShardIndex> shards;  // Those of `watching`.

    bool refresh = false;  // Items were lost: the next open takes a new view.
    AskId view_ask = 0;
    std::vector<PendingOpen> awaiting;  // Members known, view on its way.
    std::size_t opens_in_flight = 0;
    // Told by the stream while opens are in flight: an answer may be older than what it says.
    std::unordered_map<UserId, bus::MemberView> changed;
    // +1 when something was missed, or `changed` overflowed: then answers are asked for anew.
    std::uint64_t generation = 1;

    AskId catching_up = 0;
    bool wants_catch_up = false;
    Seq seen;             // Newest seq that the stream told, applied or not.
    Seq unheard;          // An owner's answer said that it is there; the stream has not yet,
    Time unheard_since;   // and may until kStreamWithin later.
    Epoch backlog_epoch;  // Of `seen` and `backlog` while no view is here.
    // Told while a view, or what was missed, was on its way.
    std::vector<std::pair<Epoch, LogEntry>> changes;
    std::deque<LogEntry> backlog;  // Ahead of the head, until what is missing has come.
    // Pulls and opens of who knows of more than the head, until that was verified.
    std::vector<PendingPull> beyond;
    std::vector<PendingOpen> opens_beyond;

    std::unique_ptr<Held> held;  // While the group's window holds something.

    std::vector<bus::ForkPoint> forks;  // Ascending.
    std::unique_ptr<Ticks> ticks;       // Once there is something to tell.
    std::uint32_t online_told = 0;
    Time online_again;

    std::uint32_t reported = 0;
    Time reported_at;
    Time unwatched_since;
    Time verified;
};

class Cache::Impl : private UserSessions::Port {
public:
    explicit Impl(cache::CachePort& effects) : fx_(effects) {}

    // ---- opens.cc
    void on_open(PendingOpen open, Time now);
    void on_open_reply(AskId id, PendingOpen open, Result<bus::OpenAnswer> answer, Time now);
    void on_recheck(GroupId gid, UserId uid);
    void on_recheck_reply(const Recheck& asked, const Result<bus::Reply>& reply);
    // ---- pulls.cc
    void on_pull(PendingPull pull, Time now);
    void on_near(const NearAsk& near);
    void on_near_reply(const NearAsk& near, const Result<bus::Reply>& reply, Time now);
    void on_page(PageLoad load, Result<bus::Reply> reply, Time now);
    // ---- overlay.cc
    void on_open_mine(PendingOpen open, Result<bus::Reply> reply, Time now);
    void on_pull_mine(PendingPull pull, Result<bus::Reply> reply, Time now);
    // ---- items.cc
    void on_items(const bus::Items& items, Time now);
    void on_caught_up(const CatchUp& asked, Result<bus::Reply> reply, Time now);
    // ---- holds.cc
    void on_wake(Time now);
    [[nodiscard]] std::optional<Time> wake_at() const;
    // ---- cache.cc
    void on_reply(AskId id, Result<bus::Reply> reply, Time now);
    void on_watchers(ShardIndex shard, GroupId gid, const Watchers& watchers, std::uint64_t ticket,
                     Time now);
    void on_tick(Time now);
    [[nodiscard]] Counts counts() const;

    storm::Level level = storm::kCalm;
    UserSessions people{*this};

private:
    Group* find(GroupId gid);
    AskId ask(GroupId gid, Asked asked, bus::Question question);
    AskId ask(PartitionId partition, Asked asked, bus::Question question);
    // ---- UserSessions::Port
    void ask(HelloAsk asked, bus::Question question) override;
    void ask(UserLogAsk asked, bus::Question question) override;
    void ask(BadgeAsk asked, bus::Question question) override;
    void tell(const ConnectionToken& connection, std::string payload) override;
    void badges(const ConnectionToken& connection, const pb::Pulse& pulse) override;
    void expel(const ConnectionToken& connection, const Error& error) override;

    static std::uint32_t online(const Group& group);
    void report(Group& group, Time now);
    void tick_group(Group& group, Time now);
    static Ticks& ticks(Group& group);

    // ---- opens.cc
    void ask_open(Group& group, PendingOpen open);
    void finish_open(Group& group, PendingOpen open, Time now);
    void want_view(Group& group, PendingOpen open);
    void view_failed(Group& group);
    [[nodiscard]] static bool knows_more(const PendingOpen& open, const Memory& memory);
    bool install(Group& group, bus::GroupView view, Time now, bool whole);
    void send_opened(Group& group, const PendingOpen& open);
    void seat(Group& group, const PendingOpen& open, std::string payload);
    [[nodiscard]] static std::optional<Seq> fork_after(const Group& group, Epoch epoch);
    void refuse_open(Group& group, const PendingOpen& open, Error error);

    // ---- pulls.cc
    struct RangeKey {  // Of one group.
        Seq first;
        Seq last;
        Seq floor;

        friend bool operator==(const RangeKey&, const RangeKey&) = default;
    };
    // The Range told last while nothing changed: whoever wants the same shares its bytes.
    struct SharedRange {
        RangeKey key;
        SharedBytes bytes;
    };
    struct Slice {
        std::span<const LogEntry> entries;
        Digest digest_before;
        Seq floor;  // The group's or the reader's, the higher one.
    };
    void serve(PendingPull pull, Time now, SharedRange* shared = nullptr);
    void send_range(const PendingPull& pull, const Memory& memory, const Slice& slice,
                    SharedRange* shared);
    [[nodiscard]] std::string range_of(const PendingPull& pull, const Memory& memory,
                                       const Slice& slice);
    void reset(const PendingPull& pull, Group& group, Seq floor);
    void load(const PendingPull& pull, const PageKey& key);
    [[nodiscard]] const LogEntry* entry_at(const Memory& memory, Seq seq);
    [[nodiscard]] std::optional<Digest> digest_at(const Memory& memory, Seq seq);
    void refuse(const PendingPull& pull, const Error& error);

    // ---- overlay.cc
    void ask_mine(Group& group, PendingOpen open);
    void ask_mine(PendingPull pull, std::span<const LogEntry> entries, Seq floor);
    // Tallies of these entries, with what is the reader's own.
    template <class Page>
    void add_beside(Page& page, const Memory& memory, std::span<const LogEntry> entries, Seq floor,
                    const std::optional<bus::Mine>& mine);

    // ---- holds.cc
    [[nodiscard]] bool hold(Group& group, std::span<const LogEntry> entries, Time now);
    void release(Group& group);
    std::vector<LogEntry> take_held(Group& group);
    static bool change_held(Group& group, const LogEntry& entry);

    // ---- items.cc
    void on_item(const bus::Item& item, Time now);
    void on_entries(Group& group, Epoch epoch, std::span<const LogEntry> entries, Time now);
    void on_entry_changed(Group& group, Epoch epoch, const LogEntry& entry);
    void on_tallies(Group& group, const bus::TalliesChanged& change);
    void on_group_changed(Group& group, Epoch epoch, const bus::GroupChanged& change);
    void on_member_changed(Group& group, const bus::MemberChanged& change);
    void on_break(PartitionId partition);
    void on_missed(Group& group);
    template <class Of>
    void spoil_loads(Of of);
    void add_entries(Group& group, std::span<const LogEntry> entries, Time now);
    void add_answer(Group& group, const bus::EntriesAnswer& answer, Seq most, Time now);
    void add_backlog(Group& group, Time now);
    [[nodiscard]] static Seq trusted(Group& group, Seq head, Time now);
    void push_entries(Group& group, std::span<const LogEntry> entries);
    void start_epoch(Group& group, Epoch epoch, Seq head);
    void catch_up(Group& group);
    static void forget_changes(Group& group);
    void release_beyond(Group& group, Time now);
    void release_reached(Group& group, Time now);

    struct Stream {
        Term term;
        std::uint64_t number{};
    };

    cache::CachePort& fx_;
    std::unordered_map<GroupId, Group> groups_;
    Pages pages_;
    std::unordered_map<AskId, Asked> asked_;
    std::unordered_map<PageKey, AskId, PageKeyHash> page_loads_;
    std::unordered_map<std::uint32_t, Stream> streams_;  // By partition.
    std::vector<Recheck> rechecks_;                      // To be asked again at the next tick.
    std::set<std::pair<Time, GroupId>> releases_;        // When which hold window ends.
    AskId next_ask_ = 1;
    std::uint64_t tickets_ = 0;
    Counts counts_;
};

}  // namespace stentor::cache
