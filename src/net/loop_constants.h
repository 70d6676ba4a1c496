#pragma once
// The loop's own measures.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::net {

inline constexpr std::size_t kReadBytes =
    std::size_t{64} * 1024;  // What one connection may take of a turn.
inline constexpr std::size_t kCiphertextBytes = kReadBytes / 2;
inline constexpr std::size_t kEventsPerTurn = 256;
inline constexpr unsigned kAcceptsPerTurn = 64;
inline constexpr unsigned kAcceptsAtEnd = 65'536;  // More than any accept queue holds.
inline constexpr std::size_t kPiecesPerWrite = 16;
// Connections whose answers a mail holds back at a time: half a millisecond of answers to others.
inline constexpr std::size_t kRepliesHeld = 64;
inline constexpr std::size_t kJoinedBytes =
    std::size_t{4} * 1024;  // Bodies up to here go out with their header.
// Held of a connection before its Hello: twice what the largest one takes, and its frame.
inline constexpr std::size_t kHelloBytes = std::size_t{4} * 1024;
inline constexpr Millis kSleepMax{3'600'000};
inline constexpr Millis kAcceptRest{100};

// As ALPN calls them.
inline constexpr std::string_view kHttpProtocol = "http/1.1";
inline constexpr std::string_view kTcpProtocol = "stentor.v1";

// What epoll tells about: these, or a connection's index.
inline constexpr std::uint64_t kMailSource = UINT64_MAX;
inline constexpr std::uint64_t kFirstListenerSource = kMailSource - limits::kListeners;

}  // namespace stentor::net
