#include "api/public/profile.h"

#include <string>
#include <utility>

#include "api/http/fields.h"
#include "api/http/json.h"
#include "api/http/responses.h"
#include "api/public/accounts.h"
#include "api/public/names.h"
#include "base/media_limits.h"
#include "base/text.h"

namespace stentor::api {

using net::http::Request;

namespace {

constexpr Error kNoPicture{.code = Code::bad_field, .where = "picture"};

net::http::Response profile_response(const Result<bus::Account>& account) {
    if (!account) return refusal(account.error());
    return json_response(200, JsonObject{}
                                  .add("uid", account->uid.value)
                                  .add("name", account->name)
                                  .add("picture", account->picture)
                                  .text());
}

}  // namespace

Profile::Profile(std::shared_ptr<Tokens> tokens, bus::Bus& bus, media::Media* media)
    : tokens_{std::move(tokens)},
      bus_{bus},
      media_{media},
      changes_{{.per_minute = limits::kProfileChanges, .burst = limits::kProfileChanges}} {}

bool Profile::on_http(const Request& request, Reply& reply) {
    if (request.path != "/api/v1/profile") return false;
    if (request.method != "POST") return reply(wrong_method("POST")), true;
    const auto claims = tokens_->bearer(request);
    if (!claims) return reply(refusal(claims.error())), true;
    auto asked = change_in(request, claims->uid);
    if (!asked) return reply(refusal(asked.error())), true;
    const auto admitted = [&] {
        const std::lock_guard lock{mutex_};
        return changes_.take(claims->uid.value, now());
    }();
    if (!admitted) return reply(refusal(admitted.error())), true;
    if (asked->picture && !asked->picture->empty()) {
        check_picture(*std::move(asked), std::move(reply));
    } else {
        change(*std::move(asked), std::move(reply));
    }
    return true;
}

Result<bus::AskChangeUser> Profile::change_in(const Request& request, UserId uid) const {
    const auto fields = Fields::parse(request.body);
    if (!fields) return std::unexpected(fields.error());
    const auto name = fields->text("name");
    if (!name) return std::unexpected(name.error());
    const auto picture = fields->text("picture");
    if (!picture) return std::unexpected(picture.error());
    bus::AskChangeUser change{.uid = uid, .picture = *picture};
    if (*name) {
        if (const auto good = check_name(**name); !good) return std::unexpected(good.error());
        change.name = {.name = **name, .key = name_key(**name)};
    }
    return change;
}

// A file that they sent for this, and nobody else's.
void Profile::check_picture(bus::AskChangeUser asked, Reply reply) {
    const auto id = media::id_in(*asked.picture);
    if (media_ == nullptr || !id) return reply(refusal(kNoPicture));
    auto shared = std::make_shared<Reply>(std::move(reply));
    const bool taken = media_->run(
        *id, [self = shared_from_this(), shared, id = *id, asked = std::move(asked)]() mutable {
            const auto file = self->media_->files().find(id);
            const bool none = !file && file.error().code == Code::not_found;
            if (!file) return (*shared)(refusal(none ? kNoPicture : file.error()));
            if (file->uid != asked.uid || file->gid) return (*shared)(refusal(kNoPicture));
            self->change(std::move(asked), std::move(*shared));
        });
    if (!taken) (*shared)(refusal(media::kBusy));
}

void Profile::change(bus::AskChangeUser asked, Reply reply) {
    const PartitionId partition = partition_of(asked.uid);
    bus_.ask(partition, std::move(asked),
             [reply = std::move(reply)](Result<bus::Reply> answer) mutable {
                 reply(profile_response(only<bus::Account>(std::move(answer))));
             });
}

}  // namespace stentor::api
