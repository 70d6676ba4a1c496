// Very many groups, of which few are active: what a cold one costs in memory once its place in
// somebody's list is known, and how long it takes to open one that nobody has opened yet, while the
// others go on.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "base/limits.h"
#include "client/commands.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/progress.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr std::uint64_t kFirstGid = std::uint64_t{1} << 41U;
constexpr std::size_t kMembers = 10;     // Of a group.
constexpr std::size_t kGroupsOfA = 100;  // Groups with the same ten members, one after the other.
constexpr std::size_t kActiveGroups = 10'000;
constexpr std::size_t kOpeners = 50;
constexpr std::size_t kListersAtOnce = 50;
constexpr double kActiveSeconds = 60;
constexpr double kAimedBytes = 100;
constexpr std::size_t kToFillTheCache = 1'000'000;
constexpr double kAimedMs = 20;
constexpr Millis kPatience{60'000};

// The n-th group's members are ten users of the n/100-th block; the first of each block connects.
struct Blocks {
    std::size_t count;

    [[nodiscard]] std::size_t groups() const { return count * kGroupsOfA; }
    [[nodiscard]] static GroupId gid(std::size_t n) { return {kFirstGid + n}; }
    [[nodiscard]] static std::size_t first_user(std::size_t block) { return block * kMembers; }
};

void fill(Testbed& testbed, const Blocks& blocks) {
    Progress progress{"groups: filling"};
    testbed.fill_record([&](store::Store& record) {
        MadeUpGroups made{record};
        for (std::size_t n = 0; n < blocks.groups(); ++n) {
            std::array<UserId, kMembers> members;
            for (std::size_t i = 0; i < kMembers; ++i) {
                members[i] = testbed.fleet().user(Blocks::first_user(n / kGroupsOfA) + i);
            }
            made.add(Blocks::gid(n), members, "the first message");
            progress.show(static_cast<double>(n) / static_cast<double>(blocks.groups()), "");
        }
        made.finish();
    });
}

Member& add_first_of(Testbed& testbed, std::size_t block) {
    return testbed.fleet().add_as(testbed.fleet().user(Blocks::first_user(block)), false, true);
}

pb::ClientFrame list_whole_page() {
    pb::ClientFrame command = client::list_command();
    command.mutable_list()->set_count(limits::kListPage);
    return command;
}

// Somebody of each block comes, sees their list and goes.
void list_all(Testbed& testbed, std::size_t first, std::size_t last) {
    Progress progress{"groups: lists"};
    for (std::size_t begin = first; begin < last; begin += kListersAtOnce) {
        std::vector<Member*> wave;
        for (std::size_t block = begin; block < std::min(last, begin + kListersAtOnce); ++block) {
            wave.push_back(&add_first_of(testbed, block));
        }
        testbed.fleet().connect_all();
        std::set<Member*> waiting{wave.begin(), wave.end()};
        // A page that the owner has no time for is asked for again.
        std::set<Member*> to_ask = waiting;
        std::string refusal = "no answer";
        const auto ask = [&] {
            std::erase_if(to_ask, [&](Member* member) {
                return member->ask(list_whole_page(), [&, member](const pb::ServerFrame& frame,
                                                                  auto) {
                    if (frame.groups().groups_size() == kGroupsOfA) {
                        waiting.erase(member);
                    } else {
                        refusal = name_of(Code{static_cast<std::uint16_t>(frame.refused().code())});
                        to_ask.insert(member);
                    }
                });
            });
        };
        if (!testbed.fleet().run_until([&] { return waiting.empty(); }, kPatience, ask)) {
            throw std::runtime_error{
                fmt::format("{} did not get their lists; {}", waiting.size(), refusal)};
        }
        for (Member* member : wave) member->stop();
        progress.show(static_cast<double>(begin - first) / static_cast<double>(last - first), "");
    }
    testbed.fleet().run_for(Millis{2'000});
}

pb::ClientFrame send_command(Member& member, GroupId gid) {
    pb::Body body;
    body.set_text("news");
    pb::ClientFrame command;
    command.mutable_send()->set_gid(gid.value);
    command.mutable_send()->set_cmid(std::string{member.fresh_cmid().view()});
    command.mutable_send()->set_body(body.SerializeAsString());
    return command;
}

// One message in each of the active groups within a minute; meanwhile cold ones are opened.
class ActiveMinute {
public:
    ActiveMinute(Testbed& testbed, std::vector<Member*> senders, std::vector<Member*> openers)
        : testbed_{testbed}, senders_{std::move(senders)}, openers_{std::move(openers)} {}

    void run() {
        Progress progress{"groups: a minute"};
        const std::size_t sends_due = senders_.size() * kGroupsOfA;
        const std::size_t opens_due = openers_.size() * kGroupsOfA / 2;
        const auto begin = Clock::now();
        std::size_t sent = 0;
        std::size_t opened = 0;
        const auto done = [&] { return answered_ == sends_due + opens_due; };
        const bool came = testbed_.fleet().run_until(done, Millis{2 * 60'000}, [&] {
            const std::chrono::duration<double> gone = Clock::now() - begin;
            const double part = std::min(1.0, gone.count() / kActiveSeconds);
            for (; sent < static_cast<std::size_t>(part * static_cast<double>(sends_due)); ++sent) {
                send(sent);
            }
            for (; opened < static_cast<std::size_t>(part * static_cast<double>(opens_due));
                 ++opened) {
                open(opened);
            }
            progress.show(part, fmt::format("{} sent, {} opened", sent, opened));
        });
        if (!came) throw std::runtime_error{"not everything was answered"};
    }

    Histogram sends;
    Histogram opens;
    std::size_t refused{};

private:
    void send(std::size_t n) {
        Member& member = *senders_[n % senders_.size()];
        const std::size_t block = n % senders_.size();
        const GroupId gid = Blocks::gid(block * kGroupsOfA + n / senders_.size());
        const bool asked =
            member.ask(send_command(member, gid), [this](const pb::ServerFrame& frame, auto took) {
                count(frame.has_sent(), sends, took);
            });
        if (!asked) count(false);
    }

    void open(std::size_t n) {
        Member& member = *openers_[n % openers_.size()];
        const std::size_t block = senders_.size() + n % openers_.size();
        const GroupId gid = Blocks::gid(block * kGroupsOfA + n / openers_.size());
        const bool asked = member.ask(
            client::open_command(gid),
            [this, gid, &member](const pb::ServerFrame& frame, auto took) {
                const bool whole = frame.has_opened() && frame.opened().entries_size() == 1;
                count(whole, opens, took);
                (void)member.ask(client::close_command(gid), [](const pb::ServerFrame&, auto) {});
            });
        if (!asked) count(false);
    }

    void count(bool good) {
        ++answered_;
        if (!good) ++refused;
    }
    void count(bool good, Histogram& into, std::chrono::nanoseconds took) {
        count(good);
        into.add(static_cast<std::uint64_t>(took.count()));
    }

    Testbed& testbed_;
    std::vector<Member*> senders_;
    std::vector<Member*> openers_;
    std::size_t answered_{};
};

double bytes_each(std::uint64_t before, std::uint64_t after, std::size_t count) {
    return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(count);
}

void tell(const Context& context, const ActiveMinute& minute) {
    auto& findings = context.findings;
    for (const double part : {0.5, 0.99}) {
        findings.figure("groups", fmt::format("first open of a cold group, p{:g}", part * 100),
                        static_cast<double>(minute.opens.at(part)) / 1e6, "ms");
    }
    findings.figure("groups", "answer to the first send in a cold group, p99",
                    static_cast<double>(minute.sends.at(0.99)) / 1e6, "ms");
    Plot plot{"First open of a cold group", "percent of opens", "ms", {{"open", {}}}};
    for (int part = 0; part <= 99; ++part) {
        plot.series[0].points.emplace_back(
            part, static_cast<double>(minute.opens.at(part / 100.0)) / 1e6);
    }
    findings.plot("groups", plot);
    if (static_cast<double>(minute.opens.at(0.99)) / 1e6 > kAimedMs) {
        findings.fail("groups", fmt::format("first open p99 above {} ms", kAimedMs));
    }
    if (minute.refused > 0) {
        findings.fail("groups", fmt::format("{} sends and opens refused", minute.refused));
    }
}

}  // namespace

void measure_groups(const Context& context) {
    auto& findings = context.findings;
    Testbed testbed{context, {"--set", "search.index=false"}};
    const Blocks blocks{std::max<std::size_t>(4, context.options.groups / kGroupsOfA)};
    fill(testbed, blocks);
    const std::size_t active = std::min(kActiveGroups / kGroupsOfA, blocks.count / 4);
    const std::size_t opened = std::min(kOpeners, blocks.count / 4);
    std::vector<Member*> members;
    for (std::size_t block = 0; block < active + opened; ++block) {
        members.push_back(&add_first_of(testbed, block));
    }
    testbed.fleet().connect_all();
    testbed.fleet().run_for(Millis{3'000});
    const ServerProcess& server = testbed.own_server();
    // The store's cache of what it read is bounded, and no group's: it is filled first.
    const std::size_t warm = active + opened + blocks.count * 6 / 10;
    list_all(testbed, active + opened, warm);
    const std::uint64_t at_first = server.own_bytes();
    list_all(testbed, warm, blocks.count);
    const std::uint64_t listed = server.own_bytes();
    const std::size_t cold = (blocks.count - warm) * kGroupsOfA;
    const double each = bytes_each(at_first, listed, cold);
    findings.figure("groups", "groups of 10 members", static_cast<double>(blocks.groups()), "");
    findings.figure("groups", "server's own memory before", static_cast<double>(at_first) / 1e6,
                    "MB");
    findings.figure("groups", "for each cold group, once its members saw their lists", each,
                    "bytes");

    const auto split = members.begin() + static_cast<std::ptrdiff_t>(active);
    ActiveMinute minute{testbed, {members.begin(), split}, {split, members.end()}};
    const ServerCpu cpu{server};
    minute.run();
    findings.figure(
        "groups", "for each group that was sent to or opened since",
        bytes_each(listed, server.own_bytes(), minute.sends.count() + minute.opens.count()),
        "bytes");
    findings.figure("groups", "server's CPU in the active minute", cpu.seconds(), "s");
    tell(context, minute);
    // With fewer groups the store's cache is still growing, and the figure says more of that.
    if (blocks.groups() >= kToFillTheCache && each > kAimedBytes) {
        findings.fail("groups", fmt::format("above {} bytes for a cold group", kAimedBytes));
    }
    testbed.conclude("groups");
}

}  // namespace stentor::bench
