#pragma once
// Every try of a password, whichever call brings it: who may try now, and in whose turn.
//
// Thread: any. Limits: an address' rate, an account's wait after wrong ones, and the bounded queue
// of the one thread that hashes, in fair shares (auth/fair_queue.h). From an address at which
// somebody signed in lately they go first, and wait for nobody else's wrong tries.

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/address_limiter.h"
#include "auth/failed_sign_ins.h"
#include "auth/password_queue.h"
#include "base/code.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::api {

class PasswordTries {
public:
    using Checked = std::move_only_function<void(Result<void>)>;

    PasswordTries(auth::AddressRate rate, auth::PasswordQueue& queue);

    // Rate and type of what comes from outside.
    [[nodiscard]] Result<void> admit(const net::http::Request& request);
    // Whether `password` is that of `account`, whose name's key this is; a number of 0 is nobody's.
    // bad_credentials with `field`, alike and as late for a name that nobody has, a wrong password
    // and a closed account; rate_limited. Only the first is a failure that is counted and logged.
    void check(const bus::Account& account, std::string_view key, const net::http::Request& request,
               std::string password, std::string_view field, Checked done);
    // A new password's hash, in the turn of whoever asks.
    void hash(const net::http::Request& request, std::string password,
              auth::PasswordQueue::HashDone done);

private:
    // Under mutex_.
    auth::AddressLimiter limiter_;
    auth::FailedSignIns failed_;
    std::mutex mutex_;
    auth::PasswordQueue& queue_;
};

}  // namespace stentor::api
