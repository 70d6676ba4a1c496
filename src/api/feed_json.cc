#include "api/feed_json.h"

#include "api/entry_json.h"

namespace stentor::api {

std::string feed_fields(const bus::FeedAnswer& feed, std::uint64_t after) {
    std::string text = "\"commits\":[";
    for (const bus::FeedAnswer::Row& row : feed.rows) {
        if (text.back() != '[') text += ',';
        text += "{\"number\":" + std::to_string(row.number) + ",\"entries\":[";
        for (const LogEntry& entry : row.entries) {
            if (text.back() != '[') text += ',';
            text += entry_json(row.gid, entry);
        }
        text += "]}";
        after = row.number;
    }
    return text + "],\"next\":" + std::to_string(after) + ",\"head\":" + std::to_string(feed.head);
}

}  // namespace stentor::api
