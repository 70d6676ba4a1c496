#pragma once
// The server's own log: one line an event, to standard error: a short sentence and key=value pairs,
// or one JSON object (RFC 8259). Thread-safe. Never on a hot path. No secrets, no texts of
// messages.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace stentor::log {

enum class Level : unsigned char { debug, info, warning, error };
enum class Format : unsigned char { text, json };

// One value of a line; text is quoted where it holds spaces.
struct Field {
    std::string_view key;
    std::string value;
    bool number{};  // Written without quotes.

    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(text) {}
    template <class Number>
        requires requires(Number n) { std::to_string(n); }
    Field(std::string_view name, Number n) : key(name), value(std::to_string(n)), number(true) {}
};

void set_level(Level least);
void set_format(Format format);
// One line without its time, as the given format has it.
[[nodiscard]] std::string line_of(Format format, Level level, std::string_view event,
                                  std::initializer_list<Field> fields);
void write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::error, event, fields);
}

}  // namespace stentor::log
