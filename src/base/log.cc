#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>

namespace stentor::log {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%e%z %L %v";
// The rest of the object is what line_of() makes.
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v)";
std::atomic<Format> chosen{Format::text};

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "stentor", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern(kTextPattern);
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

void append_quoted(std::string& line, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    line += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') line += '\\';
        if (byte >= 0x20) {
            line += c;
        } else {
            line.append("\\u00").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
        }
    }
    line += '"';
}

std::string text_line(std::string_view event, std::initializer_list<Field> fields) {
    std::string line{event};
    for (const Field& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    return line;
}

std::string json_line(Level level, std::string_view event, std::initializer_list<Field> fields) {
    constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
    std::string line = "\"level\":";
    append_quoted(line, kLevels[static_cast<std::size_t>(level)]);
    line += ",\"event\":";
    append_quoted(line, event);
    for (const Field& field : fields) {
        line += ',';
        append_quoted(line, field.key);
        line += ':';
        if (field.number) {
            line += field.value;
        } else {
            append_quoted(line, field.value);
        }
    }
    return line + "}";
}

}  // namespace

void set_level(Level least) { logger().set_level(level_of(least)); }

void set_format(Format format) {
    chosen.store(format);
    logger().set_pattern(format == Format::json ? kJsonPattern : kTextPattern);
}

std::string line_of(Format format, Level level, std::string_view event,
                    std::initializer_list<Field> fields) {
    return format == Format::json ? json_line(level, event, fields) : text_line(event, fields);
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!logger().should_log(level_of(level))) return;
    logger().log(level_of(level), "{}", line_of(chosen.load(), level, event, fields));
}

}  // namespace stentor::log
