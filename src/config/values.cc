// What is allowed behind a key, how a value is taken, and how it is written down.
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "config/keys.h"
#include "config/units.h"

namespace stentor::config {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// Takes one value into one place; false: it is not of the form.
struct Setter {
    const Form& form;
    const Value& value;

    [[nodiscard]] bool in_range(std::uint64_t number) const {
        return number >= form.least && number <= form.most;
    }

    bool operator()(bool* place) const {
        const bool* flag = std::get_if<bool>(&value);
        if (flag != nullptr) *place = *flag;
        return flag != nullptr;
    }
    bool operator()(std::uint64_t* place) const {
        std::optional<std::uint64_t> number;
        if (form.kind == Kind::size) {
            if (const auto* text = std::get_if<std::string>(&value)) number = parse_size(*text);
        } else if (const auto* whole = std::get_if<std::int64_t>(&value); whole && *whole >= 0) {
            number = static_cast<std::uint64_t>(*whole);
        }
        if (!number || !in_range(*number)) return false;
        *place = *number;
        return true;
    }
    bool operator()(Millis* place) const {
        const auto* text = std::get_if<std::string>(&value);
        const auto time = text != nullptr ? parse_time(*text) : std::nullopt;
        if (!time || !in_range(static_cast<std::uint64_t>(time->count()))) return false;
        *place = *time;
        return true;
    }
    bool operator()(std::string* place) const {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr) return false;
        if (form.kind == Kind::choice &&
            std::ranges::find(form.choices, *text) == form.choices.end()) {
            return false;
        }
        if (form.takes != nullptr && !form.takes(*text)) return false;
        *place = *text;
        return true;
    }
    bool operator()(Texts* place) const {
        const auto* texts = std::get_if<Texts>(&value);
        if (texts == nullptr) return false;
        if (form.takes != nullptr && !std::ranges::all_of(*texts, form.takes)) return false;
        *place = *texts;
        return true;
    }
};

}  // namespace

// One row at a time.
std::size_t spelling_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = a[i - 1] == b[j - 1] ? diagonal : 1 + std::min({diagonal, above, row[j - 1]});
            diagonal = above;
        }
    }
    return row.back();
}

std::string Key::path() const { return std::string{section} + "." + std::string{name}; }

const Key* find_key(std::string_view path) {
    const auto found =
        std::ranges::find_if(keys(), [&](const Key& key) { return key.path() == path; });
    return found == keys().end() ? nullptr : &*found;
}

std::string no_key(std::string_view path) {
    constexpr std::size_t kNear = 4;
    std::string best;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    const auto consider = [&](std::string candidate, std::size_t far) {
        if (far >= least) return;
        least = far;
        best = std::move(candidate);
    };
    const std::string_view last = path.substr(path.rfind('.') + 1);
    for (const Key& key : keys()) {
        consider(key.path(), spelling_distance(path, key.path()));
        // The right name in the wrong section is a near miss, too.
        if (key.name == last) consider(key.path(), 1);
    }
    const bool near = least <= std::min(kNear, path.size() / 2);
    return "there is no key " + std::string{path} +
           (near ? "; is it " + best + "?" : "; stentor gen-config lists all");
}

std::string allowed(const Form& form) {
    const auto range = [](const std::string& least, const std::string& most) {
        return " from " + least + " to " + most;
    };
    switch (form.kind) {
        case Kind::flag: return "true or false";
        case Kind::count:
            return "whole number" + range(std::to_string(form.least), std::to_string(form.most));
        case Kind::time: {
            const auto text = [](std::uint64_t ms) {
                return quoted(text_of_time(Millis{static_cast<std::int64_t>(ms)}));
            };
            return "time with its unit (ms, s, min, h, d)" +
                   range(text(form.least), text(form.most));
        }
        case Kind::size:
            return "size with its unit (B, KiB, MiB, GiB)" +
                   range(quoted(text_of_size(form.least)), quoted(text_of_size(form.most)));
        case Kind::choice: {
            std::string text = "one of";
            for (const std::string_view each : form.choices) {
                text += (each == form.choices.front() ? " " : ", ") + quoted(each);
            }
            return text;
        }
        case Kind::text: return "text: " + std::string{form.kind_of_text};
        case Kind::texts: return "list of texts, each " + std::string{form.kind_of_text};
    }
    return {};
}

std::expected<void, std::string> set(Settings& settings, const Key& key, const Value& value) {
    if (std::visit(Setter{.form = key.form, .value = value}, key.place(settings))) return {};
    return std::unexpected(key.path() + " takes: " + allowed(key.form));
}

std::string text_of(const Settings& settings, const Key& key) {
    Settings copy = settings;
    const Place place = key.place(copy);
    if (const auto* flag = std::get_if<bool*>(&place)) return **flag ? "true" : "false";
    if (const auto* time = std::get_if<Millis*>(&place)) return quoted(text_of_time(**time));
    if (const auto* text = std::get_if<std::string*>(&place)) return quoted(**text);
    if (const auto* texts = std::get_if<Texts*>(&place)) {
        std::string list = "[";
        for (const std::string& each : **texts) {
            list += (list.size() > 1 ? ", " : "") + quoted(each);
        }
        return list + "]";
    }
    const std::uint64_t number = *std::get<std::uint64_t*>(place);
    return key.form.kind == Kind::size ? quoted(text_of_size(number)) : std::to_string(number);
}

void copy(const Settings& from, Settings& to, const Key& key) {
    Settings source = from;
    std::visit([&](auto* place) { *std::get<decltype(place)>(key.place(to)) = *place; },
               key.place(source));
}

std::vector<const Key*> changes(const Settings& before, const Settings& after) {
    std::vector<const Key*> changed;
    for (const Key& key : keys()) {
        if (text_of(before, key) != text_of(after, key)) changed.push_back(&key);
    }
    return changed;
}

}  // namespace stentor::config
