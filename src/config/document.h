#pragma once
// The table of keys for people.

#include <string>

namespace stentor::config {

// A whole file with every key at its default, each with its meaning and what is allowed.
[[nodiscard]] std::string commented_file();
// The same as a page in Markdown: docs/settings.md.
[[nodiscard]] std::string markdown_page();

}  // namespace stentor::config
