#include "store/rocks/power_loss_check.h"

#include <rocksdb/system_clock.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "store/conformance.h"
#include "store/rocks/engine.h"
#include "store/rocks/power_loss_disk.h"
#include "store/rocks/power_loss_lines.h"
#include "store/rocks/table_check.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

constexpr std::size_t kGroups = 4;
constexpr std::uint64_t kMembers = 6;

using Finding = std::optional<std::string>;

using Loss = PowerLossDisk::Loss;

const RocksOptions kOptions{
    .path = "/store", .cache_bytes = 1U << 20U, .buffer_bytes = 64U << 10U, .background_jobs = 1};

// Debian's RocksDB checks its own assertions: it aborts when a thread writes a log of which another
// one has just seen an error. A disk that fails is met by one thread, so none flushes meanwhile.
RocksOptions options_of(Loss loss) {
    RocksOptions options = kOptions;
    if (loss == Loss::disk) options.buffer_bytes = 64U << 20U;
    return options;
}

// What one group was told, and the one commit whose outcome nobody knows.
struct Ledger {
    Scribe scribe;
    std::map<UserId, MemberRow> members;
    std::map<UserId, Seq> furthest_read;  // Ever reported; need not be kept.
    std::optional<Commit> pending;

    void accept(const Commit& commit, Lines& lines) {
        scribe.accept(commit);
        lines.accept(commit);
        for (const MemberRow& row : commit.members) members[row.uid] = row;
    }
};

// RocksDB's threads sleep for a second after each failed job, which here is every loss.
class ImpatientClock final : public rocksdb::SystemClockWrapper {
public:
    ImpatientClock() : rocksdb::SystemClockWrapper(rocksdb::SystemClock::Default()) {}
    [[nodiscard]] const char* Name() const override { return "ImpatientClock"; }
    void SleepForMicroseconds(int micros) override {
        rocksdb::SystemClockWrapper::SleepForMicroseconds(std::min(micros, 500));
    }
};

class TestEnv final : public rocksdb::EnvWrapper {
public:
    explicit TestEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
        : rocksdb::EnvWrapper(rocksdb::NewCompositeEnv(files)) {
        file_system_ = looking_at_tables(files);
        system_clock_ = std::make_shared<ImpatientClock>();
    }
};

class World {
public:
    World(std::uint64_t seed, Loss loss, LossTally& tally)
        : random_(seed),
          disk_(std::make_shared<PowerLossDisk>(seed + 1)),
          loss_(loss),
          tally_(tally) {
        for (std::size_t i = 0; i < kGroups; ++i) {
            groups_.push_back({.scribe = Scribe{GroupId{i + 1}, Term{1}, random_()}});
        }
    }

    Finding lose_once();
    // Works, is killed, and finds one byte flipped after the other, `count` times.
    Finding flip_bytes(int count, FlipTally& flips);

private:
    [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
    // What is answered after the power was lost reaches nobody; what a failing disk's engine
    // answers counts.
    [[nodiscard]] bool is_heard() const { return loss_ == Loss::disk || !disk_->lost(); }
    Finding open(std::unique_ptr<Store>& store);
    Finding work(Store& store);
    Finding commit_some(Store& store);
    [[nodiscard]] Commit draft(Ledger& group);
    void report_reads(Store& store);
    Finding add_user(Store& store);
    Finding flip_one(const PowerLossDisk::Image& image, FlipTally& flips);
    Finding check(Store& store);
    Finding check_group(Store& store, Ledger& group);
    Finding check_log(Store& store, const Ledger& group, const HeadRow& head);
    Finding check_members(Store& store, const Ledger& group);
    Finding check_absent(Store& store, const Ledger& group, const Commit& commit);
    Finding check_users(Store& store);

    std::mt19937_64 random_;
    std::shared_ptr<PowerLossDisk> disk_;
    Loss loss_;
    LossTally& tally_;
    std::vector<Ledger> groups_;
    Lines lines_;
    std::map<UserId, bool> users_;  // Whether adding was answered; else unknown.
    Term last_term_;
};

Finding World::lose_once() {
    std::unique_ptr<Store> store;
    if (Finding finding = open(store)) return finding;
    if (Finding finding = check(*store)) return finding;
    disk_->lose_after(1 + random_() % 150, loss_);
    if (Finding finding = work(*store)) return finding;
    disk_->lose_now(loss_);
    store.reset();
    disk_->restart();
    ++tally_.losses;
    tally_.tears = disk_->tally().tears;
    tally_.names_lost = disk_->tally().names_lost;
    return std::nullopt;
}

Finding World::flip_bytes(int count, FlipTally& flips) {
    std::unique_ptr<Store> store;
    if (Finding finding = open(store)) return finding;
    if (Finding finding = check(*store)) return finding;
    if (Finding finding = work(*store)) return finding;
    if (chance(70)) {  // Else it is closed well.
        disk_->lose_now(Loss::power);
        store.reset();
        disk_->restart_after_kill();
    }
    store.reset();
    const PowerLossDisk::Image image = disk_->image();
    for (int i = 0; i < count; ++i) {
        disk_->restore(image);
        if (Finding finding = flip_one(image, flips)) return finding;
    }
    disk_->restore(image);
    if (Finding finding = open(store)) return finding;
    return check(*store);
}

// What cannot be read is refused and says so; everything else must be as it was acknowledged.
Finding World::flip_one(const PowerLossDisk::Image& image, FlipTally& flips) {
    const Term last_term = last_term_;
    const std::string where = disk_->flip_byte("/store");
    ++flips.flips;
    auto opened = open_rocks_on(std::make_shared<TestEnv>(disk_), kOptions);
    if (!opened) {
        ++flips.refused_at_start;
        if (!opened.error().where.empty()) return std::nullopt;
        return where + ": refused without a reason";
    }
    Finding finding = check(**opened);
    last_term_ = last_term;
    if (!finding) {
        ++flips.harmless;
        return std::nullopt;
    }
    ++flips.refused_reads;
    if (finding->ends_with("cannot be read")) return std::nullopt;
    return where + " of " + std::to_string(image.size()) + " files: " + *finding;
}

Finding World::open(std::unique_ptr<Store>& store) {
    for (;;) {
        if (chance(30)) disk_->lose_after(1 + random_() % 40, loss_);
        auto opened = open_rocks_on(std::make_shared<TestEnv>(disk_), options_of(loss_));
        disk_->lose_after(0, loss_);  // First: the engine's own threads go on writing meanwhile.
        if (!disk_->lost() && opened) {
            store = std::move(*opened);
            return std::nullopt;
        }
        if (!disk_->lost()) return "cannot be opened: " + std::string{opened.error().where};
        opened = std::unexpected(Error{});
        disk_->restart();
        ++tally_.losses;
        ++tally_.while_opening;
    }
}

Finding World::work(Store& store) {
    for (int step = 0; step < 60 && !disk_->lost(); ++step) {
        Finding finding;
        const std::uint64_t kind = random_() % 20;
        if (kind == 0) {
            const Result<Term> term = store.next_term();
            if (term && *term <= last_term_) return "a term was given twice";
            if (term && is_heard()) last_term_ = *term;
        } else if (kind == 1) {
            finding = add_user(store);
        } else if (kind < 4) {
            report_reads(store);
        } else if (kind == 4) {
            Ledger& group = groups_[random_() % kGroups];
            group.scribe.set_term({group.scribe.head().term.value + random_() % 2 + 1});
            (void)store.take_head(group.scribe.gid(), {group.scribe.head().term.value + 1});
        } else {
            finding = commit_some(store);
        }
        if (finding) return finding;
    }
    return std::nullopt;
}

Commit World::draft(Ledger& group) {
    Scribe& scribe = group.scribe;
    const std::size_t kept = scribe.log().size() - scribe.head().floor.value;
    if (kept > 0 && chance(15)) return scribe.edit(scribe.head().floor + 1 + random_() % kept);
    Commit commit = scribe.next(random_() % 4, random_() % 2'000);
    if (chance(30)) {
        const UserId uid{1 + random_() % kMembers};
        const auto former = group.members.find(uid);
        MemberRow row = member_row(uid, 1);
        if (former != group.members.end()) row.version = former->second.version + 1;
        if (chance(30)) {
            row.role = Role::none;
            row.left = commit.head.seq;
        }
        commit.members.push_back(row);
    }
    if (chance(30)) commit.user_events.push_back(lines_.draft({1 + random_() % kMembers}));
    if (kept > 30 && chance(20)) {
        commit.head.floor = scribe.head().floor + random_() % kept;
        if (commit.head.floor > scribe.head().floor) {
            commit.head.floor_digest = scribe.log()[commit.head.floor.value - 1].digest;
        }
    }
    return commit;
}

Finding World::commit_some(Store& store) {
    std::vector<Commit> commits;
    std::vector<Ledger*> whose;
    for (Ledger& group : groups_) {
        if (group.pending || !chance(50)) continue;
        commits.push_back(draft(group));
        whose.push_back(&group);
    }
    const std::vector<Outcome> outcomes = store.commit(commits);
    const bool heard = is_heard();
    for (std::size_t i = 0; i < commits.size(); ++i) {
        if (outcomes[i] == Outcome::done && heard) {
            whose[i]->accept(commits[i], lines_);
            ++tally_.commits_done;
        } else if (outcomes[i] == Outcome::unknown || outcomes[i] == Outcome::done) {
            whose[i]->pending = commits[i];
        } else {
            return "a commit that continues its group was not done";
        }
    }
    const bool unknown = std::ranges::count(outcomes, Outcome::unknown) > 0;
    if (unknown && !disk_->lost()) return "an outcome is unknown though nothing was lost";
    if (unknown || !heard) ++tally_.in_commit;
    if (unknown && store.next_term()) return "a term was handed out by an engine that had failed";
    return std::nullopt;
}

void World::report_reads(Store& store) {
    std::vector<Members::ReadPosition> positions;
    for (Ledger& group : groups_) {
        const UserId uid{1 + random_() % kMembers};
        const Seq read{random_() % (group.scribe.log().size() + 1)};
        if (!group.members.contains(uid)) continue;
        positions.push_back(
            {group.scribe.gid(), uid, read, {group.scribe.head().term.value + 2}, {1}});
        group.furthest_read[uid] = std::max(group.furthest_read[uid], read);
    }
    (void)store.advance_read(positions);  // No promise is made for it but that it never tears.
}

Finding World::add_user(Store& store) {
    const UserId uid{1 + users_.size()};
    const std::string name = "user" + std::to_string(uid.value);
    const Result<void> added = store.add_user({uid, name, name, "secret", kNoon});
    if (!added && !disk_->lost()) return "a user was not added though nothing was lost";
    users_[uid] = added.has_value() && is_heard();
    return std::nullopt;
}

Finding World::check(Store& store) {
    for (Ledger& group : groups_) {
        if (Finding finding = check_group(store, group)) {
            return "group " + std::to_string(group.scribe.gid().value) + ": " + *finding;
        }
    }
    if (Finding finding = lines_.differ(store)) return finding;
    const Result<Term> term = store.next_term();
    if (!term) return "the term cannot be read";
    if (*term <= last_term_) return "a term was given twice";
    last_term_ = *term;
    return check_users(store);
}

Finding World::check_group(Store& store, Ledger& group) {
    const Result<HeadRow> head = store.head(group.scribe.gid());
    if (!head && head.error().code != Code::not_found) return "the head cannot be read";
    const std::uint64_t version = head ? head->version : 0;

    std::optional<Commit> absent;
    if (group.pending && version == group.pending->head.version) {
        group.accept(*group.pending, lines_);
        ++tally_.unknown_kept;
    } else if (group.pending) {
        absent = std::move(group.pending);
        ++tally_.unknown_gone;
    }
    group.pending.reset();
    if (version != group.scribe.head().version) {
        return "version " + std::to_string(group.scribe.head().version) + " was acknowledged, " +
               std::to_string(version) + " is there";
    }
    if (absent) {
        if (Finding finding = check_absent(store, group, *absent)) return finding;
    }
    if (!head) return std::nullopt;
    // A head that was taken by a larger term, without a commit, may have kept it.
    HeadRow expected = group.scribe.head();
    if (head->term < expected.term) return "the term went back";
    expected.term = head->term;
    if (*head != expected) return "the head differs";
    group.scribe.set_term(std::max(head->term, Term{expected.term}));
    if (Finding finding = check_log(store, group, *head)) return finding;
    return check_members(store, group);
}

Finding World::check_log(Store& store, const Ledger& group, const HeadRow& head) {
    Digest digest = head.floor_digest;
    for (Seq from = head.floor + 1; from <= head.seq;) {
        const Result<EntryPage> page = store.entries(group.scribe.gid(), from, 200);
        if (!page) return "the log cannot be read";
        if (page->digest_before != digest) return "the log does not continue";
        for (const LogEntry& entry : page->entries) {
            if (entry.seq != from || !continues(digest, entry)) return "the chain is broken";
            if (*entry.bytes != *group.scribe.log()[from.value - 1].bytes)
                return "an entry differs";
            digest = entry.digest;
            ++from;
        }
    }
    if (digest != head.digest) return "the chain does not end at the head";
    for (const SentRow& row : group.scribe.sent()) {
        const auto found = store.sent(group.scribe.gid(), row.uid, row.cmid);
        if (!found) return "a sent row cannot be read";
        if (*found != row) return "a sent row is missing";
    }
    const auto all = store.sent_since(group.scribe.gid(), from_ms(0), 1'000'000);
    if (!all) return "sent rows cannot be read";
    if (all->size() != group.scribe.sent().size()) return "there are other sent rows";
    return std::nullopt;
}

Finding World::check_members(Store& store, const Ledger& group) {
    const auto rows = store.members(group.scribe.gid(), {}, 1'000);
    if (!rows) return "members cannot be read";
    if (rows->size() != group.members.size()) return "other members";
    for (const MemberRow& row : *rows) {
        const auto told = group.members.find(row.uid);
        if (told == group.members.end()) return "a member nobody wrote";
        MemberRow expected = told->second;
        expected.read = row.read;
        if (row != expected) return "a member differs";
        const auto furthest = group.furthest_read.find(row.uid);
        if (row.read > (furthest == group.furthest_read.end() ? Seq{} : furthest->second)) {
            return "a read position nobody reported";
        }
        const auto groups = store.memberships(row.uid, 100);
        if (!groups) return "memberships cannot be read";
        const bool listed = std::ranges::any_of(
            *groups, [&](const Membership& one) { return one.gid == group.scribe.gid(); });
        if (listed != is_member_now(row)) return "a member is not found from both sides";
    }
    return std::nullopt;
}

// Nothing of a commit that did not happen.
Finding World::check_absent(Store& store, const Ledger& group, const Commit& commit) {
    for (const SentRow& row : commit.sent) {
        const auto found = store.sent(commit.gid, row.uid, row.cmid);
        if (!found || found->has_value()) return "half a commit: a sent row";
    }
    for (const MemberRow& row : commit.members) {
        if (group.members.contains(row.uid)) continue;
        const auto found = store.member(commit.gid, row.uid);
        if (!found || found->has_value()) return "half a commit: a member";
    }
    return std::nullopt;
}

Finding World::check_users(Store& store) {
    for (auto& [uid, answered] : users_) {
        const auto by_id = store.user(uid);
        const auto by_name = store.user_by_name("user" + std::to_string(uid.value));
        if (!by_id || !by_name) return "a user cannot be read";
        if (*by_id != *by_name) return "half a user";
        if (answered && !by_id->has_value()) return "an acknowledged user is gone";
        answered = by_id->has_value();
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> find_answer_after_failure() {
    const auto disk = std::make_shared<PowerLossDisk>(1);
    auto store = open_rocks_on(std::make_shared<TestEnv>(disk), {.path = "/store"});
    if (!store) return "cannot be opened";
    Scribe scribe{{1}};
    const Commit first = scribe.next(3);
    if ((*store)->commit({&first, 1})[0] != Outcome::done) return "the first commit was not done";
    scribe.accept(first);
    disk->lose_now(Loss::disk);
    const Commit second = scribe.next(1);
    for (int i = 0; i < 2; ++i) {
        if ((*store)->commit({&second, 1})[0] != Outcome::unknown) return "commit";
    }
    // All of this is in memory and could be answered, but nobody knows what the disk holds.
    if ((*store)->head({1})) return "head";
    if ((*store)->take_head({1}, {9})) return "take_head";
    if ((*store)->entries({1}, {1}, 1)) return "entries";
    if ((*store)->first_at({1}, kNoon)) return "first_at";
    if ((*store)->sent({1}, first.sent[0].uid, first.sent[0].cmid)) return "sent";
    if ((*store)->sent_since({1}, kNoon, 10)) return "sent_since";
    if ((*store)->forget_sent_before(kNoon)) return "forget_sent_before";
    if ((*store)->member({1}, {1})) return "member";
    if ((*store)->members({1}, {}, 10)) return "members";
    if ((*store)->memberships({1}, 10)) return "memberships";
    if ((*store)->add_user({{1}, "Ann", "ann", "p", kNoon})) return "add_user";
    if ((*store)->user({1})) return "user";
    if ((*store)->user_by_name("ann")) return "user_by_name";
    if ((*store)->next_term()) return "next_term";
    if ((*store)->raise_epoch({})) return "raise_epoch";
    if ((*store)->members_by_name({1}, "", {}, Listed::members, 10)) return "members_by_name";
    if ((*store)->invite({1}, "a")) return "invite";
    if ((*store)->reactions_of({1}, {1}, {1}, {3})) return "reactions_of";
    if ((*store)->tallies({1}, {1}, {3})) return "tallies";
    if ((*store)->hidden({1}, {1}, {1}, {3})) return "hidden";
    if ((*store)->notes({1}, {1}, {1}, {3})) return "notes";
    if ((*store)->user_log({1}, 0, 10)) return "user_log";
    if ((*store)->groups({}, 10)) return "groups";
    if ((*store)->feed(0, 10)) return "feed";
    if ((*store)->forget_feed(1)) return "forget_feed";
    const auto same = [](const UserRow& kept) -> Result<UserRow> { return kept; };
    if ((*store)->change_user({1}, same)) return "change_user";
    if ((*store)->load_group({1}, {9}, kNoon)) return "load_group";
    if ((*store)->users_by_name("", "", 10)) return "users_by_name";
    if ((*store)->invites({1}, "", 10)) return "invites";
    if ((*store)->reactions_to({1}, {1}, "", {}, 10)) return "reactions_to";
    if ((*store)->account_changes(0, 10)) return "account_changes";
    const AuditRow row{.time = kNoon, .text = "{}"};
    if ((*store)->add_audit({&row, 1})) return "add_audit";
    if ((*store)->audit(0, 10)) return "audit";
    if ((*store)->forget_audit_before(kNoon)) return "forget_audit_before";
    if ((*store)->setting("a")) return "setting";
    if ((*store)->set_setting("a", "b")) return "set_setting";
    if ((*store)->replace_setting("a", {}, "b")) return "replace_setting";
    if ((*store)->settings("")) return "settings";
    return std::nullopt;
}

std::optional<std::string> find_silent_damage(std::uint64_t seed, int losses, int count,
                                              FlipTally& flips) {
    LossTally ignored;
    World world{seed, Loss::power, ignored};
    Finding finding;
    for (int i = 0; i < losses && !finding; ++i) finding = world.lose_once();
    return finding ? finding : world.flip_bytes(count, flips);
}

std::optional<std::string> find_loss(std::uint64_t seed, int losses, LossTally& tally) {
    LossTally mine;
    World world{seed, seed % 2 == 0 ? Loss::disk : Loss::power, mine};
    Finding finding;
    while (!finding && mine.losses < losses) finding = world.lose_once();
    tally.losses += mine.losses;
    tally.in_commit += mine.in_commit;
    tally.while_opening += mine.while_opening;
    tally.unknown_kept += mine.unknown_kept;
    tally.unknown_gone += mine.unknown_gone;
    tally.commits_done += mine.commits_done;
    tally.tears += mine.tears;
    tally.names_lost += mine.names_lost;
    return finding;
}

}  // namespace stentor::store
