#include "api/public/media_files.h"

#include <algorithm>
#include <utility>

#include "api/http/header_lists.h"
#include "api/http/json.h"
#include "api/http/path_pattern.h"
#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/public/accounts.h"
#include "api/public/group_access.h"
#include "base/media_limits.h"
#include "media/rules/byte_range.h"
#include "media/rules/content_type.h"
#include "media/rules/disposition.h"

namespace stentor::api {

using net::http::Request;
using net::http::Response;

namespace {

// Of a file that is not there, and of one that is another group's.
constexpr Error kNoFile{.code = Code::not_found, .where = "media"};

// Reads a piece at a time; the file is opened for each, so that nothing is held for a slow reader.
class FileSource final : public net::http::BodySource {
public:
    FileSource(media::Media& media, media::Contents contents, media::ByteRange range)
        : media_{media}, contents_{std::move(contents)}, range_{range}, left_{range} {}

    [[nodiscard]] std::uint64_t size() const override { return range_.count; }
    void next(Done done) override {
        const media::ByteRange piece{
            .first = left_.first,
            .count = std::min<std::uint64_t>(left_.count, limits::kMediaPieceBytes)};
        left_ = {.first = left_.first + piece.count, .count = left_.count - piece.count};
        auto shared = std::make_shared<Done>(std::move(done));
        const bool taken =
            media_.run(contents_.sha256, [&media = media_, contents = contents_, piece, shared] {
                auto bytes = media.files().read(contents, piece);
                (*shared)(bytes ? share(std::move(*bytes)) : SharedBytes{});
            });
        if (!taken) (*shared)(SharedBytes{});
    }

private:
    media::Media& media_;
    const media::Contents contents_;
    const media::ByteRange range_;
    media::ByteRange left_;
};

std::vector<net::http::Header> headers_of(const media::Contents& contents, std::string_view name,
                                          const std::string& etag) {
    const bool in_place = media::shown_in_place(contents.type);
    return {{.name = "ETag", .value = etag},
            {.name = "Cache-Control", .value = "private, max-age=31536000, immutable"},
            {.name = "Accept-Ranges", .value = "bytes"},
            {.name = "Content-Disposition", .value = media::content_disposition(in_place, name)},
            {.name = "Content-Security-Policy", .value = "default-src 'none'; sandbox"},
            {.name = "X-Content-Type-Options", .value = "nosniff"},
            {.name = "Cross-Origin-Resource-Policy", .value = "same-origin"},
            {.name = "Referrer-Policy", .value = "no-referrer"}};
}

Response file_response(media::Media& media, const Request& request, const media::StoredFile& file) {
    // Whoever asks for the small picture of what has none is served the whole.
    const bool small = file.thumbnail && !Query{request.query}.text("thumbnail").empty();
    const media::Contents& contents = small ? *file.thumbnail : file.contents;
    const std::string etag = '"' + contents.sha256 + '"';
    Response response{.headers = headers_of(contents, file.name, etag)};
    if (has_it(request.header("if-none-match"), etag)) {
        response.status = 304;
        return response;
    }
    // A range is of GET alone (RFC 9110 section 14.2).
    const std::string_view range =
        request.method == "GET" ? request.header("range") : std::string_view{};
    const media::Asked asked =
        media::asked_bytes(range, request.header("if-range"), etag, contents.size);
    using What = media::Asked::What;
    if (asked.what == What::outside) {
        Response outside =
            refusal(416, {.code = Code::bad_range, .where = "range", .limit = contents.size});
        outside.headers.push_back(
            {.name = "Content-Range", .value = media::content_range(std::nullopt, contents.size)});
        return outside;
    }
    if (asked.what == What::part) {
        response.status = 206;
        response.headers.push_back(
            {.name = "Content-Range", .value = media::content_range(asked.range, contents.size)});
    }
    response.content_type = contents.type;
    response.source = std::make_shared<FileSource>(media, contents, asked.range);
    return response;
}

}  // namespace

bool MediaFiles::on_http(Request& request, Reply& reply) {
    if (request.path == "/api/v1/media-ticket") {
        if (request.method != "POST") return reply(wrong_method("POST")), true;
        return give_ticket(request, std::move(reply)), true;
    }
    const auto id = match_text("/api/v1/media/{}", request.path);
    if (!id) return false;
    if (request.method != "GET" && request.method != "HEAD") {
        return reply(wrong_method("GET")), true;
    }
    std::string text{*id};
    find(std::move(request), std::move(text), std::move(reply));
    return true;
}

void MediaFiles::give_ticket(const Request& request, Reply reply) {
    const auto claims = tokens_->bearer(request);
    if (!claims) return reply(refusal(claims.error()));
    const Tokens::Ticket ticket = tokens_->ticket(*claims);
    reply(json_response(
        200,
        JsonObject{}.add("ticket", ticket.text).add("expires_ms", to_ms(ticket.expires)).text()));
}

void MediaFiles::find(Request request, std::string id, Reply reply) {
    const std::string ticket = Query{request.query}.text("ticket");
    const auto claims = ticket.empty() ? tokens_->bearer(request) : tokens_->ticket_bearer(ticket);
    if (!claims) return reply(refusal(claims.error()));
    if (!media::is_file_id(id)) return reply(refusal(kNoFile));
    const auto asked = std::make_shared<Asked>(
        Asked{std::move(request), claims->uid, std::move(id), std::move(reply)});
    auto look = [self = shared_from_this(), asked] {
        auto file = self->media_.files().find(asked->id);
        if (!file) return asked->reply(refusal(file.error()));
        if (!file->gid) {
            return self->answer_picture(asked->request, asked->uid, std::move(*file),
                                        std::move(asked->reply));
        }
        const bool unnamed = file->entries.empty() && file->uid != asked->uid;
        if (unnamed) return self->find_again(asked);
        self->answer(asked->request, asked->uid, std::move(*file), std::move(asked->reply));
    };
    if (!media_.run(asked->id, std::move(look))) asked->reply(refusal(media::kBusy));
}

// A message that names it may have been committed a moment ago.
void MediaFiles::find_again(const std::shared_ptr<Asked>& asked) {
    auto look = [self = shared_from_this(), asked] {
        auto file = self->media_.files().find(asked->id);
        if (!file) return asked->reply(refusal(file.error()));
        self->answer(asked->request, asked->uid, std::move(*file), std::move(asked->reply));
    };
    if (!media_.after_look(std::move(look))) asked->reply(refusal(media::kBusy));
}

// Whoever is signed in may ask for a person, and so sees them; as they are now.
void MediaFiles::answer_picture(const Request& request, UserId uid, media::StoredFile file,
                                Reply reply) {
    if (uid == file.uid) return reply(file_response(media_, request, file));
    auto found = [self = shared_from_this(), request, file,
                  reply = std::move(reply)](Result<bus::Reply> answer) mutable {
        const auto users = only<pb::Users>(std::move(answer));
        if (!users) return reply(refusal(users.error()));
        const bool theirs =
            users->users_size() == 1 && users->users(0).picture() == media::address_of(file.id);
        reply(theirs ? file_response(self->media_, request, file) : refusal(kNoFile));
    };
    bus_.ask(partition_of(file.uid), bus::AskUsers{.asker = uid, .uids = {file.uid}},
             std::move(found));
}

void MediaFiles::answer(const Request& request, UserId uid, media::StoredFile file, Reply reply) {
    const GroupId gid = file.gid;
    ask_reader(bus_, gid, uid,
               [self = shared_from_this(), request, uid, file = std::move(file),
                reply = std::move(reply)](const Result<bus::MemberView>& member) mutable {
                   const bool none = !member && member.error().code == Code::not_found;
                   if (!member) return reply(refusal(none ? kNoFile : member.error()));
                   // Others read what a message names that they may read, its sender anything.
                   const auto shown = [&](Seq seq) { return seq > member->floor; };
                   if (uid != file.uid && std::ranges::none_of(file.entries, shown)) {
                       return reply(refusal(kNoFile));
                   }
                   reply(file_response(self->media_, request, file));
               });
}

}  // namespace stentor::api
