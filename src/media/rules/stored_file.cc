#include "media/rules/stored_file.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace stentor::media {
namespace {

namespace json = boost::json;

constexpr std::string_view kPath = "/api/v1/media/";

std::string json_text(const json::object& row, std::string_view key) {
    return std::string{row.at(json::string_view{key.data(), key.size()}).as_string()};
}

std::uint64_t json_number(const json::object& row, std::string_view key) {
    return row.at(json::string_view{key.data(), key.size()}).to_number<std::uint64_t>();
}

json::object object_of(const Contents& contents) {
    return {{"sha256", contents.sha256}, {"size", contents.size}, {"type", contents.type}};
}

Contents contents_in(const json::value& value) {
    const json::object& object = value.as_object();
    return {.sha256 = json_text(object, "sha256"),
            .size = json_number(object, "size"),
            .type = json_text(object, "type")};
}

}  // namespace

bool is_file_id(std::string_view text) {
    return text.size() == 2 * kIdBytes && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::string address_of(std::string_view id) { return std::string{kPath}.append(id); }

std::optional<std::string> id_in(std::string_view address) {
    if (!address.starts_with(kPath)) return std::nullopt;
    const std::string_view id = address.substr(kPath.size());
    return is_file_id(id) ? std::optional{std::string{id}} : std::nullopt;
}

std::string row_of(const StoredFile& file) {
    json::array entries;
    for (const Seq seq : file.entries) entries.emplace_back(seq.value);
    json::object row{{"gid", file.gid.value},
                     {"uid", file.uid.value},
                     {"name", file.name},
                     {"made_ms", to_ms(file.made)},
                     {"entries", std::move(entries)},
                     {"contents", object_of(file.contents)}};
    if (file.thumbnail) row["thumbnail"] = object_of(*file.thumbnail);
    return json::serialize(row);
}

std::optional<StoredFile> file_in(std::string_view id, std::string_view row) try {
    const json::object object = json::parse(json::string_view{row.data(), row.size()}).as_object();
    StoredFile file{.id = std::string{id},
                    .gid = {json_number(object, "gid")},
                    .uid = {json_number(object, "uid")},
                    .contents = contents_in(object.at("contents")),
                    .name = json_text(object, "name"),
                    .made = from_ms(json_number(object, "made_ms"))};
    if (const json::value* small = object.if_contains("thumbnail")) {
        file.thumbnail = contents_in(*small);
    }
    for (const json::value& seq : object.at("entries").as_array()) {
        file.entries.push_back({seq.to_number<std::uint64_t>()});
    }
    return file;
} catch (const std::exception&) {
    return std::nullopt;  // Not of this version's making.
}

}  // namespace stentor::media
