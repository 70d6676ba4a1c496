#include "load/bench/great_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "auth/secrets.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/progress.h"
#include "load/bench/server_socket_floor.h"
#include "load/bench/shown_check.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kImportAtOnce = 10'000;
constexpr std::size_t kDescriptorsReserve = 300;  // Of a thread of the crowd.

std::vector<std::string> with_connections(std::vector<std::string> arguments, std::size_t count) {
    arguments.emplace_back("--set");
    arguments.push_back(fmt::format("server.connections={}", count));
    return arguments;
}

FanoutTimes times_of(crowd::Crowd& crowd) {
    const Histogram times = crowd.arrivals();
    return {.first = times.min(),
            .median = times.at(0.5),
            .p99 = times.at(0.99),
            .last = times.max(),
            .reached = times.count()};
}

}  // namespace

Chat chat_of(const BenchOptions& options) {
    const auto file =
        options.chat.empty() ? std::filesystem::path{"tests/data/made_up_chat.tsv"} : options.chat;
    auto chat = read_chat(file, 0);
    if (!chat || chat->lines.empty()) {
        throw std::runtime_error{"no chat in " + file.string() + ": name one with --chat"};
    }
    return std::move(*chat);
}

GreatGroup::GreatGroup(const Context& context, std::string section, Shape shape)
    : context_{context},
      section_{std::move(section)},
      shape_{std::move(shape)},
      chat_{chat_of(context.options)},
      testbed_{context, with_connections(shape_.server_arguments, shape_.watchers + kSpeakers)} {
    import_members();
    crowd::Plan plan{
        .address = testbed_.endpoint().address,
        .port = testbed_.endpoint().port,
        .key = auth::load_or_make_secrets(testbed_.own_server().secrets()).keys.front(),
        .first_uid = testbed_.fleet().user(0).value,
        .members = shape_.watchers,
        .members_a_thread = raise_descriptor_limit() - kDescriptorsReserve,
        .handshakes_at_once = shape_.handshakes_at_once,
        .sleepers = shape_.sleepers};
    plan.rooms.push_back({kGid, shape_.watchers});
    GroupId next{kGid.value + 1};
    for (const std::uint64_t size : shape_.further_rooms) {
        if (shape_.watches_all) plan.rooms.push_back({next, size});
        next.value += (shape_.watchers + size - 1) / size;
    }
    openings_at_once_ = std::min(plan.threads() * plan.handshakes_at_once, plan.members);
    crowd_ = std::make_unique<crowd::Crowd>(std::move(plan));
    bring_speakers();
}

void GreatGroup::import_members() {
    Progress progress{section_ + ": importing members"};
    testbed_.fill_record([&](store::Store& record) {
        MadeUpGroups made{record};
        std::vector<UserId> batch;
        const auto import = [&](GroupId gid, std::size_t first, std::size_t last) {
            for (std::size_t n = first; n < last; n += batch.size()) {
                batch.clear();
                for (std::size_t i = n; i < std::min(last, n + kImportAtOnce); ++i) {
                    batch.push_back(testbed_.fleet().user(i));
                }
                if (n == first) {
                    made.add(gid, batch, "");
                } else {
                    made.add_members(gid, batch);
                }
                progress.show(static_cast<double>(n) / static_cast<double>(shape_.watchers), "");
            }
        };
        import(kGid, 0, shape_.watchers);
        GroupId gid{kGid.value + 1};
        for (const std::uint64_t size : shape_.further_rooms) {
            for (std::size_t first = 0; first < shape_.watchers; first += size, ++gid.value) {
                import(gid, first, std::min<std::size_t>(shape_.watchers, first + size));
            }
        }
        made.finish();
    });
}

void GreatGroup::bring_speakers() {
    for (std::size_t i = 0; i < kSpeakers; ++i) {
        speakers_.push_back(
            &testbed_.fleet().add_as(testbed_.fleet().user(shape_.watchers + i), true, true));
    }
    testbed_.fleet().connect_all();
    testbed_.fleet().join_all({kGid}, 0, testbed_.fleet().size());
}

bool GreatGroup::wait_until(const std::function<bool()>& done, Millis within) {
    return testbed_.fleet().run_until(done, within,
                                      [&] { timeline_.look(testbed_.own_server(), *crowd_); });
}

void GreatGroup::run_for(Millis span) {
    (void)wait_until([] { return false; }, span);
}

bool GreatGroup::gather(std::size_t count, Millis within) {
    Progress progress{fmt::format("{}: {} connect", section_, count)};
    gathered_ = std::min(count, crowd_->size());
    crowd_->connect(gathered_);
    return wait_until(
        [&] {
            const std::uint64_t there = crowd_->watching();
            progress.show(static_cast<double>(there) / static_cast<double>(gathered_),
                          fmt::format("{} watch", there));
            return there == gathered_;
        },
        within);
}

void GreatGroup::claim(std::uint64_t seq) {
    crowd_->claim(speakers_.front()->client().cursor(kGid)->epoch().value, seq);
}

double GreatGroup::start_again() {
    const double took_s = testbed_.own_server().start();
    testbed_.retarget();
    crowd_->set_server(testbed_.endpoint().port);
    return took_s;
}

void GreatGroup::post(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, ++said_) {
        const ChatLine& line = chat_.lines[said_ % chat_.lines.size()];
        speakers_[line.sender % speakers_.size()]->send(kGid, line.text, Clock::now());
    }
    head_ += count;
}

FanoutTimes GreatGroup::say(std::size_t count, Millis within) {
    crowd_->aim(head_ + count, Clock::now());
    post(count);
    (void)wait_until([&] { return crowd_->reached() == gathered_; }, within);
    return times_of(*crowd_);
}

FanoutTimes GreatGroup::drill(ServerSocketFloor& floor, const std::string& frame, Millis within) {
    const std::uint64_t before = crowd_->counts().drills;
    crowd_->drill(true, Clock::now());
    const std::uint64_t cpu_ns = floor.send(frame);
    (void)wait_until([&] { return crowd_->reached() == before + gathered_; }, within);
    FanoutTimes times = times_of(*crowd_);
    crowd_->drill(false, Clock::now());
    times.cpu = cpu_ns;
    return times;
}

void GreatGroup::conclude() {
    testbed_.conclude(section_);
    const crowd::Counts counts = crowd_->counts();
    if (counts.violations() > 0) {
        context_.findings.fail(
            section_, fmt::format("{} gaps, {} repeated, {} unlike, {} unreadable, {} resets, {} "
                                  "turned away",
                                  counts.gaps, counts.repeated, counts.unlike, counts.unreadable,
                                  counts.resets, counts.turned_away));
    }
    crowd_->vanish();
    compare_with_log();
}

void GreatGroup::compare_with_log() {
    crowd::ShownLog shown;
    if (!crowd_->merge_shown(kGid, shown)) {
        context_.findings.fail(section_, "two members were shown different entries");
    }
    testbed_.own_server().stop();
    const auto record = context_.options.open_record(testbed_.own_server().folder());
    const ShownCheck check = check_shown(shown, head_, [&](std::uint64_t seq) {
        const auto page = record->entries(kGid, {seq}, 1);
        std::optional<pb::Entry> entry{std::in_place};
        if (!page || page->entries.empty() ||
            !entry->ParseFromString(*page->entries.front().bytes)) {
            entry.reset();
        }
        return entry;
    });
    if (!check.fault.empty()) context_.findings.fail(section_, check.fault);
    if (const auto head = record->head(kGid); !head || head->seq.value != head_) {
        context_.findings.fail(section_, fmt::format("the log's head is not {}", head_));
    }
    context_.findings.note(section_, fmt::format("{} entries that were shown compared with the "
                                                 "log, all of {}",
                                                 check.compared, head_));
}

}  // namespace stentor::bench
