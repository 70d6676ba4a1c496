#include "load/bench/member.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "load/bench/arrivals.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kReasonsKept = 10;

}  // namespace

Member::Member(World& world, UserId uid, std::string token, bool watches)
    : world_(world),
      uid_(uid),
      watches_(watches),
      client_(*this, world.settings, std::move(token), DeviceId{uid.value}) {}

Cmid Member::fresh_cmid() {
    std::array<std::uint64_t, 2> random{world_.loop.random(), world_.loop.random()};
    std::array<std::uint8_t, 10> bytes{};
    std::memcpy(bytes.data(), random.data(), bytes.size());
    return Cmid::made_at(client_.server_time(now()), bytes);
}

// ---- Groups

void Member::create_group() {
    creates_ = true;
    world_.loop.defer(*this);
}

void Member::join(GroupId gid) {
    to_join_.push_back(gid);
    world_.loop.defer(*this);
}

void Member::audit(GroupId gid, Epoch epoch) {
    audited_ = gid;
    audited_epoch_ = epoch;
    join(gid);
}

void Member::on_ready(UserId /*uid*/) {
    asked_ = false;
    world_.loop.defer(*this);
}

void Member::on_wake() {
    client_.on_wake(moment());
    join_next();
}

// One command at a time, so that many members who join at once do not fill the owner's queue.
void Member::join_next() {
    if (asked_ || !client_.ready() || (!creates_ && to_join_.empty())) return;
    pb::ClientFrame frame;
    if (creates_) {
        if (!creation_) creation_ = fresh_cmid();  // Kept through retries: one group, not two.
        pb::CreateGroup& create = *frame.mutable_create_group();
        create.set_cmid(std::string{creation_.view()});
        create.mutable_settings()->set_name("bench");
        create.mutable_settings()->set_join_policy(pb::JOIN_POLICY_OPEN);
        create.mutable_settings()->set_history_for_joiners(true);
    } else {
        frame.mutable_join_group()->set_gid(to_join_.back().value);
    }
    asked_ = client_.ask(moment(), std::move(frame)) != 0;
}

bool Member::ask(pb::ClientFrame command, Answered answered) {
    const auto at = Clock::now();
    const std::uint32_t id = client_.ask(moment(), std::move(command));
    if (id != 0)
        questions_.push_back({.request_id = id, .at = at, .answered = std::move(answered)});
    return id != 0;
}

void Member::pull_newest(GroupId gid) {
    constexpr std::uint64_t kEntries = 10;
    const client::GroupCursor* cursor = client_.cursor(gid);
    if (pulls_ || cursor == nullptr || cursor->seq() == Seq{}) return;
    pb::ClientFrame command;
    pb::Pull& pull = *command.mutable_pull();
    pull.set_gid(gid.value);
    pull.set_epoch(cursor->epoch().value);
    pull.set_from(cursor->seq().value > kEntries ? cursor->seq().value - kEntries : 1);
    pull.set_to(cursor->seq().value);
    pulls_ = ask(std::move(command), [this](const pb::ServerFrame& frame, auto took) {
        pulls_ = false;
        if (frame.has_range()) world_.pulls.add(static_cast<std::uint64_t>(took.count()));
    });
}

void Member::on_answer(std::uint32_t request_id, const pb::ServerFrame& frame) {
    const auto question = std::ranges::find(questions_, request_id, &Asked::request_id);
    if (question != questions_.end()) {
        const Asked asked = std::move(*question);
        questions_.erase(question);
        return asked.answered(frame, Clock::now() - asked.at);
    }
    asked_ = false;
    if (!frame.has_group_ready()) {
        const Code code{static_cast<std::uint16_t>(frame.refused().code())};
        if (remedy(code) == Remedy::ask || remedy(code) == Remedy::never) {
            creates_ = false;
            to_join_.clear();
            on_stopped(code);
            return;
        }
        // Later: the next wake-up of the client, or this one, tries again.
        world_.loop.wake_at(*this, now() + Millis{frame.refused().retry_after_ms() + 50});
        return;
    }
    const GroupId gid{frame.group_ready().gid()};
    if (creates_) {
        creates_ = false;
        creation_ = {};
        created_ = gid;
    } else if (!to_join_.empty()) {
        to_join_.pop_back();
    }
    if (gid == audited_) {
        views_.push_back({gid, world_.ledger.add_view(uid_.value, gid), audited_epoch_});
        client_.watch(moment(), gid, audited_epoch_, Seq{}, genesis(gid));
    } else if (watches_) {
        views_.push_back({gid, world_.ledger.add_view(uid_.value, gid), {}});
        client_.watch(moment(), gid);
    }
    if (!to_join_.empty()) world_.loop.defer(*this);
}

Member::View* Member::view(GroupId gid) {
    const auto found = std::ranges::find(views_, gid, &View::gid);
    return found == views_.end() ? nullptr : &*found;
}

// ---- Sends

void Member::send(GroupId gid, std::string_view text, Clock::time_point due) {
    pb::Body body;
    body.set_text(std::string{text});
    std::string bytes = body.SerializeAsString();
    const Cmid cmid = fresh_cmid();
    const Digest hash = hash_of(bytes);
    if (journal_ != nullptr && !journal_->invoke(uid_, gid, cmid, hash)) {
        throw std::runtime_error{"cannot write the journal"};
    }
    world_.ledger.invoke(uid_, gid, cmid, hash);
    due_.emplace(cmid, due);
    client_.post(moment(), gid, cmid, std::move(bytes));
}

void Member::on_sent(GroupId /*gid*/, const Cmid& cmid, Epoch epoch, Seq seq) {
    if (journal_ != nullptr && !journal_->ok(cmid, epoch, seq)) {
        throw std::runtime_error{"cannot write the journal"};
    }
    world_.ledger.ok(cmid, epoch, seq);
    ++world_.sent;
    const auto found = due_.find(cmid);
    if (found == due_.end()) return;
    const auto waited = std::max(Clock::now() - found->second, Clock::duration{});
    world_.acks.add(static_cast<std::uint64_t>(waited.count()));
    due_.erase(found);
}

void Member::on_held(GroupId /*gid*/, const Cmid& /*cmid*/, const Error& /*why*/) { ++world_.held; }

void Member::on_gave_up(GroupId /*gid*/, const Cmid& cmid, Code code) {
    ++world_.gave_up;
    due_.erase(cmid);
    // Too old to be looked up: whether an earlier try was stored is not known.
    if (code == Code::send_expired) return world_.ledger.unknown(cmid);
    if (journal_ != nullptr && !journal_->refused(cmid)) {
        throw std::runtime_error{"cannot write the journal"};
    }
    world_.ledger.refused(cmid);
    on_stopped(code);
}

// ---- Deliveries

void Member::on_message(std::string_view payload) {
    if (world_.arrivals == nullptr || !watches_) return client_.on_message(moment(), payload);
    // Only the push itself is waited for; pulses come and go.
    constexpr auto kBatch = static_cast<char>((pb::ServerFrame::kBatchFieldNumber << 3U) | 2U);
    if (payload.starts_with(kBatch)) {
        world_.arrivals->add();
        world_.arrivals->payload_bytes = payload.size();
    }
    kept_.emplace_back(payload);
}

void Member::read_kept() {
    for (const std::string& payload : std::exchange(kept_, {})) {
        client_.on_message(moment(), payload);
    }
}

void Member::on_applied(GroupId gid, Epoch epoch, const pb::Entry& entry, const Digest& digest) {
    ++world_.applied;
    if (View* its = view(gid)) {
        its->epoch = epoch;
        world_.ledger.delivered(its->id, epoch, entry, digest);
    }
}

void Member::on_restarted(GroupId gid, Epoch epoch, Seq after) {
    if (View* its = view(gid)) {
        its->epoch = epoch;
        world_.ledger.restarted(its->id, epoch, after);
    }
}

void Member::on_forked(GroupId gid, Epoch epoch, Seq fork) {
    if (View* its = view(gid)) world_.ledger.forked(gid, its->epoch, epoch, fork);
}

void Member::on_digest_mismatch(GroupId gid, Seq at) {
    if (View* its = view(gid)) world_.ledger.complained(its->id, "digest", at);
}

void Member::on_order_violation(GroupId gid, Seq /*expected*/, Seq got) {
    if (View* its = view(gid)) world_.ledger.complained(its->id, "order", got);
}

void Member::on_open_refused(GroupId /*gid*/, Code code) { on_stopped(code); }

void Member::on_stopped(Code code) {
    ++world_.stopped;
    if (world_.stopped_because.size() < kReasonsKept) {
        world_.stopped_because.emplace_back(name_of(code));
    }
}

}  // namespace stentor::bench
