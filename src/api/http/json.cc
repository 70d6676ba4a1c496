#include "api/http/json.h"

#include <boost/json.hpp>

namespace stentor::api {
namespace {

namespace json = boost::json;

std::string quoted_text(std::string_view text) {
    return json::serialize(json::string_view{text.data(), text.size()});
}

}  // namespace

Result<Credentials> parse_credentials(std::string_view body) {
    json::error_code problem;
    const json::value value = json::parse(json::string_view{body.data(), body.size()}, problem);
    if (problem || !value.is_object()) {
        return std::unexpected(Error{.code = Code::malformed, .where = "body"});
    }
    const auto take = [&](const char* key) -> Result<std::string> {
        const json::value* text = value.get_object().if_contains(key);
        if (text == nullptr || !text->is_string()) {
            return std::unexpected(Error{.code = Code::bad_field, .where = key});
        }
        return std::string{text->get_string()};
    };
    Result<std::string> name = take("name");
    if (!name) return std::unexpected(name.error());
    Result<std::string> password = take("password");
    if (!password) return std::unexpected(password.error());
    return Credentials{.name = std::move(*name), .password = std::move(*password)};
}

void JsonObject::open(std::string_view key) {
    if (text_.size() > 1) text_ += ',';
    text_ += quoted_text(key) + ':';
}

JsonObject& JsonObject::add(std::string_view key, std::string_view text) {
    open(key);
    text_ += quoted_text(text);
    return *this;
}

JsonObject& JsonObject::add(std::string_view key, std::uint64_t number) {
    open(key);
    text_ += std::to_string(number);
    return *this;
}

JsonObject& JsonObject::add(std::string_view key, bool value) {
    open(key);
    text_ += value ? "true" : "false";
    return *this;
}

JsonObject& JsonObject::add(std::string_view key, const std::vector<std::string>& texts) {
    open(key);
    text_ += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) text_ += ',';
        text_ += quoted_text(texts[i]);
    }
    text_ += ']';
    return *this;
}

}  // namespace stentor::api
