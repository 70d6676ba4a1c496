#pragma once
// The words of all groups' entries in one Xapian database.
//
// Words of a group bear its id, so a search touches nothing of any other group, and takes as long
// for a group of ten entries whether it is alone or among a million. What a word is stands in
// terms.h; a question reads at most 2,048 of a group's words that begin as asked.
// Documents are numbered downwards, so that "newest first" is the order in which Xapian reads.
//
// Thread: find() from any; everything else from one, the indexer's. Errors of the disk: put(),
// remove() and commit() throw std::runtime_error, find() answers store_unavailable.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "store/search/search.h"

namespace stentor::search {

// How far the index has read: the feed of the store's history `epoch`, up to `number`.
struct Place {
    Epoch epoch;
    std::uint64_t number{};

    friend bool operator==(const Place&, const Place&) = default;
};

class WordIndex final : public Search {
public:
    // Opens or makes it. Throws std::runtime_error when it cannot be had, for instance because
    // another server has it open.
    explicit WordIndex(std::filesystem::path folder);
    ~WordIndex() override;

    Result<std::vector<Seq>> find(const Wanted& wanted) override;

    // Nothing when it was never filled whole, or filled by other rules of what a word is.
    [[nodiscard]] std::optional<Place> place() const;
    // Starts afresh; find() says store_unavailable until the next commit with a place.
    void clear();
    // Replaces what was there for this entry.
    void put(GroupId gid, Seq seq, UserId sender, std::string_view text);
    void remove(GroupId gid, Seq seq);
    // Makes what was put visible and durable. Without a place: it is not filled whole yet.
    void commit(const std::optional<Place>& place);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stentor::search
