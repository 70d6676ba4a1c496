#pragma once
// What somebody does with their own account: another password, an end to one token or to all, a
// look at where they are signed in, all that they wrote, an end to the account. All of it is for
// the bearer of a good token.
//
// Thread: any; `reply` is called exactly once, on any. What is under way keeps the object alive.

#include <functional>
#include <memory>
#include <string>

#include "api/public/password_tries.h"
#include "api/public/tokens.h"
#include "auth/token.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::api {

class OwnAccount : public std::enable_shared_from_this<OwnAccount> {
public:
    using Reply = std::move_only_function<void(net::http::Response)>;

    // Ends the account for good, and tells when that is certain; what they wrote goes behind it.
    using Erase = std::function<void(UserId, std::move_only_function<void(Result<void>)>)>;

    // Without `erase` an account cannot be ended here: unsupported.
    OwnAccount(std::shared_ptr<Tokens> tokens, std::shared_ptr<PasswordTries> tries, bus::Bus& bus,
               Erase erase);

    void sign_out(const net::http::Request& request, Reply reply);
    void set_password(const net::http::Request& request, Reply reply);
    void list_sessions(const net::http::Request& request, Reply reply);
    void end_session(const net::http::Request& request, Reply reply);
    // A page of what is theirs: ?gid=G&seq=S goes on there.
    void show_own(const net::http::Request& request, Reply reply);
    void erase(const net::http::Request& request, Reply reply);

private:
    using Found = std::move_only_function<void(Result<bus::Account>)>;

    [[nodiscard]] Result<auth::Claims> admit(const net::http::Request& request);
    void find(UserId uid, Found found);
    // Replies {"ok":true}.
    void change(bus::AskChangeUser change, Reply reply);

    const std::shared_ptr<Tokens> tokens_;
    const std::shared_ptr<PasswordTries> tries_;
    bus::Bus& bus_;
    const Erase erase_;
};

}  // namespace stentor::api
