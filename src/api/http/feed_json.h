#pragma once
// A page of the feed as other systems read it. Pure.

#include <string>

#include "bus/bus.h"

namespace stentor::api {

// "commits":[{"number":N,"gid":G,"entries":[...],"members":[{"uid":U,"event":KIND,"by":U}...]}...],
// "next":N,"head":N without the braces around it; `after`, the place that was asked for, stands as
// `next` when there are no commits. The first commit after a restore bears "fork":N as well: what
// was told with numbers above N and below its own was lost.
[[nodiscard]] std::string feed_fields(const bus::FeedAnswer& feed, std::uint64_t after);

}  // namespace stentor::api
