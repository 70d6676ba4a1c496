#pragma once
// The parts of Web Push, from the operator's settings and the record.

#include <memory>

#include "api/public/push_subscriptions.h"
#include "bus/bus.h"
#include "config/settings.h"
#include "http_client/http_poster.h"
#include "store/settings.h"
#include "web_push/subscriptions.h"
#include "web_push/vapid.h"

namespace stentor::server {

// None where nothing is pushed. The key stands in the record, beside the subscriptions that are
// bound to it, so that backups, followers and exports hold both: it is made when it is missing.
// Throws std::runtime_error when the record cannot tell it, or holds none that can be read.
[[nodiscard]] std::unique_ptr<web_push::Vapid> make_vapid(const config::Settings& settings,
                                                          store::Settings& record);
// Throws std::runtime_error.
[[nodiscard]] std::unique_ptr<web_push::Subscriptions> read_subscriptions(store::Settings& record,
                                                                          bus::Bus& bus);
// Connects to public addresses, and to those that the operator allows.
[[nodiscard]] http_client::PosterOptions push_poster_options(const config::Settings& settings);
// Both may be none.
[[nodiscard]] api::WebPush web_push_of(const config::Settings& settings,
                                       const web_push::Vapid* vapid,
                                       web_push::Subscriptions* subscriptions);

}  // namespace stentor::server
