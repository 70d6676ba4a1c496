#pragma once
// The commands of a session that is ready, one function each: checks first, then one effect.

#include "session/session.h"

namespace stentor::session {

class Commands {
public:
    Commands(Session& session, const Rules& rules, Time now, Effects& fx)
        : session_(session), rules_(rules), now_(now), fx_(fx) {}

    void on_hello(const pb::ClientFrame& frame);
    // request_id has a slot already; it is given back by whoever answers.
    void on_command(pb::ClientFrame&& frame);

private:
    void on_list(const pb::ClientFrame& frame);
    void on_open(std::uint32_t request_id, const pb::Open& open);
    void on_close(const pb::ClientFrame& frame);
    void on_send(pb::ClientFrame&& frame);
    void on_pull(const pb::ClientFrame& frame);
    void on_near(const pb::ClientFrame& frame);
    void on_read(pb::ClientFrame&& frame);
    void on_fetch_users(const pb::ClientFrame& frame);
    void on_create_group(pb::ClientFrame&& frame);
    void on_join_group(pb::ClientFrame&& frame);
    void on_leave_group(pb::ClientFrame&& frame);

    void welcome(std::uint32_t request_id);
    void refuse(std::uint32_t request_id, const Error& error);
    // The group if it has a seat here; otherwise refuses with not_open.
    const OpenGroup* opened(std::uint32_t request_id, GroupId gid, std::string_view field);

    Session& session_;
    const Rules& rules_;
    Time now_;
    Effects& fx_;
};

}  // namespace stentor::session
