#include "owner/heads.h"

#include <algorithm>
#include <utility>

namespace stentor::owner {
namespace {

constexpr std::size_t kStripes = 64;
constexpr std::size_t kPlacesPerStripe = 1'024;  // Where there are fewer places than for all.
constexpr std::uint64_t kRunMax = (std::uint64_t{1} << 11U) - 1;

}  // namespace

static_assert(sizeof(Head) == 40);

// ---- A stripe

// Halves of one number choose the buckets; a stripe is chosen by other bits, and a partition by the
// lowest eight of what it is made from.
std::array<std::span<Head>, 2> Heads::Stripe::buckets(GroupId gid) {
    const std::uint64_t bits = spread(spread(gid.value) >> 14U);
    const std::size_t count = places_.size() / kBucket;
    const std::uint64_t first = (bits & 0xffffffffU) % count;
    const std::uint64_t second = (first + 1 + (bits >> 32U) % (count - 1)) % count;
    const auto bucket = [&](std::uint64_t index) {
        return std::span{places_}.subspan(index * kBucket, kBucket);
    };
    return {bucket(first), bucket(second)};
}

Head* Heads::Stripe::find(GroupId gid) {
    for (const std::span<Head> bucket : buckets(gid)) {
        const auto found = std::ranges::find(bucket, gid, &Head::gid);
        if (found != bucket.end()) return &*found;
    }
    return nullptr;
}

void Heads::Stripe::put(const Head& head, std::size_t places_max) {
    if (Head* place = find(head.gid)) {
        *place = head;
        return;
    }
    const bool may_grow = places_.size() + kBucket <= places_max;
    if (may_grow && (used * 5 >= places_.size() * 4 || room_for(head.gid).gid)) grow(places_max);
    put_new(head);
}

// An empty place, or that of the group which gives way.
Head& Heads::Stripe::room_for(GroupId gid) {
    const auto both = buckets(gid);
    const auto taken = [](std::span<Head> bucket) {
        return std::ranges::count_if(bucket, [](const Head& one) { return bool{one.gid}; });
    };
    // An empty place is the quietest of all.
    const auto quiet = [](const Head& one) { return std::pair{bool{one.gid}, one.time}; };
    const auto quietest = [&](std::span<Head> bucket) {
        return &*std::ranges::min_element(bucket, {}, quiet);
    };
    const auto first = taken(both[0]);
    const auto second = taken(both[1]);
    if (first != second) return *quietest(both[first < second ? 0 : 1]);
    Head* const one = quietest(both[0]);
    Head* const other = quietest(both[1]);
    return other->time < one->time ? *other : *one;
}

void Heads::Stripe::put_new(const Head& head) {
    Head& room = room_for(head.gid);
    if (!room.gid) ++used;
    room = head;
}

void Heads::Stripe::forget(GroupId gid) {
    Head* place = find(gid);
    if (place == nullptr) return;
    *place = {};
    --used;
}

// By half: twice as many would leave more than half of them empty.
void Heads::Stripe::grow(std::size_t places_max) {
    const std::size_t wanted = places_.size() * 3 / 2;
    const std::size_t size =
        std::max(std::min(wanted, places_max) / kBucket * kBucket, kPlacesFirst);
    std::vector<Head> former = std::exchange(places_, std::vector<Head>(size));
    used = 0;
    for (const Head& head : former) {
        if (head.gid) put_new(head);
    }
}

// ---- All of them

Heads::Heads(std::size_t places_max)
    : stripes_(std::clamp<std::size_t>(places_max / kPlacesPerStripe, 1, kStripes)),
      places_max_{places_max / stripes_.size()} {}

Heads::Stripe& Heads::stripe_of(GroupId gid) {
    return stripes_[(spread(gid.value) >> 8U) % stripes_.size()];
}

void Heads::find(std::span<const GroupId> gids, std::vector<std::optional<Head>>& heads) {
    heads.clear();
    for (const GroupId gid : gids) {
        Stripe& stripe = stripe_of(gid);
        const std::lock_guard lock{stripe.mutex};
        const Head* place = stripe.find(gid);
        heads.push_back(place == nullptr ? std::nullopt : std::optional{*place});
    }
}

void Heads::fill(GroupId gid, const store::HeadRow& row) {
    Stripe& stripe = stripe_of(gid);
    const std::lock_guard lock{stripe.mutex};
    Head head{.gid = gid, .seq = row.seq, .time = row.time, .floor = row.floor};
    if (const Head* place = stripe.find(gid); place != nullptr && place->seq >= row.seq) {
        head = *place;
        head.floor = std::max(head.floor, row.floor);
    }
    stripe.put(head, places_max_);
}

void Heads::on_committed(const store::Commit& commit) {
    Stripe& stripe = stripe_of(commit.gid);
    const std::lock_guard lock{stripe.mutex};
    const store::HeadRow& row = commit.head;
    Head head{.gid = commit.gid, .seq = row.seq, .time = row.time, .floor = row.floor};
    if (const Head* place = stripe.find(commit.gid); place != nullptr && place->run > 0) {
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
    stripe.put(head, places_max_);
}

void Heads::forget(GroupId gid) {
    Stripe& stripe = stripe_of(gid);
    const std::lock_guard lock{stripe.mutex};
    stripe.forget(gid);
}

std::size_t Heads::size() const {
    std::size_t sum = 0;
    for (const Stripe& stripe : stripes_) {
        const std::lock_guard lock{stripe.mutex};
        sum += stripe.used;
    }
    return sum;
}

}  // namespace stentor::owner
