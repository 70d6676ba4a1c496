#include "config/file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "config/keys.h"

namespace stentor::config {
namespace {

std::optional<Value> value_of(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return Value{flag->get()};
    if (const auto* whole = node.as_integer()) return Value{whole->get()};
    if (const auto* text = node.as_string()) return Value{text->get()};
    if (const auto* array = node.as_array()) {
        Texts texts;
        for (const toml::node& each : *array) {
            if (!each.is_string()) return std::nullopt;
            texts.push_back(each.as_string()->get());
        }
        return Value{std::move(texts)};
    }
    return std::nullopt;
}

class Reader {
public:
    explicit Reader(const Settings& settings) : settings_{settings} {}

    void read(const toml::table& root) {
        for (const auto& [section, node] : root) {
            const toml::table* table = node.as_table();
            if (table == nullptr) {
                unknown(section.str(), node);
                continue;
            }
            if (!is_section(section.str())) {
                unknown(section.str(), node);
                continue;
            }
            for (const auto& [name, value] : *table) take(section.str(), name.str(), value);
        }
    }

    [[nodiscard]] std::expected<Settings, std::vector<Flaw>> result() {
        if (flaws_.empty()) return settings_;
        std::ranges::sort(flaws_, [](const Flaw& a, const Flaw& b) {
            return std::tie(a.line, a.text) < std::tie(b.line, b.text);
        });
        return std::unexpected(std::move(flaws_));
    }

private:
    static bool is_section(std::string_view name) {
        return std::ranges::any_of(keys(), [&](const Key& key) { return key.section == name; });
    }

    void take(std::string_view section, std::string_view name, const toml::node& node) {
        const std::string path = std::string{section} + "." + std::string{name};
        const Key* key = find_key(path);
        if (key == nullptr) return unknown(path, node);
        const auto value = value_of(node);
        if (!value) return flaw(node, path + " takes: " + allowed(key->form));
        if (const auto taken = set(settings_, *key, *value); !taken) flaw(node, taken.error());
    }

    void unknown(std::string_view path, const toml::node& node) { flaw(node, no_key(path)); }

    void flaw(const toml::node& node, std::string text) {
        flaws_.push_back({.line = node.source().begin.line, .text = std::move(text)});
    }

    Settings settings_;
    std::vector<Flaw> flaws_;
};

}  // namespace

std::expected<Settings, std::vector<Flaw>> parse(std::string_view toml, const Settings& settings) {
    try {
        const toml::table root = toml::parse(toml);
        Reader reader{settings};
        reader.read(root);
        return reader.result();
    } catch (const toml::parse_error& error) {
        return std::unexpected(std::vector<Flaw>{
            {.line = error.source().begin.line, .text = std::string{error.description()}}});
    }
}

std::expected<Settings, std::vector<Flaw>> read_file(const std::filesystem::path& file,
                                                     const Settings& settings) {
    constexpr std::uintmax_t kBytesMax = 1024 * 1024;
    std::error_code problem;
    const std::uintmax_t size = std::filesystem::file_size(file, problem);
    std::ifstream in{file, std::ios::binary};
    if (problem || !in || size > kBytesMax) {
        return std::unexpected(std::vector<Flaw>{
            {.text = problem ? "cannot be read: " + problem.message()
                             : std::string{in ? "is too large" : "cannot be opened"}}});
    }
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    return parse(text, settings);
}

std::string told(const std::filesystem::path& file, const std::vector<Flaw>& flaws) {
    std::string text;
    for (const Flaw& flaw : flaws) {
        text += file.string();
        if (flaw.line > 0) text += ":" + std::to_string(flaw.line);
        text += ": " + flaw.text + "\n";
    }
    return text;
}

}  // namespace stentor::config
