#include "api/http/feed_json.h"

#include <array>

#include "api/http/entry_json.h"
#include "base/feed_number.h"

namespace stentor::api {
namespace {

constexpr std::array<std::string_view, 7> kKinds{"",       "joined",     "left",        "kicked",
                                                 "banned", "ban_lifted", "group_closed"};

std::string member_json(const MemberEvent& event) {
    return "{\"uid\":" + std::to_string(event.uid.value) + ",\"event\":\"" +
           std::string{kKinds.at(static_cast<std::size_t>(event.kind))} +
           "\",\"by\":" + std::to_string(event.by.value) + "}";
}

}  // namespace

std::string feed_fields(const bus::FeedAnswer& feed, std::uint64_t after) {
    std::string text = "\"commits\":[";
    for (const bus::FeedAnswer::Row& row : feed.rows) {
        if (text.back() != '[') text += ',';
        text += "{\"number\":" + std::to_string(row.number);
        // What was told above `after` by a history that was lost.
        if (feed_epoch(row.number) != feed_epoch(after)) {
            text += ",\"fork\":" + std::to_string(after);
        }
        text += ",\"gid\":" + std::to_string(row.gid.value) + ",\"entries\":[";
        for (const LogEntry& entry : row.entries) {
            if (text.back() != '[') text += ',';
            text += entry_json(row.gid, entry);
        }
        text += "],\"members\":[";
        for (const MemberEvent& event : row.members) {
            if (text.back() != '[') text += ',';
            text += member_json(event);
        }
        text += "]}";
        after = row.number;
    }
    return text + "],\"next\":" + std::to_string(after) + ",\"head\":" + std::to_string(feed.head);
}

}  // namespace stentor::api
