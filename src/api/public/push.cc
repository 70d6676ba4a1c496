#include "api/public/push.h"

#include <algorithm>
#include <utility>

#include "api/http/feed_json.h"
#include "api/http/fields.h"
#include "api/http/json.h"
#include "api/http/path_pattern.h"
#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/public/good_account.h"
#include "auth/random.h"
#include "base/group_ids.h"
#include "base/limits.h"
#include "base/uuid_text.h"
#include "node/session/checks.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

constexpr Error kNotPermitted{.code = Code::not_permitted, .where = "key.scopes"};

std::unexpected<Error> bad(std::string_view field, std::uint64_t limit = 0) {
    return std::unexpected(Error{.code = Code::bad_field, .where = field, .limit = limit});
}

Result<Cmid> id_of(const Fields& fields) {
    const auto text = fields.text("id");
    if (!text) return std::unexpected(text.error());
    if (!*text) {
        std::array<std::uint8_t, 10> random{};
        auth::fill_random(random);
        return Cmid::made_at(now(), random);
    }
    const auto cmid = cmid_from_text(**text);
    if (!cmid) return bad("id", 36);
    return *cmid;
}

// What is asked for is checked as if a member had sent it.
Result<pb::ClientFrame> send_of(GroupId gid, const Fields& fields) {
    const auto id = id_of(fields);
    if (!id) return std::unexpected(id.error());
    const auto text = fields.text("text");
    if (!text) return std::unexpected(text.error());
    const auto reply_to = fields.number("reply_to");
    if (!reply_to) return std::unexpected(reply_to.error());
    const auto mention_all = fields.flag("mention_all");
    if (!mention_all) return std::unexpected(mention_all.error());

    pb::Body body;
    body.set_text(text->value_or(""));
    body.set_reply_to(reply_to->value_or(0));
    body.set_mention_all(mention_all->value_or(false));
    pb::ClientFrame frame;
    pb::Send& send = *frame.mutable_send();
    send.set_gid(gid.value);
    send.set_cmid(std::string{id->view()});
    send.set_body(body.SerializeAsString());
    if (const auto good = session::check(send); !good) return std::unexpected(good.error());
    return frame;
}

Response sent_response(const pb::Sent& sent) {
    const auto id = Cmid::from(sent.cmid());
    return json_response(200, JsonObject{}
                                  .add("gid", sent.gid())
                                  .add("seq", sent.seq())
                                  .add("time_ms", sent.time_ms())
                                  .add("id", id ? to_text(*id) : std::string{})
                                  .text());
}

Response answer_of(const Result<pb::ServerFrame>& answer) {
    if (!answer) return refusal(answer.error());
    if (answer->has_sent()) return sent_response(answer->sent());
    if (answer->has_refused()) return refusal(answer->refused());
    return refusal({.code = Code::internal, .where = "owner"});
}

Response feed_response(const bus::FeedAnswer& feed, std::uint64_t after) {
    if (after < feed.floor) {
        return refusal(410, {.code = Code::bad_range, .where = "after", .limit = feed.floor});
    }
    return json_response(200, "{" + feed_fields(feed, after) + "}\n");
}

}  // namespace

bool Push::on_http(Request& request, Reply& reply) {
    const auto group = match("/api/v1/push/groups/{}", request.path);
    const auto user = match("/api/v1/push/users/{}", request.path);
    const bool everybody = request.path == "/api/v1/push/everybody";
    if (request.path == "/api/v1/feed") {
        if (request.method != "GET") return reply(wrong_method("GET")), true;
        return feed(request, std::move(reply)), true;
    }
    if (!group && !user && !everybody) return false;
    if (request.method != "POST") return reply(wrong_method("POST")), true;
    if (group) {
        send(request, {(*group)[0]}, {}, Scope::group, std::move(reply));
    } else if (user) {
        send(request, {}, {(*user)[0]}, Scope::user, std::move(reply));
    } else {
        send(request, kBroadcastGroup, {}, Scope::everybody, std::move(reply));
    }
    return true;
}

void Push::with_key(const Request& request, Scope scope, Reply reply,
                    std::move_only_function<void(ApiKey, Reply)> done) {
    auto found = [self = shared_from_this(), scope, reply = std::move(reply),
                  done = std::move(done)](Result<ApiKey> key) mutable {
        if (!key) return reply(refusal(401, key.error()));
        if (const auto wait = self->rates_.take(*key, now())) {
            return reply(refusal({.code = Code::rate_limited,
                                  .where = "key",
                                  .limit = key->per_second,
                                  .retry_after_ms = wait_ms(*wait),
                                  .rule = "key_rate"}));
        }
        if (!allows(*key, scope)) return reply(refusal(kNotPermitted));
        done(std::move(*key), std::move(reply));
    };
    find_key(bus_, gate_, request, std::move(found));
}

void Push::send(const Request& request, GroupId gid, UserId to, Scope scope, Reply reply) {
    auto sent = [self = shared_from_this(), body = request.body, gid, to, scope](
                    const ApiKey& key, Reply answer) mutable {
        if (scope == Scope::group && !may_send_to(key, gid)) {
            return answer(refusal({.code = Code::not_permitted, .where = "gid", .rule = "key"}));
        }
        const auto fields = Fields::parse(body);
        if (!fields) return answer(refusal(fields.error()));
        const auto as = fields->number("as");
        if (!as) return answer(refusal(as.error()));
        if (*as && !allows(key, Scope::as)) return answer(refusal(kNotPermitted));

        Message message{.scope = scope, .gid = gid, .to = to, .from = *as ? UserId{**as} : key.uid};
        if (scope == Scope::user) {
            // A chat of two has two: the operator is nobody's partner.
            if (!message.from) return answer(refusal({.code = Code::bad_field, .where = "as"}));
            message.gid = direct_gid(message.from, to);
        }
        auto frame = send_of(message.gid, *fields);
        if (!frame) return answer(refusal(frame.error()));
        message.send = std::move(*frame);
        if (!message.from) return self->deliver(std::move(message), std::move(answer));
        const UserId from = message.from;
        ask_good_account(self->bus_, self->gate_, from, *as ? "as" : "key.uid",
                         [self, message = std::move(message),
                          answer = std::move(answer)](const Result<void>& good) mutable {
                             if (!good) return answer(refusal(good.error()));
                             self->deliver(std::move(message), std::move(answer));
                         });
    };
    with_key(request, scope, std::move(reply), std::move(sent));
}

void Push::deliver(Message message, Reply reply) {
    if (message.scope == Scope::user) return open_direct(std::move(message), std::move(reply));
    post(std::move(message), std::move(reply));
}

// Made at first use; where it is there already, this is only a look-up.
void Push::open_direct(Message message, Reply reply) {
    bus::CommandRequest order{.gid = message.gid, .uid = message.from, .operator_rights = false};
    order.frame.mutable_open_direct()->set_uid(message.to.value);
    commands_.submit(std::move(order),
                     [self = shared_from_this(), message = std::move(message),
                      reply = std::move(reply)](Result<pb::ServerFrame> answer) mutable {
                         if (!answer || !answer->has_group_ready()) return reply(answer_of(answer));
                         self->post(std::move(message), std::move(reply));
                     });
}

// Nobody but the operator writes to everybody, in whosever name.
void Push::post(Message message, Reply reply) {
    const bool as_operator = !message.from || message.scope == Scope::everybody;
    commands_.submit({.gid = message.gid,
                      .uid = message.from,
                      .operator_rights = as_operator,
                      .limits_lifted = !as_operator,
                      .frame = std::move(message.send)},
                     [reply = std::move(reply)](const Result<pb::ServerFrame>& answer) mutable {
                         reply(answer_of(answer));
                     });
}

void Push::feed(const Request& request, Reply reply) {
    const Query query{request.query};
    const auto after = query.number("after", 0, limits::kIdMax);
    if (!after) return reply(refusal(after.error()));
    const auto count = query.number("count", limits::kFeedRowsPerPage, limits::kIdMax);
    if (!count) return reply(refusal(count.error()));
    auto found = [self = shared_from_this(), after = *after, count = *count](const ApiKey& /*key*/,
                                                                             Reply asker) mutable {
        auto answered = [after, reply = std::move(asker)](Result<bus::Reply> answer) mutable {
            if (!answer && answer.error().code == Code::epoch_changed) {
                return reply(refusal(410, answer.error()));
            }
            if (!answer) return reply(refusal(answer.error()));
            const auto* feed = std::get_if<bus::FeedAnswer>(&*answer);
            if (feed == nullptr) {
                return reply(refusal({.code = Code::internal, .where = "owner"}));
            }
            reply(feed_response(*feed, after));
        };
        self->bus_.ask(PartitionId{},
                       bus::AskFeed{.after = after,
                                    .count = static_cast<std::uint32_t>(
                                        std::min(count, std::uint64_t{1'000}))},
                       std::move(answered));
    };
    with_key(request, Scope::feed, std::move(reply), std::move(found));
}

}  // namespace stentor::api
