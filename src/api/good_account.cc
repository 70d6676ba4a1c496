#include "api/good_account.h"

#include <utility>

namespace stentor::api {

void ask_good_account(bus::Bus& bus, UserId uid, std::string_view field,
                      std::move_only_function<void(Result<void>)> done) {
    const auto fail = [field](Code code) {
        return std::unexpected(Error{.code = code, .where = field});
    };
    auto named = [&bus, uid, fail, done = std::move(done)](Result<bus::Reply> reply) mutable {
        if (!reply) return done(std::unexpected(reply.error()));
        const auto* users = std::get_if<pb::Users>(&*reply);
        if (users == nullptr) return done(fail(Code::internal));
        if (users->users_size() != 1) return done(fail(Code::not_found));
        auto welcomed = [fail, done = std::move(done)](Result<bus::Reply> answer) mutable {
            if (!answer) return done(std::unexpected(answer.error()));
            const auto* hello = std::get_if<bus::HelloAnswer>(&*answer);
            if (hello == nullptr) return done(fail(Code::internal));
            if (!hello->welcome) return done(fail(Code::not_permitted));
            done({});
        };
        // As one who says Hello with a token of this moment.
        bus.ask(partition_of(uid),
                bus::AskHello{.uid = uid, .token_minted = now(), .user_log_after = 0},
                std::move(welcomed));
    };
    bus.ask(partition_of(uid), bus::AskUsers{.uids = {uid}}, std::move(named));
}

}  // namespace stentor::api
