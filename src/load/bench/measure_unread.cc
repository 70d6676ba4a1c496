// What it costs that very many members have something unread: the same messages and the same
// connections over groups of five members and of five thousand, all of whom are connected and look
// at other groups. In the end the counts of random members are held against a model.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "base/limits.h"
#include "client/commands.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/progress.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"
#include "load/bench/unread_model.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kGroups = 100;
constexpr std::size_t kUsers = 10'000;
constexpr std::size_t kFew = 5;
constexpr std::size_t kMany = 5'000;
constexpr double kRate = 10;  // Messages a second in each group.
constexpr std::size_t kChecked = 200;
constexpr double kAimedCores = 0.02;
// Badges are told once in a period, until one is at 99+ and has nothing more to tell.
constexpr Millis kBadgesSettle{limits::kBadgesEvery + Millis{15'000}};
constexpr std::size_t kRounds = 5;  // Of options.seconds each; the median counts.
constexpr Millis kPatience{60'000};

constexpr GroupId busy(std::size_t n) { return {(std::uint64_t{1} << 41U) + n}; }
constexpr GroupId quiet(std::size_t n) { return {(std::uint64_t{1} << 42U) + n}; }

// By kinds of threads, in parts of a core.
struct Use {
    double numbering{};  // Workers and committers.
    double asking{};     // Loaders and the hub: badges come this way.
    double sockets{};    // Shards.
    double rest{};       // What the store puts in order behind everybody's back, mostly.

    [[nodiscard]] double counting() const { return numbering + asking; }
    [[nodiscard]] double all() const { return numbering + asking + sockets + rest; }
};

// Users 0 to 9,999 are connected and each watches one of a hundred quiet groups; user 10,000 + n
// writes in the n-th busy group, and watches it so that every entry is checked.
class Setting {
public:
    Setting(const Context& context, std::size_t members)
        : context_{context}, testbed_{context, {"--set", "search.index=false"}}, members_{members} {
        fill();
        for (std::size_t i = 0; i < kUsers + kGroups; ++i) testbed_.fleet().add(true, true);
        testbed_.fleet().connect_all();
        for (std::size_t i = 0; i < kUsers; ++i) testbed_.fleet()[i].join(quiet(i % kGroups));
        for (std::size_t n = 0; n < kGroups; ++n) testbed_.fleet()[kUsers + n].join(busy(n));
        testbed_.fleet().join_all({}, 0, kUsers + kGroups);
    }

    struct Uses {
        Use first;  // While badges are told.
        Use later;
    };
    Uses measure() {
        write_for(Millis{2'000});
        Uses uses{.first = write_for(kBadgesSettle)};
        std::vector<Use> rounds;
        const Millis round{static_cast<std::int64_t>(context_.options.seconds * 1e3)};
        for (std::size_t i = 0; i < kRounds; ++i) rounds.push_back(write_for(round));
        std::ranges::sort(rounds, {}, &Use::counting);
        uses.later = rounds[kRounds / 2];
        return uses;
    }

    void check() {
        if (!testbed_.fleet().settle(kPatience))
            throw std::runtime_error{"not everything was sent"};
        for (std::size_t n = 0; n < kGroups; ++n) {
            for (std::size_t i = 0; i < written_; ++i) {
                if (i % kGroups == n) model_.on_entry(busy(n), testbed_.fleet()[kUsers + n].uid());
            }
        }
        for (std::size_t i = 0; i < kChecked; ++i) check_one();
        context_.findings.figure("unread", where("counts held against the model"), kChecked, "");
        testbed_.conclude("unread");
    }

    [[nodiscard]] std::string where(const std::string& what) const {
        return fmt::format("{}, {} members", what, members_);
    }

private:
    [[nodiscard]] std::size_t member(std::size_t group, std::size_t i) const {
        return (group * members_ + i) % kUsers;
    }

    void fill() {
        testbed_.fill_record([&](store::Store& record) {
            MadeUpGroups made{record};
            for (std::size_t n = 0; n < kGroups; ++n) {
                std::vector<UserId> uids{testbed_.fleet().user(kUsers + n)};
                for (std::size_t i = 0; i < members_; ++i) {
                    uids.push_back(testbed_.fleet().user(member(n, i)));
                }
                made.add(busy(n), uids, "");
                uids.clear();
                for (std::size_t i = n; i < kUsers; i += kGroups) {
                    uids.push_back(testbed_.fleet().user(i));
                }
                made.add(quiet(n), uids, "");
            }
            made.finish();
        });
    }

    // Open loop: each message has its time.
    Use write_for(Millis time) {
        Progress progress{where("unread")};
        const ServerCpu cpu{testbed_.own_server()};
        const auto begin = Clock::now();
        const auto gap = std::chrono::duration<double>{1 / (kRate * kGroups)};
        for (std::size_t n = 0; Clock::now() < begin + time;) {
            const auto due = [&] {
                return begin +
                       std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(n));
            };
            for (; due() <= Clock::now(); ++n, ++written_) {
                const std::size_t group = written_ % kGroups;
                testbed_.fleet()[kUsers + group].send(busy(group), "news", due());
            }
            testbed_.world().loop.turn(Millis{1});
            progress.show(std::chrono::duration<double>(Clock::now() - begin) /
                              std::chrono::duration<double>(time),
                          fmt::format("{} acknowledged", testbed_.world().sent));
        }
        const std::chrono::duration<double> took = Clock::now() - begin;
        const double seconds = took.count();
        Use use{.numbering = cpu.seconds({"worker", "committer"}) / seconds,
                .asking = cpu.seconds({"loader", "hub"}) / seconds,
                .sockets = cpu.seconds({"shard"}) / seconds};
        use.rest = cpu.seconds() / seconds - use.all();
        return use;
    }

    // A random member reads up to a random entry, writes a little themselves, and somebody else
    // writes.
    void check_one() {
        const std::size_t group = testbed_.world().loop.random() % kGroups;
        Member& owner = testbed_.fleet()[kUsers + group];
        Member& reader = testbed_.fleet()[member(group, testbed_.world().loop.random() % members_)];
        const GroupId gid = busy(group);
        const Seq head = model_.head(gid);
        const Seq read{head.value - std::min(head.value, testbed_.world().loop.random() % 130)};
        const Epoch epoch = owner.client().cursor(gid)->epoch();
        (void)testbed_.fleet().ask(reader, client::open_command(gid));
        const auto done = testbed_.fleet().ask(
            reader, client::read_command({.gid = gid, .epoch = epoch, .seq = read}));
        if (!done.frame.has_done()) throw std::runtime_error{"a read position was not taken"};
        (void)testbed_.fleet().ask(reader, client::close_command(gid));
        model_.on_read(gid, reader.uid(), read);
        write(reader, gid, testbed_.world().loop.random() % 3);
        write(owner, gid, testbed_.world().loop.random() % 3);
        compare(reader, gid);
    }

    void write(Member& who, GroupId gid, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            who.send(gid, "more", Clock::now());
            model_.on_entry(gid, who.uid());
        }
        if (!testbed_.fleet().run_until([&] { return who.idle(); }, kPatience)) {
            throw std::runtime_error{"a send was not answered"};
        }
    }

    // A read position is answered a moment before it is in the record, from which lists are made.
    void compare(Member& reader, GroupId gid) {
        const std::uint32_t expected = model_.unread(gid, reader.uid());
        std::optional<std::uint32_t> told;
        const auto end = Clock::now() + std::chrono::seconds{2};
        do {
            told = listed_unread(reader, gid);
        } while (told != expected && Clock::now() < end);
        if (told == expected) return;
        context_.findings.fail(
            "unread",
            fmt::format("{} of group {} has {} unread, and was told {}", reader.uid().value,
                        gid.value, expected, told ? std::to_string(*told) : "nothing"));
    }

    std::optional<std::uint32_t> listed_unread(Member& reader, GroupId gid) {
        std::string cursor;
        do {
            const auto page = testbed_.fleet().ask(reader, client::list_command(cursor));
            for (const pb::GroupSummary& summary : page.frame.groups().groups()) {
                if (summary.gid() == gid.value) return summary.unread();
            }
            cursor = page.frame.groups().next();
        } while (!cursor.empty());
        return std::nullopt;
    }

    const Context& context_;
    Testbed testbed_;
    std::size_t members_;
    std::size_t written_{};
    UnreadModel model_;
};

void tell(Findings& findings, const std::string& what, const Use& use) {
    findings.figure("unread", what + ": ordering and committing", use.numbering * 100,
                    "% of a core");
    findings.figure("unread", what + ": answering questions", use.asking * 100, "% of a core");
    findings.figure("unread", what + ": sockets", use.sockets * 100, "% of a core");
    findings.figure("unread", what + ": the rest", use.rest * 100, "% of a core");
}

Setting::Uses measure_setting(const Context& context, std::size_t members) {
    Setting setting{context, members};
    const Setting::Uses uses = setting.measure();
    tell(context.findings, setting.where("while badges are told"), uses.first);
    tell(context.findings, setting.where("counting"), uses.later);
    setting.check();
    return uses;
}

}  // namespace

void measure_unread(const Context& context) {
    raise_descriptor_limit();
    const Setting::Uses few = measure_setting(context, kFew);
    const Setting::Uses many = measure_setting(context, kMany);
    const double counting = many.later.counting() - few.later.counting();
    auto& findings = context.findings;
    findings.figure("unread", "more for counting, 5,000 members against 5", counting * 100,
                    "% of a core");
    findings.figure("unread", "more while badges are told, 5,000 members against 5",
                    (many.first.all() - few.first.all()) * 100, "% of a core");
    if (counting > kAimedCores) {
        findings.fail("unread", fmt::format("above {} % of a core", kAimedCores * 100));
    }
}

}  // namespace stentor::bench
