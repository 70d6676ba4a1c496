#include "server/telemetry/exposition.h"

#include <fmt/format.h>

namespace stentor::server {
namespace {

std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

}  // namespace

void Exposition::head(std::string_view name, std::string_view help, std::string_view type) {
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Exposition::sample(std::string_view name, const std::vector<Label>& labels, double value) {
    text_ += name;
    if (!labels.empty()) {
        text_ += '{';
        for (const auto& [label, text] : labels) {
            if (text_.back() != '{') text_ += ',';
            text_ += fmt::format("{}=\"{}\"", label, escaped(text));
        }
        text_ += '}';
    }
    text_ += fmt::format(" {}\n", value);
}

Exposition& Exposition::counters(std::string_view name, std::string_view help,
                                 const std::vector<Sample>& samples) {
    head(name, help, "counter");
    for (const Sample& each : samples) sample(name, each.labels, each.value);
    return *this;
}

Exposition& Exposition::counter(std::string_view name, std::string_view help, double value) {
    return counters(name, help, {{.labels = {}, .value = value}});
}

Exposition& Exposition::gauges(std::string_view name, std::string_view help,
                               const std::vector<Sample>& samples) {
    head(name, help, "gauge");
    for (const Sample& each : samples) sample(name, each.labels, each.value);
    return *this;
}

Exposition& Exposition::gauge(std::string_view name, std::string_view help, double value) {
    return gauges(name, help, {{.labels = {}, .value = value}});
}

Exposition& Exposition::histogram(std::string_view name, std::string_view help,
                                  const std::vector<const DurationCounts*>& parts) {
    constexpr double kUs = 1e6;
    head(name, help, "histogram");
    const std::string bucket = std::string{name} + "_bucket";
    std::uint64_t below = 0;
    std::uint64_t sum_us = 0;
    for (const DurationCounts* part : parts) sum_us += part->sum_us();
    for (std::size_t place = 0; place <= DurationCounts::kBoundsUs.size(); ++place) {
        for (const DurationCounts* part : parts) below += part->count(place);
        const bool last = place == DurationCounts::kBoundsUs.size();
        const std::string bound =
            last ? "+Inf"
                 : fmt::format("{}", static_cast<double>(DurationCounts::kBoundsUs[place]) / kUs);
        sample(bucket, {{"le", bound}}, static_cast<double>(below));
    }
    sample(std::string{name} + "_sum", {}, static_cast<double>(sum_us) / kUs);
    sample(std::string{name} + "_count", {}, static_cast<double>(below));
    return *this;
}

}  // namespace stentor::server
