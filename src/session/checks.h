#pragma once
// What a command's fields must satisfy, whoever sent it. Each refusal names the field and, where
// there is one, its bound.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/code.h"
#include "wire/pb.h"

namespace stentor::session {

// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool valid_utf8(std::string_view text);

[[nodiscard]] Result<void> check_id(std::uint64_t id, std::string_view field);  // 1 to kIdMax
[[nodiscard]] Result<void> check_number(std::uint64_t number, std::string_view field);  // to kIdMax
[[nodiscard]] Result<void> check_cmid(std::string_view raw, std::string_view field);
// A shown name: 1 to kNameBytes bytes without control characters.
[[nodiscard]] Result<void> check_name(std::string_view name, std::string_view field);

[[nodiscard]] Result<void> check(const pb::Send& send);
[[nodiscard]] Result<void> check(const pb::Hello& hello);
[[nodiscard]] Result<void> check(const pb::CreateGroup& create);
[[nodiscard]] Result<void> check(const pb::Pull& pull);
[[nodiscard]] Result<void> check(const pb::FetchUsers& fetch);

}  // namespace stentor::session
