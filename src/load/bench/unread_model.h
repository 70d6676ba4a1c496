#pragma once
// How many entries are unread, counted one by one: what the server's answers are held against.
// Pure.

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"

namespace stentor::bench {

class UnreadModel {
public:
    void on_entry(GroupId gid, UserId sender) { senders_[gid].push_back(sender); }
    // Positions only move forward, and not beyond the head.
    void on_read(GroupId gid, UserId uid, Seq read) {
        Seq& position = read_[{gid, uid}];
        position = std::max(position, std::min(read, head(gid)));
    }
    [[nodiscard]] Seq head(GroupId gid) const {
        const auto found = senders_.find(gid);
        return found == senders_.end() ? Seq{} : Seq{found->second.size()};
    }
    // What others wrote above their position; 100 stands for all above 99.
    [[nodiscard]] std::uint32_t unread(GroupId gid, UserId uid) const {
        const auto senders = senders_.find(gid);
        if (senders == senders_.end()) return 0;
        const auto read = read_.find({gid, uid});
        const std::uint64_t first = read == read_.end() ? 0 : read->second.value;
        const auto count =
            std::ranges::count_if(senders->second.begin() + static_cast<std::ptrdiff_t>(first),
                                  senders->second.end(), [uid](UserId who) { return who != uid; });
        return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(count, limits::kUnreadCap));
    }

private:
    std::map<GroupId, std::vector<UserId>> senders_;  // Of its entries, in order.
    std::map<std::pair<GroupId, UserId>, Seq> read_;
};

}  // namespace stentor::bench
