#include "node/session/commands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/group_ids.h"
#include "base/planted_bugs.h"
#include "node/session/checks.h"
#include "wire/frames.h"

namespace stentor::session {
namespace {

ReadRights rights_in(const OpenGroup& group, UserId uid) {
    return {.floor = group.floor, .mine_of = group.overlay != 0 ? uid : UserId{}};
}

}  // namespace

void Commands::refuse(std::uint32_t request_id, const Error& error) {
    session_.refuse(request_id, error, fx_);
}

const OpenGroup* Commands::opened(std::uint32_t request_id, GroupId gid, std::string_view field) {
    const OpenGroup* group = session_.groups_.find(gid);
    if (group != nullptr && group->seat != kNoSeat) return group;
    refuse(request_id, {.code = Code::not_open, .where = field});
    return nullptr;
}

void Commands::refuse_group(std::uint32_t request_id, GroupId gid, const Error& error) {
    if (request_id != 0) return refuse(request_id, error);
    pb::ServerFrame frame;
    *frame.mutable_refused() = wire::refused_of(error);
    frame.mutable_refused()->set_gid(gid.value);
    fx_.reply(wire::encode(frame));
}

// ---- The beginning

void Commands::on_hello(const pb::ClientFrame& frame) {
    const pb::Hello& hello = frame.hello();
    if (const auto good = check(hello); !good) {
        return session_.refuse_and_close(frame.request_id(), good.error(), fx_);
    }
    const auto identity = rules_.verifier.verify(hello.token(), now_);
    if (!identity) {
        Error error = identity.error();
        if (error.where.empty()) error.where = "hello.token";
        return session_.refuse_and_close(frame.request_id(), error, fx_);
    }
    if (!rules_.gate.passes(identity->uid, identity->minted)) {
        return session_.refuse_and_close(frame.request_id(), kVoidToken, fx_);
    }
    session_.state_ = Session::State::ready;
    session_.uid_ = identity->uid;
    session_.device_ = {hello.device()};
    session_.bench_ = identity->bench;
    session_.minted_ = identity->minted;
    session_.expires_ = identity->expires;
    session_.misses_ = rules_.misses->of(identity->uid);
    session_.want_deadline(identity->expires, fx_);
    welcome(frame.request_id());
    fx_.registered(*identity, session_.device_, hello.user_log_seq());
    for (const pb::Cursor& cursor : hello.resume()) {
        pb::Open open;
        open.set_gid(cursor.gid());
        open.set_epoch(cursor.epoch());
        open.set_seq(cursor.seq());
        on_open(0, open);
    }
}

void Commands::welcome(std::uint32_t request_id) {
    pb::ServerFrame frame;
    frame.set_request_id(request_id);
    pb::Welcome& welcome = *frame.mutable_welcome();
    welcome.set_uid(session_.uid_.value);
    welcome.set_time_ms(to_ms(now_));
    welcome.set_pulse_s(static_cast<std::uint32_t>(rules_.pulse.count() / 1'000));
    welcome.set_level(rules_.level);
    welcome.set_token_expires_ms(to_ms(session_.expires_));
    welcome.set_here_s(here_s(rules_.pulse));
    pb::Limits& limits = *welcome.mutable_limits();
    limits.set_body_bytes(limits::kBodyBytes);
    limits.set_text_bytes(limits::kTextBytes);
    limits.set_frame_bytes(limits::kClientFrameBytes);
    limits.set_range_entries(limits::kRangeEntries);
    limits.set_commands_in_flight(limits::kCommandsInFlight);
    limits.set_groups_open(limits::kGroupsOpen);
    const UserRate rate = rate_of(rules_, session_.uid_);
    limits.set_sends_per_s(rate.per_s);
    limits.set_sends_burst(rate.burst);
    limits.set_send_window_ms(static_cast<std::uint64_t>(limits::kSendWindow.count()));
    fx_.reply(wire::encode(frame));
}

// ---- Commands

void Commands::on_command(pb::ClientFrame&& frame) {
    switch (frame.command_case()) {
        case pb::ClientFrame::kOpen: return on_open(frame.request_id(), frame.open());
        case pb::ClientFrame::kClose: return on_close(frame);
        case pb::ClientFrame::kPull: return on_pull(frame);
        case pb::ClientFrame::kNear: return on_near(frame);

        case pb::ClientFrame::kSend: return on_send(std::move(frame));
        case pb::ClientFrame::kRead: return on_read(std::move(frame));
        case pb::ClientFrame::kTyping: return on_typing(std::move(frame));
        case pb::ClientFrame::kRecall: return to_owner(std::move(frame), frame.recall());
        case pb::ClientFrame::kEdit: return to_owner(std::move(frame), frame.edit());
        case pb::ClientFrame::kHide: return mine(std::move(frame), frame.hide());
        case pb::ClientFrame::kReact: return mine(std::move(frame), frame.react());
        case pb::ClientFrame::kClearReactions:
            return to_owner(std::move(frame), frame.clear_reactions());
        case pb::ClientFrame::kJoinGroup: return to_owner(std::move(frame), frame.join_group());
        case pb::ClientFrame::kLeaveGroup: return to_owner(std::move(frame), frame.leave_group());
        case pb::ClientFrame::kDecideJoin: return to_owner(std::move(frame), frame.decide_join());
        case pb::ClientFrame::kMuteForMe: return to_owner(std::move(frame), frame.mute_for_me());
        case pb::ClientFrame::kWriteNote: return to_owner(std::move(frame), frame.write_note());
        case pb::ClientFrame::kConfigureGroup:
            return to_owner(std::move(frame), frame.configure_group());
        case pb::ClientFrame::kChangeMember:
            return to_owner(std::move(frame), frame.change_member());
        case pb::ClientFrame::kCreateInvite:
            return to_owner(std::move(frame), frame.create_invite());
        case pb::ClientFrame::kCreateGroup: return on_create_group(std::move(frame));
        case pb::ClientFrame::kOpenDirect:
            return to_direct(std::move(frame), frame.open_direct().uid(), "open_direct.uid");
        case pb::ClientFrame::kBlockUser:
            return to_direct(std::move(frame), frame.block_user().uid(), "block_user.uid");

        case pb::ClientFrame::kList: return on_list(frame);
        case pb::ClientFrame::kFetchUsers: return on_fetch_users(frame);
        case pb::ClientFrame::kFetchUserLog: return on_fetch_user_log(frame);
        case pb::ClientFrame::kFetchMembers: return on_fetch_members(frame);
        case pb::ClientFrame::kWhoRead: return on_who_read(frame);
        case pb::ClientFrame::kSearchEntries: return on_search(frame);
        case pb::ClientFrame::kListInvites: return on_list_invites(frame);
        case pb::ClientFrame::kFetchModeration: return on_fetch_moderation(frame);
        case pb::ClientFrame::kRecallMember:
            return to_owner(std::move(frame), frame.recall_member());
        case pb::ClientFrame::kReport: return to_owner(std::move(frame), frame.report());
        case pb::ClientFrame::kDismissReports:
            return to_owner(std::move(frame), frame.dismiss_reports());
        case pb::ClientFrame::kEndInvite: return to_owner(std::move(frame), frame.end_invite());
        case pb::ClientFrame::kHere:
        case pb::ClientFrame::kHello:
        case pb::ClientFrame::COMMAND_NOT_SET: break;  // on_frame and the decoder see to these.
    }
    refuse(frame.request_id(), {.code = Code::unsupported, .where = "command"});
}

template <class Command>
void Commands::to_owner(pb::ClientFrame&& frame, const Command& command) {
    if (const auto good = check(command); !good) return refuse(frame.request_id(), good.error());
    const GroupId gid{command.gid()};
    if (hold_back(frame.request_id(), gid, "gid") || too_dear(frame)) return;
    fx_.submit(gid, std::move(frame));
}

bool Commands::too_dear(const pb::ClientFrame& frame) {
    const CommandCost& cost = *cost_of(frame.command_case());
    return too_dear(frame.request_id(), {}, cost, units_of(cost, frame));
}

bool Commands::too_dear(std::uint32_t request_id, GroupId gid, const CommandCost& cost,
                        std::uint32_t units) {
    if (session_.bench_) return false;
    std::optional<Millis> wait;
    if (cost.budget == Budget::questions) wait = rules_.budgets->take(session_.uid_, units, now_);
    if (cost.budget == Budget::groups) wait = rules_.budgets->take_group(session_.uid_, now_);
    if (!wait) return false;
    refuse_group(request_id, gid,
                 {.code = Code::rate_limited,
                  .where = cost.name,
                  .limit = cost.budget == Budget::questions ? limits::kCostPerSecond : 0,
                  .retry_after_ms = wait_ms(*wait),
                  .rule = terms_of(cost.budget).rule});
    return true;
}

bool Commands::hold_back(std::uint32_t request_id, GroupId gid, std::string_view field) {
    const OpenGroup* group = session_.groups_.find(gid);
    if (group != nullptr && group->seat != kNoSeat) return false;
    const auto wait = session_.misses_.wait(now_);
    if (!wait) return false;
    fx_.held_back();
    refuse_group(request_id, gid,
                 {.code = Code::rate_limited,
                  .where = field,
                  .limit = limits::kMisses,
                  .retry_after_ms = wait_ms(*wait),
                  .rule = "misses"});
    return true;
}

// From the answer on, a page read here must show it, and nobody tells this session in time.
template <class Command>
void Commands::mine(pb::ClientFrame&& frame, const Command& command) {
    if (check(command)) session_.on_overlay(GroupId{command.gid()});
    to_owner(std::move(frame), command);
}

void Commands::to_direct(pb::ClientFrame&& frame, std::uint64_t uid, std::string_view field) {
    auto good = check_id(uid, field);
    // A chat with oneself is one for notes; nobody blocks themselves.
    if (good && frame.has_block_user() && UserId{uid} == session_.uid_) good = bad(field);
    if (!good) return refuse(frame.request_id(), good.error());
    if (too_dear(frame)) return;
    fx_.submit(direct_gid(session_.uid_, {uid}), std::move(frame));
}

void Commands::on_open(std::uint32_t request_id, const pb::Open& open) {
    auto good = check_id(open.gid(), "open.gid");
    if (good) good = check_number(open.epoch(), "open.epoch");
    if (good) good = check_number(open.seq(), "open.seq");
    const GroupId gid{open.gid()};
    if (!good) return refuse_group(request_id, gid, good.error());
    if (hold_back(request_id, gid, "open.gid")) return;
    const CommandCost& cost = *cost_of(pb::ClientFrame::kOpen);
    if (too_dear(request_id, gid, cost, cost.units)) return;
    OpenGroup* group = session_.groups_.find(gid);
    if (group == nullptr) {
        if (session_.groups_.size() >= limits::kGroupsOpen) {
            return refuse_group(request_id, gid,
                                {Code::bad_field, "open.gid", limits::kGroupsOpen});
        }
        group = &session_.groups_.add(gid);
    }
    ++group->opens;
    session_.misses_.charge(now_);
    if (request_id == 0) return session_.resume(gid, {open.epoch()}, {open.seq()}, fx_);
    fx_.open(request_id, gid, Epoch{open.epoch()}, Seq{open.seq()});
}

void Commands::on_close(const pb::ClientFrame& frame) {
    const GroupId gid{frame.close().gid()};
    if (session_.groups_.find(gid) == nullptr) {
        return refuse(frame.request_id(), {.code = Code::not_open, .where = "close.gid"});
    }
    session_.leave(gid, fx_);
    pb::ServerFrame done;
    done.set_request_id(frame.request_id());
    done.mutable_done();
    session_.settle(frame.request_id(), fx_);
    fx_.reply(wire::encode(done));
}

void Commands::on_send(pb::ClientFrame&& frame) {
    if (const auto good = check(frame.send()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    if (!session_.bench_) {
        const UserRate rate = rate_of(rules_, session_.uid_);
        auto& sending = session_.seldom().sending;
        if (!sending) sending.emplace();
        if (const auto wait = sending->rate.take(limit_of(rate), now_)) {
            return refuse(frame.request_id(),
                          {.code = Code::rate_limited,
                           .where = "send",
                           .limit = rate.per_s,
                           .retry_after_ms = wait_ms(*wait),
                           .rule = sending->rate.flooding() ? "flood" : "rate"});
        }
    }
    const GroupId gid{frame.send().gid()};
    if (hold_back(frame.request_id(), gid, "send.gid")) return;
    fx_.submit(gid, std::move(frame));
}

void Commands::on_pull(const pb::ClientFrame& frame) {
    const pb::Pull& pull = frame.pull();
    if (const auto good = check(pull); !good) return refuse(frame.request_id(), good.error());
    const GroupId gid{pull.gid()};
    const OpenGroup* group = opened(frame.request_id(), gid, "pull.gid");
    if (group == nullptr || too_dear(frame)) return;
    ReadRights reader = rights_in(*group, session_.uid());
    if (planted(Bug::floor_ignored_at_pull)) reader.floor = {};
    fx_.pull(frame.request_id(), gid, Epoch{pull.epoch()}, Seq{pull.from()}, Seq{pull.to()},
             reader);
}

void Commands::on_near(const pb::ClientFrame& frame) {
    const GroupId gid{frame.near().gid()};
    const OpenGroup* group = opened(frame.request_id(), gid, "near.gid");
    if (group == nullptr || too_dear(frame)) return;
    // The far future is as good as any later time, and does not overflow.
    const std::uint64_t time_ms = std::min(frame.near().time_ms(), limits::kIdMax);
    fx_.near(frame.request_id(), gid, from_ms(time_ms), rights_in(*group, session_.uid()));
}

void Commands::on_read(pb::ClientFrame&& frame) {
    if (const auto good = check(frame.read()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    const GroupId gid{frame.read().gid()};
    if (opened(frame.request_id(), gid, "read.gid") == nullptr || too_dear(frame)) return;
    fx_.submit(gid, std::move(frame));
}

void Commands::on_typing(pb::ClientFrame&& frame) {
    const GroupId gid{frame.typing().gid()};
    if (opened(frame.request_id(), gid, "typing.gid") == nullptr || too_dear(frame)) return;
    fx_.submit(gid, std::move(frame));
}

void Commands::on_create_group(pb::ClientFrame&& frame) {
    if (const auto good = check(frame.create_group()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    if (too_dear(frame)) return;
    const GroupId gid = created_gid(session_.uid_, frame.create_group().cmid());
    fx_.submit(gid, std::move(frame));
}

// ---- Questions

void Commands::on_list(const pb::ClientFrame& frame) {
    const pb::List& list = frame.list();
    if (const auto good = check(list); !good) return refuse(frame.request_id(), good.error());
    if (too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(session_.uid_),
            bus::AskList{.uid = session_.uid_,
                         .cursor = list.cursor(),
                         .count = list.count() == 0 ? kPageDefault : list.count()});
}

void Commands::on_fetch_users(const pb::ClientFrame& frame) {
    if (const auto good = check(frame.fetch_users()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    if (too_dear(frame)) return;
    bus::AskUsers ask{.asker = session_.uid_, .uids = {}};
    for (const std::uint64_t uid : frame.fetch_users().uids()) ask.uids.push_back({uid});
    fx_.ask(frame.request_id(), partition_of(session_.uid_), std::move(ask));
}

void Commands::on_fetch_user_log(const pb::ClientFrame& frame) {
    const std::uint64_t after = frame.fetch_user_log().after_seq();
    if (const auto good = check_number(after, "fetch_user_log.after_seq"); !good) {
        return refuse(frame.request_id(), good.error());
    }
    if (too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(session_.uid_),
            bus::AskUserLog{.uid = session_.uid_, .after = after});
}

void Commands::on_fetch_members(const pb::ClientFrame& frame) {
    if (const auto good = check(frame.fetch_members()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    bus::AskMembers ask{.asker = session_.uid_, .fetch = frame.fetch_members()};
    if (ask.fetch.count() == 0) ask.fetch.set_count(kPageDefault);
    const GroupId gid{ask.fetch.gid()};
    if (hold_back(frame.request_id(), gid, "fetch_members.gid") || too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(gid), std::move(ask));
}

void Commands::on_list_invites(const pb::ClientFrame& frame) {
    if (const auto good = check(frame.list_invites()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    const GroupId gid{frame.list_invites().gid()};
    if (hold_back(frame.request_id(), gid, "list_invites.gid") || too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(gid),
            bus::AskInvites{.asker = session_.uid_, .list = frame.list_invites()});
}

void Commands::on_fetch_moderation(const pb::ClientFrame& frame) {
    if (const auto good = check(frame.fetch_moderation()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    const GroupId gid{frame.fetch_moderation().gid()};
    if (hold_back(frame.request_id(), gid, "fetch_moderation.gid") || too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(gid),
            bus::AskModeration{.asker = session_.uid_, .fetch = frame.fetch_moderation()});
}

void Commands::on_who_read(const pb::ClientFrame& frame) {
    if (const auto good = check(frame.who_read()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    const GroupId gid{frame.who_read().gid()};
    if (hold_back(frame.request_id(), gid, "who_read.gid") || too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(gid),
            bus::AskWhoRead{.asker = session_.uid_, .who_read = frame.who_read()});
}

void Commands::on_search(const pb::ClientFrame& frame) {
    if (const auto good = check(frame.search_entries()); !good) {
        return refuse(frame.request_id(), good.error());
    }
    const GroupId gid{frame.search_entries().gid()};
    if (hold_back(frame.request_id(), gid, "search_entries.gid") || too_dear(frame)) return;
    fx_.ask(frame.request_id(), partition_of(gid),
            bus::AskSearch{.asker = session_.uid_, .search = frame.search_entries()});
}

}  // namespace stentor::session
