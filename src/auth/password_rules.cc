#include "auth/password_rules.h"

#include <algorithm>
#include <string>

#include "auth/common_passwords.h"
#include "base/limits.h"
#include "base/text.h"

namespace stentor::auth {
namespace {

constexpr std::string_view kRuns[] = {"abcdefghijklmnopqrstuvwxyz",
                                      "012345678901234567890",
                                      "qwertyuiop",
                                      "asdfghjkl",
                                      "zxcvbnm",
                                      "qwertzuiop",
                                      "azertyuiop"};

bool stands_in_a_run(const std::string& folded) {
    const std::string back{folded.rbegin(), folded.rend()};
    return std::ranges::any_of(kRuns, [&](std::string_view run) {
        return run.find(folded) != run.npos || run.find(back) != run.npos;
    });
}

bool is_common(const std::string& folded) {
    const bool one_character = folded.find_first_not_of(folded.front()) == std::string::npos;
    return one_character || stands_in_a_run(folded) ||
           std::ranges::binary_search(common_passwords(), std::string_view{folded});
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view name,
                            std::string_view field) {
    const auto weak = [field](std::string_view rule, std::uint64_t limit = 0) {
        return std::unexpected(
            Error{.code = Code::password_too_weak, .where = field, .limit = limit, .rule = rule});
    };
    if (password.size() < limits::kPasswordBytesMin)
        return weak("short", limits::kPasswordBytesMin);
    if (password.size() > limits::kPasswordBytesMax) return weak("long", limits::kPasswordBytesMax);
    std::string folded{password};
    std::ranges::transform(folded, folded.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    if (is_common(folded)) return weak("common");
    if (!name.empty() && name_key(password) == name_key(name)) return weak("name");
    return {};
}

}  // namespace stentor::auth
