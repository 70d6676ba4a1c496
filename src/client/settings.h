#pragma once
// What is given to a client from outside: once, and with each event.

#include <cstdint>
#include <string>

#include "base/time.h"

namespace stentor::client {

// Shared by all clients of a kind.
struct Settings {
    std::string name{"stentor-client/1"};
    Millis answer_within{10'000};   // A command; then it is unknown and goes out again
    Millis connect_within{10'000};  // A connection, and its Welcome
    Millis retry_min{200};          // Of delays that double, full jitter
    Millis retry_max{30'000};
    // After a pause, pull what is held of the newest page once more: it may have changed meanwhile.
    bool look_again{false};
    // Where the server would skip to the newest page, pull the whole way instead: for checks.
    bool pull_everything{false};
    // A person may be looking: a pulse is answered by Here where nothing was said for long.
    // Programs that nobody looks at leave it, and are not counted as online then.
    bool says_here{false};
};

// Now, and bytes of randomness: fresh with each event.
struct Moment {
    Time now;
    std::uint64_t random{};
};

}  // namespace stentor::client
