#include "config/assign.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"
#include "config/units.h"

namespace stentor::config {
namespace {

Texts parted(std::string_view text) {
    Texts parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

Value value_of(Kind kind, std::string_view text) {
    if (kind == Kind::flag && (text == "true" || text == "false")) return text == "true";
    if (kind == Kind::texts) return parted(text);
    if (kind == Kind::count) {
        // Larger than any bound: refused, and named, like a number that is too large.
        if (const auto number = number_in(text)) {
            return static_cast<std::int64_t>(std::min(*number, std::uint64_t{1} << 62U));
        }
    }
    return std::string{text};
}

constexpr std::string_view kPrefix = "STENTOR_";

// Read elsewhere: by the command line, by stentor chat, by scripts and tests beside the server.
constexpr std::array<std::string_view, 10> kOthers{
    "STENTOR_CONFIG", "STENTOR_SERVER",      "STENTOR_TOKEN",   "STENTOR_BUILD",
    "STENTOR_CHAT",   "STENTOR_SCREENS",     "STENTOR_ADDRESS", "STENTOR_POWER_SEED",
    "STENTOR_TSAN",   "STENTOR_POWER_LOSSES"};

}  // namespace

std::expected<void, std::string> check_variables(const std::vector<std::string_view>& names) {
    for (const std::string_view name : names) {
        // Kubernetes sets STENTOR_SERVICE_HOST, STENTOR_PORT_80_TCP ... beside a service of this
        // name.
        if (name.starts_with("STENTOR_SERVICE_") || name.starts_with("STENTOR_PORT")) continue;
        if (!name.starts_with(kPrefix) || std::ranges::find(kOthers, name) != kOthers.end()) {
            continue;
        }
        const auto is_its = [&](const Key& key) { return variable_of(key) == name; };
        if (std::ranges::any_of(keys(), is_its)) continue;
        const auto nearest = std::ranges::min_element(
            keys(), {}, [&](const Key& key) { return spelling_distance(name, variable_of(key)); });
        constexpr std::size_t kNear = 4;
        const bool near = spelling_distance(name, variable_of(*nearest)) <=
                          std::min(kNear, (name.size() - kPrefix.size()) / 2);
        return std::unexpected(
            "environment variable " + std::string{name} + ": there is no such key; " +
            (near ? "is it " + variable_of(*nearest) + ", for " + nearest->path() + "?"
                  : "stentor gen-config lists all"));
    }
    return {};
}

std::expected<void, std::string> assign(Settings& settings, const Key& key, std::string_view text) {
    return set(settings, key, value_of(key.form.kind, text));
}

std::string variable_of(const Key& key) {
    std::string name =
        std::string{kPrefix} + std::string{key.section} + "_" + std::string{key.name};
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

std::expected<void, std::string> apply_environment(
    Settings& settings, const std::function<const char*(const char*)>& get) {
    for (const Key& key : keys()) {
        const std::string name = variable_of(key);
        const char* text = get(name.c_str());
        if (text == nullptr) continue;
        if (auto taken = assign(settings, key, text); !taken) {
            return std::unexpected("environment variable " + name + ": " + taken.error());
        }
    }
    return {};
}

}  // namespace stentor::config
