#include "owner/heads.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace stentor::owner {
namespace {

constexpr std::size_t kPlacesFirst = 1'024;
constexpr std::uint64_t kRunMax = (std::uint64_t{1} << 11U) - 1;

}  // namespace

static_assert(sizeof(Head) == 40);

Heads::Heads(std::size_t places_max)
    : places_max_{std::bit_floor(std::max(places_max, kBucket))},
      places_(std::min(places_max_, kPlacesFirst)) {}

std::span<Head> Heads::bucket(GroupId gid) {
    const std::size_t buckets = places_.size() / kBucket;
    // Not the bits that a partition is chosen by.
    const std::size_t index = (spread(gid.value) >> 8U) % buckets;
    return std::span{places_}.subspan(index * kBucket, kBucket);
}

Head* Heads::place_of(GroupId gid) {
    const auto places = bucket(gid);
    const auto found = std::ranges::find(places, gid, &Head::gid);
    return found == places.end() ? nullptr : &*found;
}

void Heads::find(std::span<const GroupId> gids, std::vector<std::optional<Head>>& heads) {
    heads.clear();
    const std::lock_guard lock{mutex_};
    for (const GroupId gid : gids) {
        const Head* place = place_of(gid);
        heads.push_back(place == nullptr ? std::nullopt : std::optional{*place});
    }
}

void Heads::fill(GroupId gid, const store::HeadRow& row) {
    const std::lock_guard lock{mutex_};
    Head head{.gid = gid, .seq = row.seq, .time = row.time, .floor = row.floor};
    if (const Head* place = place_of(gid); place != nullptr && place->seq >= row.seq) {
        head = *place;
        head.floor = std::max(head.floor, row.floor);
    }
    put(head);
}

void Heads::on_committed(const store::Commit& commit) {
    const std::lock_guard lock{mutex_};
    const store::HeadRow& row = commit.head;
    Head head{.gid = commit.gid, .seq = row.seq, .time = row.time, .floor = row.floor};
    if (const Head* place = place_of(commit.gid); place != nullptr && place->run > 0) {
        const Seq before = commit.entries.empty() ? row.seq : commit.entries.front().seq - 1;
        if (place->seq == before) {
            head.last_sender = place->last_sender;
            head.run = place->run;
        }
    }
    for (const LogEntry& entry : commit.entries) {
        const bool goes_on = head.last_sender == entry.sender.value;
        head.run = goes_on ? std::min<std::uint64_t>(head.run + 1, kRunMax) & kRunMax : 1;
        head.last_sender = entry.sender.value & ((std::uint64_t{1} << 53U) - 1);
    }
    put(head);
}

void Heads::forget(GroupId gid) {
    const std::lock_guard lock{mutex_};
    if (Head* place = place_of(gid)) {
        *place = {};
        --used_;
    }
}

std::size_t Heads::size() const {
    const std::lock_guard lock{mutex_};
    return used_;
}

void Heads::put(const Head& head) {
    if (Head* place = place_of(head.gid)) {
        *place = head;
        return;
    }
    if (used_ * 2 >= places_.size() && places_.size() < places_max_) grow();
    const auto places = bucket(head.gid);
    // An empty place has time 0, which is the quietest of all.
    Head& quietest = *std::ranges::min_element(places, {}, &Head::time);
    if (!quietest.gid) ++used_;
    quietest = head;
}

void Heads::grow() {
    std::vector<Head> former = std::exchange(places_, std::vector<Head>(places_.size() * 2));
    used_ = 0;
    for (const Head& head : former) {
        if (head.gid) put(head);
    }
}

}  // namespace stentor::owner
