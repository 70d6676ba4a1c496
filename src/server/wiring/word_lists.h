#pragma once
// What stands between members and the log, as an operator set it: word lists, the outside filter.
//
// Thread: any.

#include <expected>
#include <memory>
#include <string>

#include "config/settings.h"
#include "group/rules/rules.h"
#include "owner/filter/filter.h"

namespace stentor::server {

// The list in `path`, or one that finds nothing when that is empty. Otherwise a sentence for the
// operator, with file and line.
[[nodiscard]] std::expected<std::shared_ptr<const rules::Keywords>, std::string> load_words(
    const std::string& path);

// All throw std::runtime_error with such a sentence.
[[nodiscard]] rules::Rules safety_rules(const config::Settings& settings);
[[nodiscard]] std::string filter_secret(const config::Settings::Safety& safety);
// Nothing where no filter is set.
[[nodiscard]] std::unique_ptr<filter::Filter> make_filter(const config::Settings& settings);

}  // namespace stentor::server
