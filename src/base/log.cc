#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace stentor::log {
namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "stentor", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %L %v");
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
        case Level::debug: return spdlog::level::debug;
        case Level::info: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

// A newline or a quote in a value must not forge a line or a key.
void append_value(std::string& line, std::string_view value) {
    const bool plain = value.find_first_of(" \"\\=\n\r\t") == std::string_view::npos;
    if (plain && !value.empty()) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') line += '\\';
        line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    line += '"';
}

}  // namespace

void set_level(Level least) { logger().set_level(level_of(least)); }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!logger().should_log(level_of(level))) return;
    std::string line{event};
    for (const Field& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    logger().log(level_of(level), "{}", line);
}

}  // namespace stentor::log
