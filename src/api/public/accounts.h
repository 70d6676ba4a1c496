#pragma once
// Signing up and in: a name and a password for a token. Users live with their partition's owner
// and are reached over the bus.
//
// Thread: any; `reply` is called exactly once, on any thread. What is under way
// keeps the object alive. The bus must outlive the queue, and the queue, once stopped, whoever
// answers on the bus.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/json.h"
#include "api/public/password_tries.h"
#include "api/public/tokens.h"
#include "auth/jwt.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::api {

class Registration;

class Accounts : public std::enable_shared_from_this<Accounts> {
public:
    using Reply = std::move_only_function<void(net::http::Response)>;

    Accounts(std::shared_ptr<Tokens> tokens, std::shared_ptr<PasswordTries> tries, bus::Bus& bus,
             std::vector<auth::JwtKey> outside_keys = {});

    // While closed, whoever signs up bears a registration token (registration.h); without one it is
    // refused as not permitted.
    void set_sign_up(bool open) { sign_up_open_ = open; }
    void sign_up(const net::http::Request& request, Reply reply);
    void sign_in(const net::http::Request& request, Reply reply);
    // Another system's token (auth/jwt.h) for one of ours, which ends when that one does at the
    // latest; its user is made when seen for the first time.
    void exchange(const net::http::Request& request, Reply reply);
    // Who the bearer of the request's token is.
    void me(const net::http::Request& request, Reply reply);

private:
    // What somebody who signs up wants, checked.
    struct Wish {
        Credentials credentials;
        std::string token;  // None: sign-up is open.
    };
    [[nodiscard]] Result<Credentials> credentials_of(const net::http::Request& request);
    [[nodiscard]] Result<Wish> wish_of(const net::http::Request& request);
    // `taken`: of the token that was counted for it, or empty.
    void make_account(const net::http::Request& request, Credentials credentials, std::string taken,
                      Reply reply);

    const std::shared_ptr<Tokens> tokens_;
    const std::shared_ptr<PasswordTries> tries_;
    const std::shared_ptr<Registration> registration_;
    const std::vector<auth::JwtKey> outside_keys_;
    bus::Bus& bus_;
    std::atomic<bool> sign_up_open_{true};
};

// The kind of answer that the question has; another one is a bug of the owner, not the client's
// fault.
template <class Kind>
Result<Kind> only(Result<bus::Reply> reply) {
    if (!reply) return std::unexpected(reply.error());
    if (auto* kind = std::get_if<Kind>(&*reply)) return std::move(*kind);
    return std::unexpected(Error{.code = Code::internal, .where = "owner"});
}

// Where the account of a name lives.
[[nodiscard]] PartitionId partition_of_name(std::string_view key);

}  // namespace stentor::api
