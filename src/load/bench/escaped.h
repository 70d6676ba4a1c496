#pragma once
// Texts inside JSON, and inside HTML and SVG.

#include <string>
#include <string_view>

namespace stentor::bench {

[[nodiscard]] std::string json_escaped(std::string_view text);
[[nodiscard]] std::string html_escaped(std::string_view text);

}  // namespace stentor::bench
