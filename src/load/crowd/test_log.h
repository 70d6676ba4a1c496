#pragma once
// A group's log as a right server shows it; tests change what they take from it.

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::crowd {

class TestLog {
public:
    static constexpr GroupId kGid{7};
    static constexpr std::uint64_t kEpoch = 3;

    // Entries 1 to `head`.
    explicit TestLog(std::uint64_t head) {
        for (std::uint64_t seq = 1; seq <= head; ++seq) add(seq);
    }

    [[nodiscard]] std::uint64_t head() const { return entries_.size(); }
    [[nodiscard]] const pb::Entry& entry(std::uint64_t seq) const { return entries_.at(seq - 1); }
    [[nodiscard]] const Digest& digest(std::uint64_t seq) const { return digests_.at(seq); }

    // Its words go, and no digest changes: each covers a hash of them that stays.
    void recall(std::uint64_t seq) {
        pb::Entry& entry = entries_.at(seq - 1);
        entry.set_body_hash(std::string{hash_of(entry.body()).view()});
        entry.clear_body();
        entry.set_recalled(true);
        entry.set_revision(1);
    }

    [[nodiscard]] pb::Batch batch(std::uint64_t first, std::uint64_t last) const {
        pb::Batch batch;
        fill(batch, first, last);
        return batch;
    }
    [[nodiscard]] pb::Range range(std::uint64_t first, std::uint64_t last) const {
        pb::Range range;
        fill(range, first, last);
        range.set_digest_before(std::string{digest(first - 1).view()});
        range.set_head(head());
        return range;
    }
    // `first` is beyond the head where nothing is missed.
    [[nodiscard]] pb::Opened opened(std::uint64_t first) const {
        pb::Opened opened;
        fill(opened, first, head());
        opened.set_digest_before(std::string{digest(first - 1).view()});
        opened.set_head(head());
        return opened;
    }

private:
    void add(std::uint64_t seq) {
        std::array<std::uint8_t, 10> bytes{};
        bytes[0] = static_cast<std::uint8_t>(seq);
        pb::Entry entry;
        entry.set_seq(seq);
        entry.set_sender(100 + seq % 2);
        entry.set_cmid(std::string{Cmid::made_at(Time{}, bytes).view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(1'000 + seq);
        entry.set_body("entry " + std::to_string(seq));
        digests_.push_back(digest_after(digests_.back(), entry));
        entries_.push_back(std::move(entry));
    }
    template <class Page>
    void fill(Page& page, std::uint64_t first, std::uint64_t last) const {
        page.set_gid(kGid.value);
        page.set_epoch(kEpoch);
        page.set_first_seq(first);
        for (std::uint64_t seq = first; seq <= last; ++seq) *page.add_entries() = entry(seq);
        page.set_digest(std::string{digest(last).view()});
    }

    std::vector<pb::Entry> entries_;
    std::vector<Digest> digests_{genesis(kGid)};  // At each seq, from 0 on.
};

}  // namespace stentor::crowd
