#include "owner/account.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace stentor::owner {
namespace {

constexpr Millis kNext{1};

Time newest_minted(const store::UserRow& row) {
    return row.sign_ins.empty() ? Time{} : row.sign_ins.back().minted;
}

// Every token so far is void, those of this millisecond too.
void end_tokens_before(store::UserRow& row, Time since) {
    row.tokens_since = std::max(row.tokens_since, since);
    std::erase_if(row.sign_ins,
                  [&](const store::SignIn& one) { return one.minted < row.tokens_since; });
    std::erase_if(row.ended_tokens, [&](Time minted) { return minted < row.tokens_since; });
}

void end_token(store::UserRow& row, Time minted) {
    std::erase_if(row.sign_ins, [&](const store::SignIn& one) { return one.minted == minted; });
    if (minted < row.tokens_since) return;
    const auto place = std::ranges::lower_bound(row.ended_tokens, minted);
    if (place != row.ended_tokens.end() && *place == minted) return;
    row.ended_tokens.insert(place, minted);
    if (row.ended_tokens.size() <= limits::kEndedTokens) return;
    // Too many to be named one by one: whatever is as old as the oldest of them ends.
    end_tokens_before(row, row.ended_tokens.front() + kNext);
}

void sign_in(store::UserRow& row, const bus::SignIn& given) {
    Time minted = std::max(given.minted, row.tokens_since);
    if (!row.sign_ins.empty()) minted = std::max(minted, newest_minted(row) + kNext);
    if (!row.ended_tokens.empty()) minted = std::max(minted, row.ended_tokens.back() + kNext);
    row.sign_ins.push_back({.minted = minted, .client = given.client, .address = given.address});
    if (row.sign_ins.size() > limits::kSignInsKept) row.sign_ins.erase(row.sign_ins.begin());
}

void erase(store::UserRow& row) {
    row.erased = true;
    row.disabled = true;
    row.password.clear();
    row.name = name_of_erased(row.uid);
    row.name_key = name_key(row.name);
    row.sign_ins.clear();
    row.ended_tokens.clear();
    row.rate = {};
    row.picture.clear();
}

}  // namespace

store::UserRow changed_by(store::UserRow row, const bus::AskChangeUser& ask) {
    if (ask.password_hash) row.password = *ask.password_hash;
    if (ask.disabled) row.disabled = *ask.disabled;
    if (ask.tokens_since) {
        end_tokens_before(row, std::max(*ask.tokens_since, newest_minted(row)) + kNext);
    }
    if (ask.ended_token) end_token(row, *ask.ended_token);
    if (ask.rate) row.rate = *ask.rate;
    if (ask.picture) row.picture = *ask.picture;
    if (ask.name) {
        row.name = ask.name->name;
        row.name_key = ask.name->key;
    }
    if (ask.erase) erase(row);
    if (ask.signed_in) sign_in(row, *ask.signed_in);
    return row;
}

}  // namespace stentor::owner
