#include "api/http/fields.h"

#include <boost/json.hpp>
#include <utility>

#include "base/limits.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

std::optional<std::uint64_t> whole(const json::value& value) {
    if (value.is_int64() && value.get_int64() < 0) return std::nullopt;
    json::error_code problem;
    const auto number = value.to_number<std::uint64_t>(problem);
    if (problem || number > limits::kIdMax) return std::nullopt;
    return number;
}

std::optional<std::vector<std::string>> texts_in(const json::array& array) {
    std::vector<std::string> texts;
    for (const json::value& each : array) {
        if (!each.is_string()) return std::nullopt;
        texts.emplace_back(each.get_string());
    }
    return texts;
}

}  // namespace

Result<Fields> Fields::parse(std::string_view body) {
    json::error_code problem;
    const json::value parsed = json::parse(json::string_view{body.data(), body.size()}, problem);
    if (problem || !parsed.is_object()) {
        return std::unexpected(Error{.code = Code::malformed, .where = "body"});
    }
    Fields fields;
    for (const auto& [key, value] : parsed.get_object()) {
        Value& place = fields.values_[std::string{key}];
        if (value.is_null()) {
            fields.values_.erase(std::string{key});
        } else if (value.is_string()) {
            place = std::string{value.get_string()};
        } else if (value.is_bool()) {
            place = value.get_bool();
        } else if (value.is_number()) {
            if (const auto number = whole(value)) place = *number;
        } else if (value.is_array()) {
            if (auto texts = texts_in(value.get_array())) place = std::move(*texts);
        }
    }
    return fields;
}

template <class Kind>
Result<std::optional<Kind>> Fields::find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::optional<Kind>{};
    if (const auto* value = std::get_if<Kind>(&found->second)) return std::optional<Kind>{*value};
    return std::unexpected(Error{.code = Code::bad_field, .where = name});
}

Result<std::optional<std::string>> Fields::text(std::string_view name) const {
    return find<std::string>(name);
}
Result<std::optional<std::uint64_t>> Fields::number(std::string_view name) const {
    return find<std::uint64_t>(name);
}
Result<std::optional<bool>> Fields::flag(std::string_view name) const { return find<bool>(name); }
Result<std::optional<std::vector<std::string>>> Fields::texts(std::string_view name) const {
    return find<std::vector<std::string>>(name);
}

}  // namespace stentor::api
