#pragma once
// Which names accounts may still take: none that looks like another's (UTS 39, through
// text/names.h), none that holds a word of the list.
//
// Looks are kept in memory, not in the store: they change with Unicode's versions, and a table of
// them would have to be made anew then. So they are learnt from all names at the start.
//
// Owner: Questions. Thread: any. Cost: about 5 us and 18 bytes a name; until all are
// learnt, whoever adds an account waits.

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <unordered_map>

#include "base/code.h"
#include "group/rules/keywords.h"
#include "store/accounts.h"

namespace stentor::owner {

class Names {
public:
    explicit Names(store::Accounts& store) : store_{store} {}

    // Those of all accounts there are; the first to add one does it where nobody has.
    Result<void> learn(const std::stop_token& stop = {});
    // name_taken: its name looks like that of another account, or is it.
    Result<void> add(const store::UserRow& row);
    // change_user() of an account that `edit` gives this name; name_taken likewise, FILTERED for a
    // listed word. The name that it has is no other's.
    Result<store::UserRow> rename(UserId uid, std::string_view name,
                                  const store::Accounts::Edit& edit);
    // It is free again.
    void forget(std::string_view name);

    void use_keywords(std::shared_ptr<const rules::Keywords> keywords);
    // FILTERED, if it holds a listed word.
    [[nodiscard]] Result<void> check_words(std::string_view name) const;

private:
    Result<void> learn_all(const std::stop_token& stop);
    void count(std::string_view name, bool comes);
    [[nodiscard]] bool is_taken(std::string_view name) const;

    store::Accounts& store_;
    mutable std::mutex mutex_;
    bool learnt_{};
    // A hash of each look; and of those that accounts of an earlier version share, how many more
    // have it.
    boost::unordered_flat_set<std::uint64_t> looks_;
    std::unordered_map<std::uint64_t, std::uint32_t> shared_;
    std::shared_ptr<const rules::Keywords> keywords_;
};

}  // namespace stentor::owner
