#include "client/group_cursor.h"

#include <algorithm>
#include <vector>

#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::client {

// The page's digests are computed before anything of it is handed on: what does not belong to the
// chain is never shown.
template <class Page>
Step GroupCursor::apply(Host& host, const Page& page, Seq first, const Digest& at_end) {
    const auto count = static_cast<std::uint64_t>(page.entries_size());
    if (count == 0) return {};
    for (std::uint64_t i = 0; i < count; ++i) {
        const Seq got{page.entries(static_cast<int>(i)).seq()};
        if (got != first + i) return {Step::Kind::disorder, got, first + i};
    }
    const Seq last = first + (count - 1);
    head_ = std::max(head_, last);
    for (const pb::Entry& entry : page.entries()) {
        if (Seq{entry.seq()} <= seq_ && entry.revision() > 0) host.on_changed(gid_, epoch_, entry);
    }
    if (first > seq_ + 1) return {Step::Kind::gap, first, seq_ + 1};
    if (last < seq_) return {};
    if (last == seq_) {
        if (at_end == digest_) return {};
        return {Step::Kind::digest_mismatch, last, last};
    }

    const std::uint64_t skipped = seq_ + 1 - first;
    std::vector<Digest> digests;
    digests.reserve(count - skipped);
    Digest digest = digest_;
    for (std::uint64_t i = skipped; i < count; ++i) {
        digest = digest_after(digest, page.entries(static_cast<int>(i)));
        digests.push_back(digest);
    }
    if (digest != at_end) return {Step::Kind::digest_mismatch, last, last};

    for (std::uint64_t i = skipped; i < count; ++i) {
        ++seq_;
        digest_ = digests[i - skipped];
        host.on_applied(gid_, epoch_, page.entries(static_cast<int>(i)), digest_);
    }
    return {.at = seq_};
}

Step GroupCursor::on_opened(Host& host, const pb::Opened& opened, bool whole) {
    const Epoch epoch{opened.epoch()};
    const Seq first{opened.first_seq()};
    const Digest before = Digest::from(opened.digest_before());
    const bool continues = epoch_ == epoch && first <= seq_ + 1;
    // What lies between is to be had by pulls, unless it is below the floor.
    const bool reachable = epoch_ == epoch && Seq{opened.floor()} <= seq_;

    if (!holds_something() || (opened.reset() && !continues && !(whole && reachable))) {
        const Seq after = first.value == 0 ? first : first - 1;
        if (after.value == 0 && before != genesis(gid_)) {
            return {Step::Kind::digest_mismatch, after, after};
        }
        restart(host, epoch, after, before, {opened.head()});
    } else if (epoch != epoch_) {
        return {Step::Kind::other_epoch};
    }
    head_ = std::max(head_, Seq{opened.head()});
    const Digest at_end = Digest::from(opened.digest());
    if (opened.entries_size() == 0 && seq_.value == opened.head() && at_end != digest_) {
        return {Step::Kind::digest_mismatch, seq_, seq_};
    }
    return apply(host, opened, first, at_end);
}

Step GroupCursor::on_range(Host& host, const pb::Range& range) {
    if (Epoch{range.epoch()} != epoch_) return {Step::Kind::other_epoch};
    head_ = std::max(head_, Seq{range.head()});
    const Seq first{range.first_seq()};
    if (look_from_ == first && range.entries_size() > 0) {
        const Seq next = first + static_cast<std::uint64_t>(range.entries_size());
        look_from_ = next > seq_ ? Seq{} : next;
    }
    if (first == seq_ + 1 && Digest::from(range.digest_before()) != digest_) {
        return {Step::Kind::digest_mismatch, seq_, seq_};
    }
    return apply(host, range, first, Digest::from(range.digest()));
}

Step GroupCursor::on_batch(Host& host, const pb::Batch& batch) {
    if (!holds_something()) return {};  // Opened will bring it.
    if (Epoch{batch.epoch()} != epoch_) return {Step::Kind::other_epoch};
    return apply(host, batch, {batch.first_seq()}, Digest::from(batch.digest()));
}

bool GroupCursor::on_head(Epoch epoch, Seq head) {
    if (!holds_something() || epoch < epoch_) return true;
    if (epoch != epoch_) return false;
    head_ = std::max(head_, head);
    return true;
}

void GroupCursor::restart(Host& host, Epoch epoch, Seq seq, const Digest& digest, Seq head) {
    epoch_ = epoch;
    seq_ = seq;
    digest_ = digest;
    look_from_ = {};
    held_after_ = seq;
    head_ = std::max(seq, head);
    host.on_restarted(gid_, epoch, seq);
}

void GroupCursor::fork(Epoch epoch, Seq fork) {
    if (!holds_something() || seq_ > fork) return forget();
    epoch_ = epoch;
    head_ = seq_;
}

void GroupCursor::forget() {
    epoch_ = {};
    seq_ = head_ = held_after_ = look_from_ = {};
    digest_ = {};
}

}  // namespace stentor::client
