#pragma once
// What may stand as the name of an account or a group, or as a topic; which names look alike. By
// Unicode's rules for identifiers (UAX 15, UTS 39), through ICU. Pure.
//
// Cost: some microseconds a name.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stentor::text {

// As a name is stored: NFC, so that one name has one form.
[[nodiscard]] std::string normal(std::string_view text);

// As names are compared and looked for: NFKC_Casefold. Never changes for a text that shown_line()
// lets pass, whichever Unicode version comes.
[[nodiscard]] std::string folded(std::string_view text);

// Whether it reads as one line that stands for itself: what plain_line() (base/text.h) asks, and
// nothing in it that is invisible or blank where it stands (fillers, tags, joiners outside of emoji
// and of the scripts that are written with them), nothing private or unassigned, no mark without a
// letter to stand on.
[[nodiscard]] bool shown_line(std::string_view text);

// Whether no word mixes scripts that are not written together (UTS 39, "highly restrictive"):
// "Аnn" with a Cyrillic letter in it does.
[[nodiscard]] bool scripts_fit(std::string_view name);

// Two names look alike when they share one of these: skeletons of UTS 39, of the folded name and,
// where that is another, of the name as it is written ("PaypaI" with an upper case i is "Paypal").
// For comparing only. Change with looks_version().
[[nodiscard]] std::vector<std::string> looks(std::string_view name);
[[nodiscard]] std::string looks_version();

// Whether it reads as one who speaks for the server ("The operator", "Аdmin", "Stentor support").
[[nodiscard]] bool is_reserved(std::string_view name);
// Whether a group of this name would be taken for the server's own ("Announcements").
[[nodiscard]] bool is_reserved_of_groups(std::string_view name);

}  // namespace stentor::text
