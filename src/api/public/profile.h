#pragma once
// How somebody is shown to others: their name, and a picture that they sent (Uploads, "profile").
//
//   POST /api/v1/profile    name, picture: what is to change; an empty picture takes it away
//
// Limits: kProfileChanges a minute of one user; another name costs a look at every group.
// Thread: any; the disk is waited for on media::Threads. `reply` is called exactly once, on any.

#include <memory>
#include <mutex>

#include "api/public/api.h"
#include "api/public/tokens.h"
#include "auth/address_limiter.h"
#include "bus/bus.h"
#include "media/media.h"
#include "net/http/message.h"

namespace stentor::api {

class Profile : public std::enable_shared_from_this<Profile> {
public:
    // Both outlive whatever is under way; without `media` nobody has a picture.
    Profile(std::shared_ptr<Tokens> tokens, bus::Bus& bus, media::Media* media);

    // False, and nothing was taken, when the path is none of this part's.
    bool on_http(const net::http::Request& request, Reply& reply);

private:
    [[nodiscard]] Result<bus::AskChangeUser> change_in(const net::http::Request& request,
                                                       UserId uid) const;
    void check_picture(bus::AskChangeUser change, Reply reply);
    void change(bus::AskChangeUser change, Reply reply);

    const std::shared_ptr<Tokens> tokens_;
    bus::Bus& bus_;
    media::Media* const media_;
    std::mutex mutex_;
    auth::AddressLimiter changes_;  // Under mutex_; of users instead of addresses.
};

}  // namespace stentor::api
