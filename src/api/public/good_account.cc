#include "api/public/good_account.h"

#include <utility>

namespace stentor::api {

void ask_good_account(bus::Bus& bus, const account::SharedGate& gate, UserId uid,
                      std::string_view field, std::move_only_function<void(Result<void>)> done) {
    const auto fail = [field](Code code) {
        return std::unexpected(Error{.code = code, .where = field});
    };
    if (gate.is_closed(uid)) return done(fail(Code::not_permitted));
    auto named = [fail, done = std::move(done)](Result<bus::Reply> reply) mutable {
        if (!reply) return done(std::unexpected(reply.error()));
        const auto* users = std::get_if<pb::Users>(&*reply);
        if (users == nullptr) return done(fail(Code::internal));
        if (users->users_size() != 1) return done(fail(Code::not_found));
        done({});
    };
    bus.ask(partition_of(uid), bus::AskUsers{.uids = {uid}}, std::move(named));
}

}  // namespace stentor::api
