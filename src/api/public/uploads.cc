#include "api/public/uploads.h"

#include <utility>

#include "api/http/fields.h"
#include "api/http/json.h"
#include "api/http/path_pattern.h"
#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/public/group_access.h"
#include "base/media_limits.h"
#include "node/session/checks.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

// Where the upload stands is the error's limit: the sender goes on from there.
Response refused_upload(const Error& error) {
    return error.code == Code::bad_range ? refusal(409, error) : refusal(error);
}

Response progress_response(unsigned status, const Result<media::UploadProgress>& progress) {
    if (!progress) return refused_upload(progress.error());
    return json_response(status, JsonObject{}
                                     .add("id", progress->id)
                                     .add("offset", progress->offset)
                                     .add("size", progress->size)
                                     .add("part_bytes", std::uint64_t{limits::kUploadPartBytes})
                                     .text());
}

// Name and type as they may stand in a message.
Result<media::UploadRequest> upload_in(const Request& request, UserId uid) {
    const auto fields = Fields::parse(request.body);
    if (!fields) return std::unexpected(fields.error());
    const auto group = fields->number("group");
    if (!group) return std::unexpected(group.error());
    const auto size = fields->number("size");
    if (!size) return std::unexpected(size.error());
    const auto name = fields->text("name");
    if (!name) return std::unexpected(name.error());
    const auto type = fields->text("type");
    if (!type) return std::unexpected(type.error());
    const auto sha256 = fields->text("sha256");
    if (!sha256) return std::unexpected(sha256.error());
    const auto whole = fields->text("thumbnail_of");
    if (!whole) return std::unexpected(whole.error());
    const auto thumbnail_of = media::id_in(whole->value_or(""));
    if (*whole && !thumbnail_of) {
        return std::unexpected(Error{.code = Code::bad_field, .where = "thumbnail_of"});
    }
    const auto profile = fields->flag("profile");
    if (!profile) return std::unexpected(profile.error());
    // A picture of oneself is no group's.
    const bool own = profile->value_or(false) && !*group;
    if (const auto good = session::check_id(group->value_or(0), "group"); !own && !good) {
        return std::unexpected(good.error());
    }
    if (const auto good = session::check_file(name->value_or(""), type->value_or("")); !good) {
        return std::unexpected(good.error());
    }
    return media::UploadRequest{.uid = uid,
                                .gid = {group->value_or(0)},
                                .name = name->value_or(""),
                                .size = size->value_or(0),
                                .declared_type = type->value_or(""),
                                .sha256 = sha256->value_or(""),
                                .thumbnail_of = thumbnail_of.value_or("")};
}

Response finished_response(const Result<media::StoredFile>& file) {
    if (!file) return refused_upload(file.error());
    return json_response(200, JsonObject{}
                                  .add("address", media::address_of(file->id))
                                  .add("media_type", file->contents.type)
                                  .add("size", file->contents.size)
                                  .add("sha256", file->contents.sha256)
                                  .text());
}

}  // namespace

bool Uploads::on_http(Request& request, Reply& reply) {
    const bool all = request.path == "/api/v1/uploads";
    const auto one = match_text("/api/v1/uploads/{}", request.path);
    const auto parts = match_text("/api/v1/uploads/{}/parts", request.path);
    const auto finished = match_text("/api/v1/uploads/{}/finish", request.path);
    if (!all && !one && !parts && !finished) return false;
    if (!one && request.method != "POST") return reply(wrong_method("POST")), true;
    const auto claims = tokens_->bearer(request);
    if (!claims) return reply(refusal(claims.error())), true;
    if (all) {
        begin(request, claims->uid, std::move(reply));
    } else if (one) {
        on_upload(request, claims->uid, std::string{*one}, std::move(reply));
    } else if (parts) {
        add_part(request, claims->uid, std::string{*parts}, std::move(reply));
    } else {
        finish(request, claims->uid, std::string{*finished}, std::move(reply));
    }
    return true;
}

void Uploads::run(std::string_view key, Reply reply,
                  std::move_only_function<Response(media::Uploads&)> work) {
    auto shared = std::make_shared<Reply>(std::move(reply));
    const bool taken =
        media_.run(key, [self = shared_from_this(), shared, work = std::move(work)]() mutable {
            (*shared)(work(self->media_.uploads()));
        });
    if (taken) return;
    media_.refuse_busy();
    (*shared)(refusal(media::kBusy));
}

void Uploads::begin(const Request& request, UserId uid, Reply reply) {
    auto upload = upload_in(request, uid);
    if (!upload) return reply(refusal(upload.error()));
    const GroupId gid = upload->gid;
    if (!gid) return begin_checked(std::move(*upload), std::move(reply));
    ask_poster(bus_, gid, uid,
               [self = shared_from_this(), upload = std::move(*upload),
                reply = std::move(reply)](const Result<bus::MemberView>& member) mutable {
                   if (!member) return reply(refusal(member.error()));
                   self->begin_checked(std::move(upload), std::move(reply));
               });
}

void Uploads::begin_checked(media::UploadRequest upload, Reply reply) {
    const std::string key = std::to_string(upload.uid.value);
    run(key, std::move(reply), [upload = std::move(upload)](media::Uploads& uploads) mutable {
        return progress_response(201, uploads.begin(std::move(upload), now()));
    });
}

void Uploads::on_upload(const Request& request, UserId uid, const std::string& id, Reply reply) {
    if (request.method == "DELETE") {
        return run(id, std::move(reply), [uid, id](media::Uploads& uploads) {
            const auto cancelled = uploads.cancel(uid, id);
            return cancelled ? json_response(200, "{\"ok\":true}\n") : refusal(cancelled.error());
        });
    }
    if (request.method != "GET" && request.method != "HEAD") {
        return reply(wrong_method("DELETE, GET, HEAD"));
    }
    run(id, std::move(reply), [uid, id](media::Uploads& uploads) {
        return progress_response(200, uploads.find(uid, id));
    });
}

void Uploads::add_part(Request& request, UserId uid, const std::string& id, Reply reply) {
    const Query query{request.query};
    const auto offset = query.number("offset", 0, limits::kIdMax);
    if (!offset) return reply(refusal(offset.error()));
    if (request.body.empty() || request.body.size() > limits::kUploadPartBytes) {
        return reply(
            refusal({.code = Code::bad_field, .where = "part", .limit = limits::kUploadPartBytes}));
    }
    if (parts_waiting_.fetch_add(1) >= limits::kPartsWaiting) {
        parts_waiting_.fetch_sub(1);
        media_.refuse_busy();
        return reply(refusal(media::kBusy));
    }
    // Given back before the answer, or with the part if it is not taken.
    std::shared_ptr<void> place{nullptr, [self = shared_from_this()](std::nullptr_t) {
                                    self->parts_waiting_.fetch_sub(1);
                                }};
    run(id, std::move(reply),
        [uid, id, offset = *offset, bytes = std::move(request.body),
         place = std::move(place)](media::Uploads& uploads) mutable {
            Response response = progress_response(200, uploads.add(uid, id, offset, bytes));
            place.reset();
            return response;
        });
}

void Uploads::finish(const Request& request, UserId uid, const std::string& id, Reply reply) {
    const auto fields = Fields::parse(request.body);
    if (!fields) return reply(refusal(fields.error()));
    const auto sha256 = fields->text("sha256");
    if (!sha256) return reply(refusal(sha256.error()));
    run(id, std::move(reply), [uid, id, sha256 = sha256->value_or("")](media::Uploads& uploads) {
        return finished_response(uploads.finish(uid, id, sha256, now()));
    });
}

}  // namespace stentor::api
