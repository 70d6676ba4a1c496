#pragma once
// What the server says, in the words and lines of the terminal. Whatever others wrote passes
// harmless() here.

#include <cstdint>
#include <string>
#include <vector>

#include "wire/pb.h"

namespace stentor::terminal {

// Local time, "09:41".
[[nodiscard]] std::string clock_of(std::uint64_t time_ms);
[[nodiscard]] std::string unread_of(std::uint32_t unread);

[[nodiscard]] std::string words_of(const pb::Note& note);
[[nodiscard]] std::string words_of(const pb::Refused& refused);
[[nodiscard]] std::string words_of(const pb::Opened& opened);
[[nodiscard]] std::string words_of(const pb::Member& member);
// What stands behind the sender's name.
[[nodiscard]] std::string words_of(const pb::Entry& entry);
// Each emoji with its count.
[[nodiscard]] std::string words_of(const pb::Tally& tally);
[[nodiscard]] std::vector<std::string> lines_of(const pb::Groups& groups);

}  // namespace stentor::terminal
