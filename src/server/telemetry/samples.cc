#include "server/telemetry/samples.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace stentor::server {

Samples::Samples(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::size_t space = line.rfind(' ');
        if (line.starts_with('#') || space == std::string_view::npos) continue;
        values_[std::string{line.substr(0, space)}] =
            std::strtod(std::string{line.substr(space + 1)}.c_str(), nullptr);
    }
}

double Samples::value(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : found->second;
}

std::vector<std::pair<std::string, double>> Samples::labelled(std::string_view name,
                                                              std::string_view label) const {
    const std::string start = std::string{name} + "{" + std::string{label} + "=\"";
    std::vector<std::pair<std::string, double>> found;
    for (auto at = values_.lower_bound(start); at != values_.end(); ++at) {
        if (!at->first.starts_with(start) || !at->first.ends_with("\"}")) break;
        found.emplace_back(at->first.substr(start.size(), at->first.size() - start.size() - 2),
                           at->second);
    }
    std::ranges::sort(found, [](const auto& a, const auto& b) {
        return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    return found;
}

std::optional<double> Samples::quantile(const Samples& before, std::string_view name,
                                        double share) const {
    const std::string family = std::string{name} + "_bucket";
    std::map<double, double> counts;  // By bound.
    for (const auto& [bound, count] : labelled(family, "le")) {
        const double old = before.value(family + "{le=\"" + bound + "\"}");
        counts[bound == "+Inf" ? std::numeric_limits<double>::infinity()
                               : std::strtod(bound.c_str(), nullptr)] = count - old;
    }
    if (counts.empty() || counts.rbegin()->second <= 0) return std::nullopt;
    const double wanted = counts.rbegin()->second * share;
    double finite = 0;
    for (const auto& [bound, count] : counts) {
        const bool infinite = bound == std::numeric_limits<double>::infinity();
        if (!infinite) finite = bound;
        if (count >= wanted) break;
    }
    return finite;
}

}  // namespace stentor::server
