#pragma once
// What a client wants from the world, and what it tells the one who owns it. All calls come from
// within an event of the client and must not call back into it.

#include <cstdint>
#include <string>

#include "base/cmid.h"
#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"

namespace stentor::v1 {
class Badge;
class Entry;
class GroupChanged;
class Note;
class Opened;
class ServerFrame;
class Tally;
class TypingNow;
class UserLogEntry;
}  // namespace stentor::v1

namespace stentor::client {

class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    // ---- Effects

    // Answered by Client::on_connected or Client::on_closed.
    virtual void connect() = 0;
    // The payload of one binary message.
    virtual void transmit(std::string message) = 0;
    // No Client::on_closed follows.
    virtual void disconnect() = 0;
    // Replaces the former; waking earlier does no harm.
    virtual void wake_at(Time when) = 0;

    // ---- Events

    virtual void on_ready(UserId /*uid*/) {}
    // The connection is gone, or was given up; another follows by itself.
    virtual void on_lost() {}
    // In the order of the log, each once. `digest`, at this entry, was computed here.
    virtual void on_applied(GroupId /*gid*/, Epoch /*epoch*/, const v1::Entry& /*entry*/,
                            const Digest& /*digest*/) {}
    // An entry at or below the cursor was edited or recalled.
    virtual void on_changed(GroupId /*gid*/, Epoch /*epoch*/, const v1::Entry& /*entry*/) {}
    // The view of this group begins anew: the next applied entry is after + 1.
    virtual void on_restarted(GroupId /*gid*/, Epoch /*epoch*/, Seq /*after*/) {}
    // Entries above `fork` belong to a history that the server lost. Whoever still has own sends
    // from there posts them again, under their ids.
    virtual void on_forked(GroupId /*gid*/, Epoch /*epoch*/, Seq /*fork*/) {}
    virtual void on_ousted(GroupId /*gid*/) {}
    // Whatever else an Opened says, once its entries have been applied.
    virtual void on_opened(const v1::Opened& /*opened*/) {}
    // Opening is refused for good.
    virtual void on_open_refused(GroupId /*gid*/, Code /*code*/) {}

    // ---- Beside the log: each is the newest word, and replaces the one before
    virtual void on_tally(GroupId /*gid*/, Epoch /*epoch*/, const v1::Tally& /*tally*/) {}
    // Within a page that came: I deleted it for myself.
    virtual void on_hidden(GroupId /*gid*/, Epoch /*epoch*/, Seq /*seq*/) {}
    virtual void on_note(const v1::Note& /*note*/) {}
    virtual void on_typing(const v1::TypingNow& /*typing*/) {}
    virtual void on_group_changed(const v1::GroupChanged& /*changed*/) {}
    virtual void on_online(GroupId /*gid*/, std::uint64_t /*count*/) {}
    // News of a group that is not watched.
    virtual void on_badge(const v1::Badge& /*badge*/) {}

    // ---- My own log: in order, each once, but for entries of number 0, which are not kept.
    virtual void on_user_log(const v1::UserLogEntry& /*entry*/) {}
    // Older ones are gone, or the numbers began anew: list the groups and open them again.
    virtual void on_user_log_reset() {}

    virtual void on_sent(GroupId /*gid*/, const Cmid& /*cmid*/, Epoch /*epoch*/, Seq /*seq*/) {}
    // Not now: it waits and goes out again by itself.
    virtual void on_held(GroupId /*gid*/, const Cmid& /*cmid*/, const Error& /*why*/) {}
    // Refused for good, and not stored under this refusal.
    virtual void on_gave_up(GroupId /*gid*/, const Cmid& /*cmid*/, Code /*code*/) {}

    // To Client::ask. Code timeout in a Refused of our own when the connection went first.
    virtual void on_answer(std::uint32_t /*request_id*/, const v1::ServerFrame& /*frame*/) {}

    // The server broke its promise. The client forgets what it holds and opens the group afresh.
    virtual void on_digest_mismatch(GroupId /*gid*/, Seq /*at*/) {}
    virtual void on_order_violation(GroupId /*gid*/, Seq /*expected*/, Seq /*got*/) {}

    // A new one is to be given with Client::set_token.
    virtual void on_token_wanted() {}
    // Refused for good: this client does nothing any more.
    virtual void on_stopped(Code /*code*/) {}
};

}  // namespace stentor::client
