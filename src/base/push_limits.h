#pragma once
// Bounds of Web Push; those of everything else stand in base/limits.h.

#include "base/limits.h"

namespace stentor::limits {

inline constexpr std::size_t kPushSubscriptions = 16;     // Of one user
inline constexpr std::size_t kPushEndpointBytes = 1'024;  // Of an address that a browser gave
inline constexpr std::size_t kPushLevels = 500;           // Groups with a level of their own
inline constexpr std::size_t kPushLanguageBytes = 16;
inline constexpr std::size_t kPushesWaiting = 65'536;  // To be read elsewhere, or tried again
inline constexpr std::size_t kPushesUnderWay = 64;
inline constexpr std::size_t kPushTextBytes = 512;      // Of a message
inline constexpr std::size_t kPushGroupsKnown = 4'096;  // Whose members are held for a moment
inline constexpr unsigned kPushAttempts = 8;
inline constexpr Millis kPushTtl = 24h;      // That a push service keeps it
inline constexpr Millis kPushSigned = 12h;   // RFC 8292 allows 24
inline constexpr Millis kPushRetryMax = 1h;  // Whatever a push service asks for

}  // namespace stentor::limits
