#include "config/document.h"

#include <algorithm>

#include "config/assign.h"
#include "config/keys.h"

namespace stentor::config {
namespace {

constexpr std::size_t kWidth = 100;

// As lines of a comment, broken between words.
std::string comment(std::string_view text) {
    std::string out;
    std::string line = "#";
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (line.size() + 1 + end > kWidth) {
            out += line + "\n";
            line = "#";
        }
        line += " " + std::string{text.substr(0, end)};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + line + "\n";
}

}  // namespace

std::string commented_file() {
    const Settings defaults;
    std::string text =
        "# Configuration of Stentor. Every key stands here with its default; what is left out "
        "keeps\n"
        "# it. An environment variable STENTOR_SECTION_KEY overrides a key of this file, a flag "
        "of\n"
        "# `stentor serve` overrides both. Keys marked (reload) are read again on SIGHUP, the "
        "others\n"
        "# at the next start. Check a file with: stentor check-config FILE\n";
    std::string_view section;
    for (const Key& key : keys()) {
        if (key.section != section) {
            section = key.section;
            text += "\n[" + std::string{section} + "]\n";
        }
        text += "\n" + comment(std::string{key.meaning} + (key.reloads ? " (reload)" : ""));
        text += comment("Allowed: " + allowed(key.form) + ".");
        text += std::string{key.name} + " = " + text_of(defaults, key) + "\n";
    }
    return text;
}

std::string markdown_page() {
    const Settings defaults;
    std::string text =
        "# Settings\n\nMade by `stentor gen-config --table > docs/settings.md`; a test compares "
        "them. *start*: counts from the next start. *SIGHUP*: read again at `kill -HUP`.\n\n"
        "| key | default | allowed | meaning | from |\n|---|---|---|---|---|\n";
    for (const Key& key : keys()) {
        text += "| `" + key.path() + "` | `" + text_of(defaults, key) + "` | " + allowed(key.form) +
                " | " + std::string{key.meaning} + " | " + (key.reloads ? "SIGHUP" : "start") +
                " |\n";
    }
    return text;
}

}  // namespace stentor::config
