#pragma once
// Files that members sent, to members of the same group: GET /api/v1/media/<id>, with a token in
// the header or a ticket in the query, which POST /api/v1/media-ticket gives.
//
// What is served was written by a stranger, from the page's own origin. So its type is the one its
// bytes have; only pictures, sound and video stand in their place, anything else is saved; nothing
// in it runs, also when it is opened by itself; no other page may show it.
//
// Thread: any; the disk is waited for on media::Threads. `reply` is called exactly once, on any.

#include <memory>
#include <string>

#include "api/public/api.h"
#include "api/public/tokens.h"
#include "bus/bus.h"
#include "media/media.h"
#include "net/http/message.h"

namespace stentor::api {

class MediaFiles : public std::enable_shared_from_this<MediaFiles> {
public:
    // All outlive whatever is under way.
    MediaFiles(std::shared_ptr<Tokens> tokens, bus::Bus& bus, media::Media& media)
        : tokens_{std::move(tokens)}, bus_{bus}, media_{media} {}

    // False, and nothing was taken, when the path is none of this part's.
    bool on_http(net::http::Request& request, Reply& reply);

private:
    void give_ticket(const net::http::Request& request, Reply reply);
    struct Asked {
        net::http::Request request;
        UserId uid;
        std::string id;
        Reply reply;
    };
    void find(net::http::Request request, std::string id, Reply reply);
    void find_again(const std::shared_ptr<Asked>& asked);
    void answer_picture(const net::http::Request& request, UserId uid, media::StoredFile file,
                        Reply reply);
    void answer(const net::http::Request& request, UserId uid, media::StoredFile file, Reply reply);

    const std::shared_ptr<Tokens> tokens_;
    bus::Bus& bus_;
    media::Media& media_;
};

}  // namespace stentor::api
