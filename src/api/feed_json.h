#pragma once
// A page of the feed as other systems read it. Pure.

#include <string>

#include "bus/bus.h"

namespace stentor::api {

// "commits":[{"number":N,"gid":G,"entries":[...],"members":[{"uid":U,"event":KIND,"by":U}...]}...],
// "next":N,"head":N without the braces around it;
// `after` stands as `next` when there are no commits.
[[nodiscard]] std::string feed_fields(const bus::FeedAnswer& feed, std::uint64_t after = 0);

}  // namespace stentor::api
