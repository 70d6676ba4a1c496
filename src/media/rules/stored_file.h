#pragma once
// A file that somebody sent to a group: what the record keeps of it, and its address. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace stentor::media {

// 160 random bits as hexadecimal digits. Whoever has an address may ask, so it is not to be
// guessed.
inline constexpr std::size_t kIdBytes = 20;

struct Contents {
    std::string sha256;  // Hexadecimal: under which the bytes are kept.
    std::uint64_t size{};
    std::string type;

    friend bool operator==(const Contents&, const Contents&) = default;
};

struct StoredFile {
    std::string id;
    GroupId gid;  // 0: none, it is a picture of whoever sent it.
    UserId uid;   // Who sent it.
    Contents contents;
    std::optional<Contents> thumbnail;  // A small picture of it, that its sender made.
    std::string name;
    Time made;
    std::vector<Seq> entries;  // Of its group, which name its address; ascending.

    friend bool operator==(const StoredFile&, const StoredFile&) = default;
};

[[nodiscard]] bool is_file_id(std::string_view text);

// "/api/v1/media/<id>", as it stands in a message.
[[nodiscard]] std::string address_of(std::string_view id);
// Nothing where it is another address.
[[nodiscard]] std::optional<std::string> id_in(std::string_view address);

// The value of the record's row, which holds all but the id.
[[nodiscard]] std::string row_of(const StoredFile& file);
[[nodiscard]] std::optional<StoredFile> file_in(std::string_view id, std::string_view row);

}  // namespace stentor::media
