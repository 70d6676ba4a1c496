#pragma once
// One value as plain text, from the environment or from a flag.

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"

namespace stentor::config {

// Lists are parted by commas; an empty text is an empty list.
[[nodiscard]] std::expected<void, std::string> assign(Settings& settings, const Key& key,
                                                      std::string_view text);

// STENTOR_SECTION_KEY of every key for which `get` has one; `get` is std::getenv or a test's.
// Refuses with the name of the variable and what is allowed.
[[nodiscard]] std::expected<void, std::string> apply_environment(
    Settings& settings, const std::function<const char*(const char*)>& get);

// Refuses the first name that begins with STENTOR_ and belongs to no key, nor to another program of
// this house; it names the one whose spelling is near, if there is one.
[[nodiscard]] std::expected<void, std::string> check_variables(
    const std::vector<std::string_view>& names);

// "STENTOR_LIMITS_SENDS_BURST"
[[nodiscard]] std::string variable_of(const Key& key);

}  // namespace stentor::config
