#include "server/wiring/sources.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "config/assign.h"
#include "config/file.h"
#include "config/keys.h"

namespace stentor::server {

std::expected<config::Settings, std::string> load(const Sources& sources) {
    config::Settings settings;
    if (!sources.file.empty()) {
        auto read = config::read_file(sources.file, settings);
        if (!read) return std::unexpected(config::told(sources.file, read.error()));
        settings = std::move(*read);
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment.
    const auto variable = [](const char* name) -> const char* { return std::getenv(name); };
    std::vector<std::string_view> names;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view pair{*each};
        names.push_back(pair.substr(0, pair.find('=')));
    }
    if (auto known = config::check_variables(names); !known) {
        return std::unexpected(known.error() + "\n");
    }
    if (auto applied = config::apply_environment(settings, variable); !applied) {
        return std::unexpected(applied.error() + "\n");
    }
    for (const auto& [path, text] : sources.flags) {
        const config::Key* key = config::find_key(path);
        if (key == nullptr) {
            return std::unexpected(config::no_key(path) + "\n");
        }
        if (auto taken = config::assign(settings, *key, text); !taken) {
            return std::unexpected(taken.error() + "\n");
        }
    }
    return settings;
}

}  // namespace stentor::server
