#pragma once
// How often each key asks: so many requests a second, as the key says, and kKeyBurstS seconds'
// worth at once.
//
// Thread: any; one lock, held for a look-up. Limits: a row for each key that asked within its
// burst; keys are the operator's to make.

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/public/api_keys.h"
#include "base/time.h"

namespace stentor::api {

class KeyRates {
public:
    // How long to wait; nothing: not at all, and the request is counted.
    [[nodiscard]] std::optional<Millis> take(const ApiKey& key, Time now);
    [[nodiscard]] std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Time> full_at_;  // When its whole burst is there again.
    Time looked_at_{};
};

}  // namespace stentor::api
