#include <algorithm>
#include <utility>

#include "client/client.h"
#include "wire/pb.h"

namespace stentor::client {

using Phase = GroupCursor::Phase;

void Client::watch(Moment moment, GroupId gid, Epoch epoch, Seq seq, Digest digest) {
    if (find(gid) != nullptr) return;
    groups_.emplace_back(gid, epoch, seq, digest);
    proceed(moment);
}

void Client::unwatch(Moment moment, GroupId gid) {
    if (std::erase_if(groups_, [&](const GroupCursor& group) { return group.gid() == gid; }) == 0) {
        return;
    }
    if (state_ != State::ready || !room()) return;
    pb::ClientFrame frame;
    frame.mutable_close()->set_gid(gid.value);
    command(moment, frame, Purpose::open, gid);
    proceed(moment);
}

GroupCursor* Client::find(GroupId gid) {
    const auto found = std::ranges::find(groups_, gid, &GroupCursor::gid);
    return found == groups_.end() ? nullptr : &*found;
}

const GroupCursor* Client::cursor(GroupId gid) const {
    const auto found = std::ranges::find(groups_, gid, &GroupCursor::gid);
    return found == groups_.end() ? nullptr : &*found;
}

bool Client::caught_up() const {
    return state_ == State::ready && std::ranges::all_of(groups_, [](const GroupCursor& group) {
               return group.phase == Phase::refused ||
                      (group.phase == Phase::open && !group.behind());
           });
}

bool Client::on_group_event(Moment moment, const pb::ServerFrame& frame) {
    const auto page = [&](const auto& event, auto apply) {
        GroupCursor* group = find({event.gid()});
        if (group != nullptr) judge(moment, *group, apply(*group));
        return group != nullptr;
    };
    switch (frame.event_case()) {
        case pb::ServerFrame::kBatch:
            return page(frame.batch(),
                        [&](GroupCursor& group) { return group.on_batch(host_, frame.batch()); });
        case pb::ServerFrame::kOpened:
            return page(frame.opened(), [&](GroupCursor& group) {
                if (frame.request_id() == group.open_request) group.be_open();
                const Epoch held = group.epoch();
                const Step step =
                    group.on_opened(host_, frame.opened(), settings_->pull_everything);
                if (settings_->look_again && held == group.epoch() && !frame.opened().reset()) {
                    group.look_again();
                }
                group.on_floor({frame.opened().floor()});
                beside(frame.opened());
                host_.on_opened(frame.opened());
                return step;
            });
        case pb::ServerFrame::kRange:
            return page(frame.range(), [&](GroupCursor& group) {
                const Seq before = group.wanted();
                const Step step = group.on_range(host_, frame.range());
                beside(frame.range());
                group.pulling = false;
                group.tries = group.wanted() == before ? group.tries + 1 : 0;
                // An answer that brings nothing must not be asked for again at once, for ever.
                group.not_before =
                    group.tries == 0 ? Time{} : moment.now + backoff(group.tries, moment.random);
                return step;
            });
        case pb::ServerFrame::kReset:
            return page(frame.reset(), [&](GroupCursor& group) {
                const pb::Reset& reset = frame.reset();
                group.pulling = false;
                group.not_before = moment.now + backoff(group.tries++, moment.random);
                group.on_floor({reset.floor()});
                if (Seq{reset.floor()} > group.seq() || Epoch{reset.epoch()} != group.epoch()) {
                    group.restart(host_, {reset.epoch()}, {reset.floor()},
                                  Digest::from(reset.digest()), {reset.head()});
                }
                return Step{};
            });
        case pb::ServerFrame::kFork:
            return page(frame.fork(), [&](GroupCursor& group) {
                group.pulling = false;
                // Several things that were asked in the former epoch each answer it.
                if (Epoch{frame.fork().epoch()} <= group.epoch()) return Step{};
                group.fork({frame.fork().epoch()}, {frame.fork().fork_seq()});
                group.phase = Phase::closed;
                group.not_before = {};
                outbox_.forked(group.gid(), {frame.fork().fork_seq()});
                host_.on_forked(group.gid(), {frame.fork().epoch()}, {frame.fork().fork_seq()});
                return Step{};
            });
        case pb::ServerFrame::kOusted:
            return page(frame.ousted(), [&](GroupCursor& group) {
                group.phase = Phase::refused;
                host_.on_ousted(group.gid());
                return Step{};
            });
        default: return on_news(frame);
    }
}

// What is told of groups beside their logs.
bool Client::on_news(const pb::ServerFrame& frame) {
    switch (frame.event_case()) {
        case pb::ServerFrame::kChanged:
            host_.on_changed({frame.changed().gid()}, {frame.changed().epoch()},
                             frame.changed().entry());
            return true;
        case pb::ServerFrame::kHead:
            heard_of({frame.head().gid()}, {frame.head().epoch()}, {frame.head().head()});
            if (GroupCursor* group = find({frame.head().gid()});
                group != nullptr && frame.head().changes_missed()) {
                group->look_again();
            }
            return true;
        case pb::ServerFrame::kPulse:
            for (const pb::Head& head : frame.pulse().heads()) {
                heard_of({head.gid()}, {head.epoch()}, {head.head()});
            }
            for (const pb::Badge& badge : frame.pulse().badges()) host_.on_badge(badge);
            for (const pb::Online& online : frame.pulse().online()) {
                host_.on_online({online.gid()}, online.count());
            }
            return true;
        case pb::ServerFrame::kTallies:
            for (const pb::Tally& tally : frame.tallies().tallies()) {
                host_.on_tally({frame.tallies().gid()}, {frame.tallies().epoch()}, tally);
            }
            return true;
        case pb::ServerFrame::kTypingNow: host_.on_typing(frame.typing_now()); return true;
        case pb::ServerFrame::kGroupChanged:
            host_.on_group_changed(frame.group_changed());
            return true;
        default: return false;
    }
}

// What stands beside the entries of a page.
template <class Page>
void Client::beside(const Page& page) {
    const GroupId gid{page.gid()};
    for (const pb::Tally& tally : page.tallies()) host_.on_tally(gid, {page.epoch()}, tally);
    for (const std::uint64_t seq : page.hidden()) host_.on_hidden(gid, {page.epoch()}, {seq});
    for (const pb::Note& note : page.notes()) host_.on_note(note);
}

void Client::judge(Moment moment, GroupCursor& group, const Step& step) {
    switch (step.kind) {
        case Step::Kind::applied:
        case Step::Kind::gap: return;  // The cursor knows the head; pull_gaps sees it.
        case Step::Kind::other_epoch:
            group.phase = Phase::closed;
            group.pulling = false;
            group.not_before = moment.now + backoff(group.tries++, moment.random);
            return;
        case Step::Kind::digest_mismatch: host_.on_digest_mismatch(group.gid(), step.at); break;
        case Step::Kind::disorder:
            host_.on_order_violation(group.gid(), step.expected, step.at);
            break;
    }
    group.forget();
    group.phase = Phase::closed;
    group.pulling = false;
    group.not_before = moment.now + backoff(group.tries++, moment.random);
}

void Client::heard_of(GroupId gid, Epoch epoch, Seq head) {
    GroupCursor* group = find(gid);
    if (group == nullptr || group->on_head(epoch, head)) return;
    if (group->phase == Phase::open) group->phase = Phase::closed;  // It answers Fork.
}

void Client::refused_group(Moment moment, GroupId gid, Purpose purpose,
                           const pb::Refused& refused) {
    GroupCursor* group = find(gid);
    if (group == nullptr) return;
    const bool was_pull = purpose == Purpose::pull;
    // Of before it was closed: it is being opened again.
    if (was_pull && !group->pulling) return;
    group->pulling = false;
    const Code code{static_cast<std::uint16_t>(refused.code())};
    group->not_before =
        moment.now + Millis{refused.retry_after_ms()} + backoff(group->tries++, moment.random);
    switch (remedy(code)) {
        case Remedy::none:
        case Remedy::now: group->phase = Phase::closed; return;
        case Remedy::later:
            if (!was_pull) group->phase = Phase::closed;
            return;
        case Remedy::ask:
        case Remedy::never:
            // A refused range: what this client believes of the group is wrong, so it looks again.
            if (was_pull && code == Code::bad_range) {
                group->phase = Phase::closed;
                return;
            }
            group->phase = Phase::refused;
            host_.on_open_refused(gid, code);
    }
}

void Client::open_groups(Moment moment) {
    for (GroupCursor& group : groups_) {
        if (group.phase != Phase::closed || moment.now < group.not_before || !room()) continue;
        group.phase = Phase::opening;
        group.not_before = moment.now + settings_->answer_within;
        pb::ClientFrame frame;
        pb::Open& open = *frame.mutable_open();
        open.set_gid(group.gid().value);
        open.set_epoch(group.epoch().value);
        open.set_seq(group.seq().value);
        group.open_request = command(moment, frame, Purpose::open, group.gid());
    }
}

void Client::pull_gaps(Moment moment) {
    for (GroupCursor& group : groups_) {
        const Seq from = group.wanted();
        if (group.phase != Phase::open || group.pulling || from.value == 0) continue;
        if (moment.now < group.not_before || !room()) continue;
        group.pulling = true;
        pb::ClientFrame frame;
        pb::Pull& pull = *frame.mutable_pull();
        pull.set_gid(group.gid().value);
        pull.set_epoch(group.epoch().value);
        pull.set_from(from.value);
        pull.set_to(std::min(group.head(), from + (limits::kRangeEntries - 1)).value);
        command(moment, frame, Purpose::pull, group.gid());
    }
}

}  // namespace stentor::client
