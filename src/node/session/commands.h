#pragma once
// The commands of a session that is ready, one function each: checks first, then one effect.

#include <cstdint>
#include <string_view>

#include "node/session/costs.h"
#include "node/session/session.h"

namespace stentor::session {

class Commands {
public:
    Commands(Session& session, const Rules& rules, Time now, SessionPort& fx)
        : session_(session), rules_(rules), now_(now), fx_(fx) {}

    void on_hello(const pb::ClientFrame& frame);
    // request_id has a slot already; it is given back by whoever answers.
    void on_command(pb::ClientFrame&& frame);

private:
    // ---- To the cache
    void on_open(std::uint32_t request_id, const pb::Open& open);
    void on_close(const pb::ClientFrame& frame);
    void on_pull(const pb::ClientFrame& frame);
    void on_near(const pb::ClientFrame& frame);
    // ---- To the owner of a group
    void on_send(pb::ClientFrame&& frame);
    void on_read(pb::ClientFrame&& frame);
    void on_typing(pb::ClientFrame&& frame);
    void on_create_group(pb::ClientFrame&& frame);
    // Those that need no open group: the owner knows who may do it. `command` lies in `frame`.
    template <class Command>
    void to_owner(pb::ClientFrame&& frame, const Command& command);
    // Likewise what stands beside the entries for this member alone.
    template <class Command>
    void mine(pb::ClientFrame&& frame, const Command& command);
    // To the group that this user's direct chat with `uid` is.
    void to_direct(pb::ClientFrame&& frame, std::uint64_t uid, std::string_view field);
    // Whether the command was refused because too many before it were misses. One about a group
    // that is open here is none.
    bool hold_back(std::uint32_t request_id, GroupId gid, std::string_view field);
    // Pays for it (costs.h). Whether it was refused because its budget holds too little.
    bool too_dear(const pb::ClientFrame& frame);
    bool too_dear(std::uint32_t request_id, GroupId gid, const CommandCost& cost,
                  std::uint32_t units);
    // ---- Questions
    void on_list_invites(const pb::ClientFrame& frame);
    void on_fetch_moderation(const pb::ClientFrame& frame);
    void on_list(const pb::ClientFrame& frame);
    void on_fetch_users(const pb::ClientFrame& frame);
    void on_fetch_user_log(const pb::ClientFrame& frame);
    void on_fetch_members(const pb::ClientFrame& frame);
    void on_who_read(const pb::ClientFrame& frame);
    void on_search(const pb::ClientFrame& frame);

    void welcome(std::uint32_t request_id);
    void refuse(std::uint32_t request_id, const Error& error);
    // Of a group that Hello resumes no request asked: its refusal names it.
    void refuse_group(std::uint32_t request_id, GroupId gid, const Error& error);
    // The group if it has a seat here; otherwise refuses with not_open.
    const OpenGroup* opened(std::uint32_t request_id, GroupId gid, std::string_view field);

    Session& session_;
    const Rules& rules_;
    Time now_;
    SessionPort& fx_;
};

}  // namespace stentor::session
