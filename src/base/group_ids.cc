#include "base/group_ids.h"

#include <algorithm>
#include <string>

#include "base/digest.h"

namespace stentor {
namespace {

constexpr std::uint64_t kGidMin = std::uint64_t{1} << 40U;
constexpr std::uint64_t kDirectMin = std::uint64_t{1} << 52U;
constexpr std::uint64_t kGidEnd = std::uint64_t{1} << 53U;

void append(std::string& seed, UserId uid) {
    for (unsigned shift = 0; shift < 64; shift += 8) seed += static_cast<char>(uid.value >> shift);
}

GroupId gid_from(std::string_view seed, std::uint64_t first, std::uint64_t end) {
    return {first + number_of(hash_of(seed)) % (end - first)};
}

}  // namespace

GroupId created_gid(UserId uid, std::string_view cmid) {
    std::string seed{cmid};
    append(seed, uid);
    return gid_from(seed, kGidMin, kDirectMin);
}

GroupId direct_gid(UserId one, UserId other) {
    std::string seed{"direct"};
    append(seed, std::min(one, other));
    append(seed, std::max(one, other));
    return gid_from(seed, kDirectMin, kGidEnd);
}

bool is_direct(GroupId gid) { return gid.value >= kDirectMin && gid.value < kGidEnd; }

}  // namespace stentor
