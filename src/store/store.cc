#include "store/store.h"

namespace stentor::store {
namespace {

// `look` for each of `keys`, in their order; the first error ends it.
template <class Key, class Look>
auto one_by_one(std::span<const Key> keys, const Look& look)
    -> Result<std::vector<typename decltype(look(keys.front()))::value_type>> {
    std::vector<typename decltype(look(keys.front()))::value_type> found;
    found.reserve(keys.size());
    for (const Key& key : keys) {
        auto one = look(key);
        if (!one) return std::unexpected(one.error());
        found.push_back(*std::move(one));
    }
    return found;
}

}  // namespace

Result<std::vector<std::optional<MemberRow>>> Members::member_rows(
    std::span<const MemberKey> keys) {
    return one_by_one(keys, [this](const MemberKey& key) { return member(key.gid, key.uid); });
}

Result<std::vector<std::vector<GroupId>>> Members::group_lists(std::span<const UserId> uids,
                                                               std::size_t count_max) {
    return one_by_one(uids, [&](UserId uid) -> Result<std::vector<GroupId>> {
        const auto all = memberships(uid, count_max);
        if (!all) return std::unexpected(all.error());
        std::vector<GroupId> gids;
        for (const Membership& membership : *all) gids.push_back(membership.gid);
        return gids;
    });
}

Result<std::vector<std::uint64_t>> UserLogs::user_log_heads(std::span<const UserId> uids) {
    return one_by_one(uids, [this](UserId uid) -> Result<std::uint64_t> {
        const auto page = user_log(uid, 0, 1);
        if (!page) return std::unexpected(page.error());
        return page->head;
    });
}

Result<std::vector<std::optional<UserRow>>> Accounts::user_rows(std::span<const UserId> uids) {
    return one_by_one(uids, [this](UserId uid) { return user(uid); });
}

}  // namespace stentor::store
