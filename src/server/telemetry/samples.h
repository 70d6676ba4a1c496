#pragma once
// The text of /metrics, read back: values by name with labels, rates and quantiles between two. The
// reverse of exposition.h.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stentor::server {

class Samples {
public:
    Samples() = default;
    explicit Samples(std::string_view text);

    // 0 when there is none.
    [[nodiscard]] double value(const std::string& name) const;
    // Of a family with one label: its values by the label's, largest first.
    [[nodiscard]] std::vector<std::pair<std::string, double>> labelled(
        std::string_view name, std::string_view label) const;
    // The bound in seconds below which `share` of what was counted since `before` lies; nothing
    // when nothing was.
    [[nodiscard]] std::optional<double> quantile(const Samples& before, std::string_view name,
                                                 double share) const;

private:
    std::map<std::string, double, std::less<>> values_;
};

}  // namespace stentor::server
