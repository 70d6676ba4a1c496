#pragma once
// Sending a file to a group, a part after the other; openapi.json describes it:
//
//   POST   /api/v1/uploads                what, how large, to which group, or as a picture of
//                                         oneself ("profile") -> id, offset
//   GET    /api/v1/uploads/<id>           -> the offset to go on from
//   POST   /api/v1/uploads/<id>/parts     bytes at ?offset=
//   POST   /api/v1/uploads/<id>/finish    -> the address, which a message may name
//   DELETE /api/v1/uploads/<id>
//
// Limits: kPartsWaiting, each of which holds its bytes.
// Thread: any; the disk is waited for on media::Threads. `reply` is called exactly once, on any.

#include <atomic>
#include <memory>
#include <string>

#include "api/public/api.h"
#include "api/public/tokens.h"
#include "bus/bus.h"
#include "media/media.h"
#include "net/http/message.h"

namespace stentor::api {

// Where bodies are as large as a part.
inline constexpr std::string_view kUploadPaths = "/api/v1/uploads/";

class Uploads : public std::enable_shared_from_this<Uploads> {
public:
    // All outlive whatever is under way.
    Uploads(std::shared_ptr<Tokens> tokens, bus::Bus& bus, media::Media& media)
        : tokens_{std::move(tokens)}, bus_{bus}, media_{media} {}

    // False, and nothing was taken, when the path is none of this part's.
    bool on_http(net::http::Request& request, Reply& reply);

private:
    void begin(const net::http::Request& request, UserId uid, Reply reply);
    void begin_checked(media::UploadRequest upload, Reply reply);
    void on_upload(const net::http::Request& request, UserId uid, const std::string& id,
                   Reply reply);
    void add_part(net::http::Request& request, UserId uid, const std::string& id, Reply reply);
    void finish(const net::http::Request& request, UserId uid, const std::string& id, Reply reply);
    // On a thread that may wait for the disk.
    void run(std::string_view key, Reply reply,
             std::move_only_function<net::http::Response(media::Uploads&)> work);

    const std::shared_ptr<Tokens> tokens_;
    bus::Bus& bus_;
    media::Media& media_;
    std::atomic<std::size_t> parts_waiting_{};
};

}  // namespace stentor::api
