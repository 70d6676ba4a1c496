#pragma once
// Ids and positions, each a type of its own: a group id where a user id belongs does not compile.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace stentor {

template <class Tag, class Rep = std::uint64_t>
struct Id {
    Rep value{};

    friend constexpr auto operator<=>(const Id&, const Id&) = default;
    [[nodiscard]] explicit constexpr operator bool() const { return value != 0; }
};

// Ids that a browser sees stay below 2^53, so that JavaScript's numbers hold them exactly.
using GroupId = Id<struct GroupTag>;
using UserId = Id<struct UserTag>;
using DeviceId = Id<struct DeviceTag>;
using NodeId = Id<struct NodeTag, std::uint32_t>;
using PartitionId = Id<struct PartitionTag, std::uint32_t>;
using Term = Id<struct TermTag>;  // Fencing token of a partition's owner; clients never see it.
using Epoch =
    Id<struct EpochTag>;  // Names a history; changes only when committed history may be lost.

// A position in a group's log: 1, 2, 3 ... ; 0 is before the first entry.
struct Seq {
    std::uint64_t value{};

    friend constexpr auto operator<=>(const Seq&, const Seq&) = default;
    friend constexpr Seq operator+(Seq seq, std::uint64_t n) { return {seq.value + n}; }
    friend constexpr Seq operator-(Seq seq, std::uint64_t n) { return {seq.value - n}; }
    friend constexpr std::uint64_t operator-(Seq a, Seq b) { return a.value - b.value; }
    constexpr Seq& operator++() {
        ++value;
        return *this;
    }
};

inline constexpr std::uint32_t kPartitions = 256;

// The finalizer of SplitMix64: spreads ids that were made one after the other.
constexpr std::uint64_t spread(std::uint64_t x) {
    x ^= x >> 30U;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27U;
    x *= 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

constexpr PartitionId partition_of(GroupId gid) {
    return {static_cast<std::uint32_t>(spread(gid.value) % kPartitions)};
}
constexpr PartitionId partition_of(UserId uid) {
    return {static_cast<std::uint32_t>(spread(uid.value) % kPartitions)};
}

// The number that no shard has: answers for it are for an HTTP request, not for a connection.
inline constexpr std::uint32_t kNoShard = 4'095;

// Outlives the connection it names: whoever holds a stale one reaches nobody, because the
// generation of a reused slot differs. Packs into 64 bits: shard 12, index 24, generation 28.
struct ConnectionToken {
    std::uint32_t shard{};
    std::uint32_t index{};
    std::uint32_t generation{};

    friend constexpr auto operator<=>(const ConnectionToken&, const ConnectionToken&) = default;

    [[nodiscard]] constexpr std::uint64_t packed() const {
        return (std::uint64_t{shard} << 52U) | (std::uint64_t{index} << 28U) | generation;
    }
    [[nodiscard]] static constexpr ConnectionToken unpacked(std::uint64_t word) {
        return {.shard = static_cast<std::uint32_t>(word >> 52U),
                .index = static_cast<std::uint32_t>(word >> 28U) & 0xffffffU,
                .generation = static_cast<std::uint32_t>(word) & 0xfffffffU};
    }
};

}  // namespace stentor

template <class Tag, class Rep>
struct std::hash<stentor::Id<Tag, Rep>> {
    std::size_t operator()(const stentor::Id<Tag, Rep>& id) const noexcept {
        return static_cast<std::size_t>(stentor::spread(id.value));
    }
};
template <>
struct std::hash<stentor::Seq> {
    std::size_t operator()(const stentor::Seq& seq) const noexcept {
        return static_cast<std::size_t>(stentor::spread(seq.value));
    }
};
