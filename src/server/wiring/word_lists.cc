#include "server/wiring/word_lists.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/limits.h"
#include "server/wiring/foreign_keys.h"

namespace stentor::server {

std::expected<std::shared_ptr<const rules::Keywords>, std::string> load_words(
    const std::string& path) {
    if (path.empty()) return std::make_shared<const rules::Keywords>();
    std::error_code ignored;
    std::ifstream file{path, std::ios::binary};
    // A stream opens a folder, too, and throws when it is read.
    if (!file || std::filesystem::is_directory(path, ignored)) {
        return std::unexpected(fmt::format("safety.words: cannot read the file {}", path));
    }
    const std::string list{std::istreambuf_iterator<char>{file}, {}};
    auto words = rules::Keywords::from_list(list);
    if (!words) {
        const rules::ListFault& fault = words.error();
        return std::unexpected(fault.limit == 0
                                   ? fmt::format("{}:{}: {}", path, fault.line, fault.reason)
                                   : fmt::format("{}:{}: {}, at most {}", path, fault.line,
                                                 fault.reason, fault.limit));
    }
    return std::make_shared<const rules::Keywords>(std::move(*words));
}

rules::Rules safety_rules(const config::Settings& settings) {
    auto words = load_words(settings.safety.words);
    if (!words) throw std::runtime_error{words.error()};
    rules::Rules rules;
    rules.activity.entries_per_s = static_cast<double>(settings.safety.busy_entries_per_second);
    rules.repeats.times = static_cast<std::uint32_t>(settings.safety.repeats);
    rules.new_accounts.younger_than = settings.safety.new_account_age;
    rules.new_accounts.rate.period = settings.safety.new_account_period;
    rules.filter = !settings.safety.filter.empty();
    rules.keywords = std::move(*words);
    return rules;
}

std::string filter_secret(const config::Settings::Safety& safety) {
    if (safety.filter.empty()) return {};
    if (safety.filter_secret.empty()) {
        throw std::runtime_error{
            "safety.filter_secret: safety.filter needs the path of a file with a secret"};
    }
    try {
        return secret_in(safety.filter_secret);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error{std::string{"safety.filter_secret: "} + error.what()};
    }
}

std::unique_ptr<filter::Filter> make_filter(const config::Settings& settings) {
    const config::Settings::Safety& safety = settings.safety;
    if (safety.filter.empty()) return nullptr;
    return std::make_unique<filter::Filter>(filter::FilterOptions{
        .url = safety.filter,
        .secret = filter_secret(safety),
        .within = safety.filter_within,
        .on_failure =
            safety.filter_failing == "open" ? filter::OnFailure::open : filter::OnFailure::closed});
}

}  // namespace stentor::server
