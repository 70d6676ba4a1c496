#pragma once
// What the members of one thread were shown of each group, entry by entry, and the bytes of the
// newest pushes that were found right: who gets the same bytes got the same entries.
//
// Thread: one. Memory: every entry once.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/digest.h"
#include "base/ids.h"
#include "wire/pb.h"

namespace stentor::crowd {

struct ShownEntry {
    std::uint64_t sender{};
    std::string body;
};
using ShownLog = std::map<std::uint64_t, ShownEntry>;  // By seq.

class Shown {
public:
    struct Push {
        std::string payload;
        GroupId gid;
        std::uint64_t first{};
        std::uint64_t last{};
    };

    // Null: not among the newest that were remembered.
    [[nodiscard]] const Push* find(std::string_view payload) const;
    void remember(Push push);
    // The payload of the one remembered last; empty: none was.
    [[nodiscard]] const std::string& newest() const {
        return pushes_[(next_ + pushes_.size() - 1) % pushes_.size()].payload;
    }

    // The digest that an Opened gave for its head. False: another one was known.
    [[nodiscard]] bool show_digest(GroupId gid, std::uint64_t seq, std::string_view digest);

    // Entries from `first` on, with the digest at the last of them; the one before the first is
    // known. False: their numbers are not dense, one is not what was shown before, or the digests
    // do not fit.
    template <class Entries>
    [[nodiscard]] bool show(GroupId gid, std::uint64_t first, const Entries& entries,
                            std::string_view digest_at_end);

    [[nodiscard]] const std::unordered_map<GroupId, ShownLog>& logs() const { return logs_; }

private:
    [[nodiscard]] bool same_or_new(GroupId gid, const pb::Entry& entry, const Digest& digest);

    std::unordered_map<GroupId, ShownLog> logs_;
    std::unordered_map<GroupId, std::map<std::uint64_t, Digest>> digests_;  // By seq.
    std::array<Push, 8> pushes_;
    std::size_t next_{};
};

}  // namespace stentor::crowd
