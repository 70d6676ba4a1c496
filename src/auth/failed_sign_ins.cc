#include "auth/failed_sign_ins.h"

#include <algorithm>

#include "base/limits.h"

namespace stentor::auth {

Result<void> FailedSignIns::take(std::uint64_t account, Time now) {
    auto place = places_.find(account);
    if (place == places_.end()) {
        if (places_.size() >= accounts_max_) {
            places_.erase(newest_first_.back().account);
            newest_first_.pop_back();
        }
        newest_first_.push_front({.account = account, .next = now});
        place = places_.emplace(account, newest_first_.begin()).first;
    }
    newest_first_.splice(newest_first_.begin(), newest_first_, place->second);
    Tries& tries = *place->second;
    if (now < tries.next) {
        return std::unexpected(
            Error{.code = Code::rate_limited,
                  .where = "name",
                  .retry_after_ms = static_cast<std::uint32_t>((tries.next - now).count())});
    }
    // After a day without a try it begins anew.
    if (now - tries.next > Millis{86'400'000}) tries.failed = 0;
    ++tries.failed;
    tries.next = now;
    if (tries.failed < limits::kFailedSignIns) return {};
    const int doublings = std::min(tries.failed - limits::kFailedSignIns, 16);
    tries.next = now + std::min(limits::kFailedSignIn * (1 << doublings), limits::kFailedSignInMax);
    return {};
}

void FailedSignIns::succeeded(std::uint64_t account) {
    const auto place = places_.find(account);
    if (place == places_.end()) return;
    newest_first_.erase(place->second);
    places_.erase(place);
}

}  // namespace stentor::auth
