#pragma once
// The table of keys for people.

#include <string>

namespace stentor::config {

// A whole file with every key at its default, each with its meaning and what is allowed.
[[nodiscard]] std::string commented_file();
// The same as a table in Markdown, for docs/operations.md.
[[nodiscard]] std::string markdown_table();

}  // namespace stentor::config
