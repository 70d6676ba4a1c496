#pragma once
// Places of the record that could not be read while the server ran. A place is told in the log
// once: whoever waits for it asks again and again.
//
// Thread: any. Limits: kPlacesKept places; more are counted as reads alone.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/code.h"

namespace stentor::store {

class Damage {
public:
    static constexpr std::size_t kPlacesKept = 1'000;

    // Whether this place is a new one, to be told.
    [[nodiscard]] bool note(std::string_view place);
    [[nodiscard]] std::uint64_t places() const { return places_.load(); }
    [[nodiscard]] std::uint64_t reads() const { return reads_.load(); }

private:
    std::mutex mutex_;
    std::set<std::string, std::less<>> known_;
    std::atomic<std::uint64_t> places_;
    std::atomic<std::uint64_t> reads_;
};

// Of this process' record.
[[nodiscard]] Damage& damage();

inline constexpr const char* kDamagedWhere = "damaged";

// Of a read that met a damaged place: whoever does not need that place goes on without it.
[[nodiscard]] inline bool is_damage(const Error& error) {
    return error.code == Code::store_unavailable && error.where == kDamagedWhere;
}

// What is damaged heals only when an operator brings a copy: nobody need ask before.
inline constexpr std::uint32_t kDamagedRetryMs = 300'000;

}  // namespace stentor::store
