#pragma once
// The server's own log: one line an event, to standard error, with key=value pairs behind a short
// sentence. Thread-safe. Never on a hot path.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace stentor::log {

enum class Level : unsigned char { debug, info, warning, error };

// One value of a line; text is quoted where it holds spaces.
struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(text) {}
    template <class Number>
        requires requires(Number n) { std::to_string(n); }
    Field(std::string_view name, Number number) : key(name), value(std::to_string(number)) {}
};

void set_level(Level least);
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
