#pragma once
// The settings of an operator as the options of each part.

#include "api/operator/erasures.h"
#include "api/public/api.h"
#include "auth/secrets.h"
#include "config/settings.h"
#include "media/media.h"
#include "net/options.h"
#include "node/session/session.h"
#include "owner/owner.h"
#include "server/telemetry/storm_watch.h"
#include "store/replica/leader.h"

namespace stentor::server {

[[nodiscard]] net::Options net_options(const config::Settings& settings);
[[nodiscard]] session::Rules session_rules(const config::Settings& settings,
                                           const session::Verifier& verifier,
                                           const account::SharedGate& gate);
// `words`, `judge` and `leader` may be none.
[[nodiscard]] owner::OwnerOptions owner_options(const config::Settings& settings,
                                                search::Search* words, owner::PostFilter* judge,
                                                replica::Leader* leader);
// Throws std::runtime_error when a key of another system cannot be used.
[[nodiscard]] api::Options api_options(const config::Settings& settings,
                                       const auth::Secrets& secrets, bus::CommandClient& commands,
                                       const account::SharedGate& gate, media::Media* media,
                                       const std::shared_ptr<api::Erasures>& erasures,
                                       api::WebPush web_push);

// How often each connection gets a heartbeat.
[[nodiscard]] Millis pulse_of(const config::Settings::Server& server);

// "auto": nothing is pinned.
[[nodiscard]] StormOptions storm_options(const config::Settings& settings);

}  // namespace stentor::server
