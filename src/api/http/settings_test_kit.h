#pragma once
// Settings as an owner keeps them, for the buses of tests.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bus/bus.h"

namespace stentor::api {

class KeptSettings {
public:
    // Nothing: it asks for something else.
    [[nodiscard]] std::optional<Result<bus::Reply>> answer(const bus::Question& question) {
        if (const auto* set = std::get_if<bus::AskSetSetting>(&question)) {
            const auto kept = rows.find(set->name);
            if (set->former && *set->former != (kept == rows.end() ? "" : kept->second)) {
                return std::unexpected(Error{.code = Code::revision_changed, .where = "setting"});
            }
            if (set->value) {
                rows[set->name] = *set->value;
            } else {
                rows.erase(set->name);
            }
            return bus::Reply{std::vector<bus::Setting>{}};
        }
        if (const auto* asked = std::get_if<bus::AskSettings>(&question)) {
            return bus::Reply{all(asked->prefix)};
        }
        return std::nullopt;
    }
    [[nodiscard]] std::vector<bus::Setting> all(const std::string& prefix = {}) const {
        std::vector<bus::Setting> found;
        for (const auto& [name, value] : rows) {
            if (name.starts_with(prefix)) found.push_back({.name = name, .value = value});
        }
        return found;
    }

    std::map<std::string, std::string> rows;
};

}  // namespace stentor::api
