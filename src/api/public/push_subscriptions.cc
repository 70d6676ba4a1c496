#include "api/public/push_subscriptions.h"

#include <utility>

#include "api/http/json.h"
#include "api/http/responses.h"

namespace stentor::api {

using net::http::Request;

namespace {

constexpr Error kOff{.code = Code::unsupported, .where = "web_push"};

web_push::Subscriptions::Done done_of(PushSubscriptions::Reply reply) {
    return [reply = std::move(reply)](Result<void> done) mutable {
        reply(done ? json_response(200, "{\"ok\":true}\n") : refusal(done.error()));
    };
}

}  // namespace

bool PushSubscriptions::on_http(const Request& request, Reply& reply) {
    const bool look = request.path == "/api/v1/web-push";
    const bool begin = request.path == "/api/v1/web-push/subscribe";
    const bool end = request.path == "/api/v1/web-push/unsubscribe";
    if (!look && !begin && !end) return false;
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (look && !reads) return reply(wrong_method("GET, HEAD")), true;
    if (!look && request.method != "POST") return reply(wrong_method("POST")), true;
    const auto claims = tokens_->bearer(request);
    if (!claims) return reply(refusal(claims.error())), true;
    web_push::Subscriptions* const all = web_push_.subscriptions;
    if (look) {
        JsonObject body;
        reply(json_response(200, body.add("on", all != nullptr).add("key", web_push_.key).text()));
    } else if (all == nullptr) {
        reply(refusal(kOff));
    } else if (end) {
        all->remove(claims->uid, claims->minted, done_of(std::move(reply)));
    } else {
        subscribe(request, *claims, std::move(reply));
    }
    return true;
}

void PushSubscriptions::subscribe(const Request& request, const auth::Claims& claims, Reply reply) {
    auto subscription = web_push::subscription_in(request.body, web_push_.allow);
    if (!subscription) return reply(refusal(subscription.error()));
    subscription->uid = claims.uid;
    subscription->minted = claims.minted;
    subscription->expires = claims.expires;
    web_push_.subscriptions->add(*std::move(subscription), done_of(std::move(reply)));
}

}  // namespace stentor::api
