#pragma once
// The table of keys: what drives parsing, gen-config, check-config and the documents.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/settings.h"

namespace stentor::config {

enum class Kind : std::uint8_t { flag, count, time, size, choice, text, texts };

// Where a key's value stands in Settings.
using Place = std::variant<bool*, std::uint64_t*, Millis*, std::string*, Texts*>;

// What may stand behind a key.
struct Form {
    Kind kind;
    std::uint64_t least{};  // count, time in ms, size in bytes
    std::uint64_t most{};
    std::span<const std::string_view> choices;
    // text and each of texts; `kind_of_text` says in words what it takes.
    bool (*takes)(std::string_view text){};
    std::string_view kind_of_text;
};

struct Key {
    std::string_view section;
    std::string_view name;
    Form form;
    Place (*place)(Settings&);
    bool reloads;  // SIGHUP is enough; else it counts from the next start.
    std::string_view meaning;

    [[nodiscard]] std::string path() const;  // "section.name"
};

[[nodiscard]] std::span<const Key> keys();
[[nodiscard]] const Key* find_key(std::string_view path);
// "there is no key ...", with the one whose spelling is nearest.
[[nodiscard]] std::string no_key(std::string_view path);

// Letters that must be changed, added or taken away (Levenshtein).
[[nodiscard]] std::size_t spelling_distance(std::string_view a, std::string_view b);

// "whole number from 1 to 1000": what is allowed, in words.
[[nodiscard]] std::string allowed(const Form& form);

// A value as it comes out of a file, an environment variable or a flag.
using Value = std::variant<bool, std::int64_t, std::string, Texts>;
// Refuses with what is allowed.
[[nodiscard]] std::expected<void, std::string> set(Settings& settings, const Key& key,
                                                   const Value& value);
// As TOML: true, 5, "30 s", ["a", "b"].
[[nodiscard]] std::string text_of(const Settings& settings, const Key& key);

// One key's value, from one to the other.
void copy(const Settings& from, Settings& to, const Key& key);

// The keys whose values differ.
[[nodiscard]] std::vector<const Key*> changes(const Settings& before, const Settings& after);

}  // namespace stentor::config
