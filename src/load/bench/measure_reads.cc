// What the read positions of a million reading members take from sends. Clients report so seldom in
// a large group that all together come to kReportsPerSecond (docs/protocol.md, Read); so many are
// made here, by as many distinct members as one process can connect, while sends in another group
// keep the store as busy as it can be.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/limits.h"
#include "client/commands.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/progress.h"
#include "load/bench/sample.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr double kReportsPerSecond = 2'000;
constexpr GroupId kRead{std::uint64_t{1} << 41U};
constexpr std::size_t kReaders = 10'000;
// Before a window the owner of the group is made to look at so many others that their memory is as
// full as a million make it: then it forgets whoever was quiet for a second, and each report has to
// be looked up.
constexpr std::size_t kLooks = limits::kMembersCached + 1'000;
constexpr std::size_t kKeepers = 8;  // Connections of the group's owner, for that.
constexpr std::size_t kSenders = 64;
constexpr std::size_t kWatchers = 10;
constexpr std::size_t kStartsAtOnce = 200;
constexpr Millis kPatience{120'000};
constexpr Millis kForgets{3'000};
constexpr double kAimedPercent = 5;

// A member who only opens the group and says how far they have read.
class Reader final : public Peer {
public:
    struct Shared {
        Fleet& fleet;
        Loop& loop;
        std::size_t ready{};
        std::size_t answered{};
        std::string trouble{};
    };
    Reader(Shared& shared, UserId uid, bool lifted) : shared_{shared}, uid_{uid}, lifted_{lifted} {}

    void read(Seq seq) { say(client::read_command({.gid = kRead, .epoch = epoch_, .seq = seq})); }

    // Lifts a ban that is none: nothing is written, but their row is looked up.
    void look_at(UserId other) { say(client::ban_command(kRead, other, false)); }

    void on_open() override {
        pb::ClientFrame frame;
        pb::Hello& hello = *frame.mutable_hello();
        hello.set_token(shared_.fleet.token_of(uid_, lifted_));
        hello.set_device(uid_.value);
        hello.set_client("stentor-bench/1");
        hello.set_version(1);
        say(frame);
    }
    void on_message(std::string_view bytes) override {
        pb::ServerFrame frame;
        if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return odd("?");
        if (frame.has_welcome()) return say(client::open_command(kRead));
        if (frame.has_opened()) {
            epoch_ = {frame.opened().epoch()};
            ++shared_.ready;
        } else if (frame.has_done()) {
            ++shared_.answered;
        } else if (frame.has_refused()) {
            odd(name_of(Code{static_cast<std::uint16_t>(frame.refused().code())}));
        }
    }
    void on_closed() override {
        if (epoch_ != Epoch{}) return odd("a connection was lost");
        shared_.loop.wake_at(*this, now() + Millis{200});
    }
    void on_wake() override { shared_.loop.open(*this); }

private:
    void say(pb::ClientFrame frame) {
        frame.set_request_id(++requests_);
        shared_.loop.send(*this, frame.SerializeAsString());
    }
    void odd(std::string_view what) {
        if (shared_.trouble.empty()) shared_.trouble = what;
    }

    Shared& shared_;
    UserId uid_;
    bool lifted_;
    Epoch epoch_;
    std::uint32_t requests_{};
};

// What a while cost the server, and what it did in it.
struct Window {
    double seconds{};
    double committer_s{};  // Of CPU.
    double owner_s{};      // Of workers, committers and loaders.
    double all_s{};
    double sends{};
    double reads{};
};

using Readers = std::vector<std::unique_ptr<Reader>>;

class Setting {
public:
    explicit Setting(const Context& context)
        : context_{context}, testbed_{context, {"--set", "search.index=false"}} {
        if (context.options.members < kLooks + 2 * kReaders) {
            throw std::runtime_error{fmt::format("at least {} --members", kLooks + 2 * kReaders)};
        }
        fill();
        load_ = one_group(testbed_, kSenders, kWatchers);
        owner_ = &testbed_.fleet().add_as(reader(0), true, true);
        testbed_.fleet().connect_all();
        owner_->join(kRead);
        testbed_.fleet().join_all({}, testbed_.fleet().size() - 1, testbed_.fleet().size());
    }
    ~Setting() { hang_up(); }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;

    void run() {
        Progress progress{"reads"};
        const std::size_t rounds = context_.options.rounds;
        bring(keepers_, 0, kKeepers);
        bring(readers_, 1, kReaders);
        for (std::size_t round = 0; round < rounds; ++round) {
            progress.show(static_cast<double>(round) / static_cast<double>(rounds), "");
            fill_owners_memory();
            const Window reads = window(false, true);
            Window without;
            const bool first = round % 2 == 0;
            if (first) without = window(true, false);
            fill_owners_memory();
            const Window with = window(true, true);
            if (!first) without = window(true, false);
            add(reads, with, without);
        }
        tell();
        hang_up();
        testbed_.conclude("reads");
    }

private:
    // Above those that the fleet gives to senders and watchers.
    [[nodiscard]] UserId reader(std::size_t n) const { return testbed_.fleet().user(1'000 + n); }

    void fill() {
        Progress progress{"reads: filling"};
        testbed_.fill_record([&](store::Store& record) {
            std::vector<UserId> members;
            for (std::size_t n = 0; n < context_.options.members; ++n) members.push_back(reader(n));
            MadeUpGroups made{record};
            made.add(kRead, members, "");
            made.finish();
        });
    }

    void hang_up() {
        for (Readers* all : {&readers_, &keepers_}) {
            for (const auto& each : *all) testbed_.world().loop.close(*each);
            all->clear();
        }
    }

    void bring(Readers& readers, std::size_t first, std::size_t count) {
        shared_.ready = 0;
        const auto each = [&] {
            while (readers.size() < count && readers.size() < shared_.ready + kStartsAtOnce) {
                const UserId uid = reader(first == 0 ? 0 : first + readers.size());
                readers.push_back(std::make_unique<Reader>(shared_, uid, first == 0));
                testbed_.world().loop.open(*readers.back());
            }
        };
        if (!testbed_.fleet().run_until([&] { return shared_.ready == count; }, kPatience, each)) {
            throw std::runtime_error{"the readers did not come in: " + shared_.trouble};
        }
    }

    void fill_owners_memory() {
        const std::size_t before = shared_.answered;
        const std::size_t count = kLooks;
        std::size_t asked = 0;
        const auto looked_at = [&] { return shared_.answered - before; };
        const auto each = [&] {
            for (; asked < count && asked - looked_at() < kKeepers * limits::kCommandsInFlight;
                 ++asked) {
                keepers_[asked % kKeepers]->look_at(reader(kReaders + 1 + asked));
            }
        };
        if (!testbed_.fleet().run_until([&] { return looked_at() == count; }, kPatience, each)) {
            throw std::runtime_error{"members could not be looked up: " + shared_.trouble};
        }
        say_news();
        testbed_.fleet().run_for(kForgets);
    }

    void say_news() {
        const Seq before = owner_->client().cursor(kRead)->seq();
        owner_->send(kRead, "news", Clock::now());
        const auto there = [&] { return owner_->client().cursor(kRead)->seq() > before; };
        if (!testbed_.fleet().run_until(there, kPatience)) {
            throw std::runtime_error{"the message was not stored"};
        }
    }

    Window window(bool sends, bool reads) {
        const Seq seq = owner_->client().cursor(kRead)->seq();
        const double most = static_cast<double>(readers_.size()) / kReportsPerSecond;
        const double span = std::min(context_.options.seconds, most);
        const std::uint64_t sent = testbed_.world().sent;
        const std::size_t answered = shared_.answered;
        std::size_t said = 0;
        const ServerCpu cpu{testbed_.own_server()};
        const auto begin = Clock::now();
        const auto gone = [&] {
            return std::chrono::duration<double>(Clock::now() - begin).count();
        };
        while (gone() < span) {
            if (sends) load_.pressure.push();
            const auto due = static_cast<std::size_t>(gone() * kReportsPerSecond);
            for (; reads && said < std::min(due, readers_.size()); ++said) {
                readers_[said]->read(seq);
            }
            testbed_.world().loop.turn(Millis{1});
        }
        const Window made{.seconds = gone(),
                          .committer_s = cpu.seconds({"committer"}),
                          .owner_s = cpu.seconds({"worker", "committer", "loader"}),
                          .all_s = cpu.seconds(),
                          .sends = static_cast<double>(testbed_.world().sent - sent),
                          .reads = static_cast<double>(shared_.answered - answered)};
        const auto all_answered = [&] {
            return shared_.answered - answered == said && testbed_.fleet()[0].idle();
        };
        if (!testbed_.fleet().run_until(all_answered, kPatience) || !shared_.trouble.empty()) {
            throw std::runtime_error{"a read position was not taken: " + shared_.trouble};
        }
        return made;
    }

    void add(const Window& reads, const Window& with, const Window& without) {
        capacity_.values.push_back(without.sends / without.seconds);
        ratio_.values.push_back(with.sends / with.seconds * without.seconds / without.sends);
        taken_.values.push_back(with.reads / with.seconds);
        send_us_.values.push_back(without.all_s * 1e6 / without.sends);
        report_us_.values.push_back(reads.all_s * 1e6 / reads.reads);
        owner_us_.values.push_back(reads.owner_s * 1e6 / reads.reads);
        committer_us_.values.push_back(reads.committer_s * 1e6 / reads.reads);
        share_.values.push_back(reads.committer_s / reads.seconds * 100);
    }

    void tell() {
        auto& findings = context_.findings;
        Table table{"Read positions of a million reading members", {"", "median"}, {}};
        const auto row = [&](const char* what, const Sample& sample, const char* form) {
            table.rows.push_back({what, sample.with_spread(form)});
        };
        row("sends acknowledged a second without reports", capacity_, "{:.0f}");
        row("reports answered a second beside sends", taken_, "{:.0f}");
        row("sends a second with reports over without", ratio_, "{:.3f}");
        row("server's CPU for a send, us", send_us_, "{:.1f}");
        row("server's CPU for a report, us", report_us_, "{:.1f}");
        row("of it ordering, looking up and writing, us", owner_us_, "{:.1f}");
        row("of it the committer's, us", committer_us_, "{:.1f}");
        row("committer's CPU time for reports alone, %", share_, "{:.2f}");
        findings.table("reads", std::move(table));
        findings.note(
            "reads",
            fmt::format("{} members in the record; {:.0f} reports a second, each of "
                        "another member whom the owner has to look up; sends in another "
                        "group, which is not indexed for search; {} rounds, in brackets the least "
                        "and the largest. The clients that send and report run on the same cores: "
                        "sends with reports over those without tell of their work too, and are not "
                        "judged.",
                        context_.options.members, kReportsPerSecond, context_.options.rounds));
        findings.figure("reads", "committer's CPU time for reports alone", share_.at(0.5), "%");
        if (share_.at(0.5) > kAimedPercent) {
            findings.fail("reads", fmt::format("above {} %", kAimedPercent));
        }
    }

    const Context& context_;
    mutable Testbed testbed_;
    OneGroup load_;
    Member* owner_{};
    Reader::Shared shared_{testbed_.fleet(), testbed_.world().loop};
    Readers readers_;
    Readers keepers_;
    Sample capacity_, ratio_, taken_, send_us_, report_us_, owner_us_, committer_us_, share_;
};

}  // namespace

void measure_reads(const Context& context) { Setting{context}.run(); }

}  // namespace stentor::bench
