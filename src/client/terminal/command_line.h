#pragma once
// What may be typed: a text for the open group, or a command that begins with "/".

#include <string_view>

namespace stentor::terminal {

class Chat;

// One line that was typed. Not from within an event of the client.
void run_line(Chat& chat, std::string_view line);

}  // namespace stentor::terminal
