#pragma once
// Whether this server pushes, and which browsers it pushes to:
//
//   GET  /api/v1/web-push               -> on, and the key that a browser binds its subscription to
//   POST /api/v1/web-push/subscribe     what the browser's push service gave, and what to tell
//   POST /api/v1/web-push/unsubscribe   of this sign-in
//
// Thread: any; `reply` is called exactly once, on any.

#include <memory>
#include <string>

#include "api/public/tokens.h"
#include "net/access/address.h"
#include "net/http/message.h"
#include "web_push/subscriptions.h"

namespace stentor::api {

struct WebPush {
    web_push::Subscriptions* subscriptions{};  // None: nothing is pushed.
    std::string key;                           // Base64url.
    net::access::Networks allow;               // Beside public addresses.
};

class PushSubscriptions {
public:
    using Reply = std::move_only_function<void(net::http::Response)>;

    PushSubscriptions(std::shared_ptr<Tokens> tokens, WebPush web_push)
        : tokens_{std::move(tokens)}, web_push_{std::move(web_push)} {}

    // False, and nothing was taken, when the path is none of this part's.
    bool on_http(const net::http::Request& request, Reply& reply);

private:
    void subscribe(const net::http::Request& request, const auth::Claims& claims, Reply reply);

    const std::shared_ptr<Tokens> tokens_;
    const WebPush web_push_;
};

}  // namespace stentor::api
