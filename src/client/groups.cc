#include "client/groups.h"

#include <algorithm>
#include <utility>

#include "client/requests.h"
#include "wire/pb.h"

namespace stentor::client {

using Phase = GroupCursor::Phase;

GroupCursor* find_group(ClientState& client, GroupId gid) {
    const auto found = std::ranges::find(client.groups, gid, &GroupCursor::gid);
    return found == client.groups.end() ? nullptr : &*found;
}

const GroupCursor* find_group(const ClientState& client, GroupId gid) {
    const auto found = std::ranges::find(client.groups, gid, &GroupCursor::gid);
    return found == client.groups.end() ? nullptr : &*found;
}

namespace {

// What stands beside the entries of a page.
template <class Page>
void beside(ClientState& client, const Page& page) {
    const GroupId gid{page.gid()};
    for (const pb::Tally& tally : page.tallies()) client.host.on_tally(gid, {page.epoch()}, tally);
    for (const std::uint64_t seq : page.hidden()) client.host.on_hidden(gid, {page.epoch()}, {seq});
    for (const pb::Note& note : page.notes()) client.host.on_note(note);
}

void close_for_a_while(ClientState& client, Moment moment, GroupCursor& group) {
    group.phase = Phase::closed;
    group.pulling = false;
    group.not_before = moment.now + backoff(*client.settings, group.tries++, moment.random);
}

void judge(ClientState& client, Moment moment, GroupCursor& group, const Step& step) {
    switch (step.kind) {
        case Step::Kind::applied:
        case Step::Kind::gap: return;  // The cursor knows the head; pull_gaps sees it.
        case Step::Kind::other_epoch: return close_for_a_while(client, moment, group);
        case Step::Kind::digest_mismatch:
            client.host.on_digest_mismatch(group.gid(), step.at);
            break;
        case Step::Kind::disorder:
            client.host.on_order_violation(group.gid(), step.expected, step.at);
            break;
    }
    group.forget();
    close_for_a_while(client, moment, group);
}

void heard_of(ClientState& client, GroupId gid, Epoch epoch, Seq head) {
    GroupCursor* group = find_group(client, gid);
    if (group == nullptr || group->on_head(epoch, head)) return;
    if (group->phase == Phase::open) group->phase = Phase::closed;  // It answers Fork.
}

// What is told of groups beside their logs.
void on_news(ClientState& client, const pb::ServerFrame& frame) {
    switch (frame.event_case()) {
        case pb::ServerFrame::kChanged:
            client.host.on_changed({frame.changed().gid()}, {frame.changed().epoch()},
                                   frame.changed().entry());
            return;
        case pb::ServerFrame::kHead:
            heard_of(client, {frame.head().gid()}, {frame.head().epoch()}, {frame.head().head()});
            if (GroupCursor* group = find_group(client, {frame.head().gid()});
                group != nullptr && frame.head().changes_missed()) {
                group->look_again();
            }
            return;
        case pb::ServerFrame::kPulse:
            for (const pb::Head& head : frame.pulse().heads()) {
                heard_of(client, {head.gid()}, {head.epoch()}, {head.head()});
            }
            for (const pb::Badge& badge : frame.pulse().badges()) client.host.on_badge(badge);
            for (const pb::Online& online : frame.pulse().online()) {
                client.host.on_online({online.gid()}, online.count());
            }
            return;
        case pb::ServerFrame::kTallies:
            for (const pb::Tally& tally : frame.tallies().tallies()) {
                client.host.on_tally({frame.tallies().gid()}, {frame.tallies().epoch()}, tally);
            }
            return;
        case pb::ServerFrame::kTypingNow: client.host.on_typing(frame.typing_now()); return;
        case pb::ServerFrame::kGroupChanged:
            client.host.on_group_changed(frame.group_changed());
            return;
        default: return;
    }
}

Step on_opened(ClientState& client, GroupCursor& group, const pb::Opened& opened) {
    const Epoch held = group.epoch();
    const Step step = group.on_opened(client.host, opened, client.settings->pull_everything);
    if (client.settings->look_again && held == group.epoch() && !opened.reset()) {
        group.look_again();
    }
    group.on_floor({opened.floor()});
    beside(client, opened);
    client.host.on_opened(opened);
    return step;
}

Step on_range(ClientState& client, Moment moment, GroupCursor& group, const pb::Range& range) {
    const Seq before = group.wanted();
    const Step step = group.on_range(client.host, range);
    beside(client, range);
    group.pulling = false;
    group.tries = group.wanted() == before ? group.tries + 1 : 0;
    // An answer that brings nothing must not be asked for again at once, for ever.
    group.not_before = group.tries == 0
                           ? Time{}
                           : moment.now + backoff(*client.settings, group.tries, moment.random);
    return step;
}

Step on_reset(ClientState& client, Moment moment, GroupCursor& group, const pb::Reset& reset) {
    group.pulling = false;
    group.not_before = moment.now + backoff(*client.settings, group.tries++, moment.random);
    group.on_floor({reset.floor()});
    if (Seq{reset.floor()} > group.seq() || Epoch{reset.epoch()} != group.epoch()) {
        group.restart(client.host, {reset.epoch()}, {reset.floor()}, Digest::from(reset.digest()),
                      {reset.head()});
    }
    return {};
}

Step on_fork(ClientState& client, GroupCursor& group, const pb::Fork& fork) {
    group.pulling = false;
    // Several things that were asked in the former epoch each answer it.
    if (Epoch{fork.epoch()} <= group.epoch()) return {};
    group.fork({fork.epoch()}, {fork.fork_seq()});
    group.phase = Phase::closed;
    group.not_before = {};
    client.outbox.forked(group.gid(), {fork.fork_seq()});
    client.host.on_forked(group.gid(), {fork.epoch()}, {fork.fork_seq()});
    return {};
}

}  // namespace

void on_group_event(ClientState& client, Moment moment, const pb::ServerFrame& frame) {
    const auto page = [&](const auto& event, auto apply) {
        GroupCursor* group = find_group(client, {event.gid()});
        if (group != nullptr) judge(client, moment, *group, apply(*group, event));
    };
    switch (frame.event_case()) {
        case pb::ServerFrame::kBatch:
            return page(frame.batch(), [&](GroupCursor& group, const pb::Batch& batch) {
                return group.on_batch(client.host, batch);
            });
        case pb::ServerFrame::kOpened:
            return page(frame.opened(), [&](GroupCursor& group, const pb::Opened& opened) {
                if (frame.request_id() == group.open_request) group.be_open();
                return on_opened(client, group, opened);
            });
        case pb::ServerFrame::kRange:
            return page(frame.range(), [&](GroupCursor& group, const pb::Range& range) {
                return on_range(client, moment, group, range);
            });
        case pb::ServerFrame::kReset:
            return page(frame.reset(), [&](GroupCursor& group, const pb::Reset& reset) {
                return on_reset(client, moment, group, reset);
            });
        case pb::ServerFrame::kFork:
            return page(frame.fork(), [&](GroupCursor& group, const pb::Fork& fork) {
                return on_fork(client, group, fork);
            });
        case pb::ServerFrame::kOusted:
            return page(frame.ousted(), [&](GroupCursor& group, const pb::Ousted&) {
                group.phase = Phase::refused;
                client.host.on_ousted(group.gid());
                return Step{};
            });
        default: on_news(client, frame);
    }
}

void refused_group(ClientState& client, Moment moment, GroupId gid, Purpose purpose,
                   const pb::Refused& refused) {
    GroupCursor* group = find_group(client, gid);
    if (group == nullptr) return;
    const bool was_pull = purpose == Purpose::pull;
    // Of before it was closed: it is being opened again.
    if (was_pull && !group->pulling) return;
    group->pulling = false;
    const Code code{static_cast<std::uint16_t>(refused.code())};
    group->not_before = moment.now + Millis{refused.retry_after_ms()} +
                        backoff(*client.settings, group->tries++, moment.random);
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
            client.host.on_open_refused(gid, code);
    }
}

void pull_expired(ClientState& client, Moment moment, GroupId gid) {
    GroupCursor* group = find_group(client, gid);
    if (group == nullptr) return;
    group->pulling = false;
    group->not_before = moment.now + backoff(*client.settings, group->tries++, moment.random);
}

void groups_lost(ClientState& client) {
    for (GroupCursor& group : client.groups) {
        if (group.phase != Phase::refused) group.phase = Phase::closed;
        group.pulling = false;
        group.not_before = {};
    }
}

void resume_groups(ClientState& client, Moment moment, pb::Hello& hello) {
    for (GroupCursor& group : client.groups) {
        if (group.phase == Phase::refused) continue;
        if (static_cast<std::size_t>(hello.resume_size()) == limits::kResumes) break;
        pb::Cursor& cursor = *hello.add_resume();
        cursor.set_gid(group.gid().value);
        cursor.set_epoch(group.epoch().value);
        cursor.set_seq(group.seq().value);
        group.phase = Phase::opening;
        group.open_request = 0;
        group.not_before = moment.now + client.settings->answer_within;
    }
}

void expire_opens(ClientState& client, Moment moment) {
    for (GroupCursor& group : client.groups) {
        if (group.phase == Phase::opening && moment.now >= group.not_before) {
            group.phase = Phase::closed;
            group.not_before = moment.now + backoff(*client.settings, group.tries++, moment.random);
        }
    }
}

void open_groups(ClientState& client, Moment moment) {
    for (GroupCursor& group : client.groups) {
        if (group.phase != Phase::closed || moment.now < group.not_before ||
            !client.requests.room())
            continue;
        group.phase = Phase::opening;
        group.not_before = moment.now + client.settings->answer_within;
        pb::ClientFrame frame;
        pb::Open& open = *frame.mutable_open();
        open.set_gid(group.gid().value);
        open.set_epoch(group.epoch().value);
        open.set_seq(group.seq().value);
        group.open_request = send_command(client, moment, frame, Purpose::open, group.gid());
    }
}

void pull_gaps(ClientState& client, Moment moment) {
    for (GroupCursor& group : client.groups) {
        const Seq from = group.wanted();
        if (group.phase != Phase::open || group.pulling || from.value == 0) continue;
        if (moment.now < group.not_before || !client.requests.room()) continue;
        group.pulling = true;
        pb::ClientFrame frame;
        pb::Pull& pull = *frame.mutable_pull();
        pull.set_gid(group.gid().value);
        pull.set_epoch(group.epoch().value);
        pull.set_from(from.value);
        pull.set_to(std::min(group.head(), from + (limits::kRangeEntries - 1)).value);
        send_command(client, moment, frame, Purpose::pull, group.gid());
    }
}

}  // namespace stentor::client
