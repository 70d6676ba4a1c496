#include "load/bench/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "load/bench/escaped.h"

namespace stentor::bench {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 250;
constexpr double kLeft = 60;
constexpr double kRight = 15;
constexpr double kTop = 44;
constexpr double kBottom = 36;
constexpr double kNearZero = 0.1;  // An axis that begins below this share of its end begins at 0.
constexpr int kMarkLines = 4;
constexpr int kTicks = 4;  // About so many on an axis.
constexpr const char* kColours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e"};
constexpr const char* kStyle =
    "text{font:11px system-ui,sans-serif}.title{font-size:13px}.grid{stroke:#ddd}.mark{stroke:#aaa;"
    "stroke-dasharray:2 3}.end{text-anchor:end}.mid{text-anchor:middle}.faint{fill:#777;"
    "font-size:9px}polyline{fill:none;stroke-width:1.5}";

// 1, 2 or 5 times a power of ten: about a `kTicks`th of `span`.
double step_of(double span) {
    const double least = span / kTicks;
    const double power = std::pow(10, std::floor(std::log10(least)));
    constexpr std::array<double, 4> kSteps{1, 2, 5, 10};
    const auto* step = std::ranges::find_if(
        kSteps, [&](double times) { return times * power >= least * (1 - 1e-9); });
    return *step * power;
}

struct Axis {
    double from{};
    double to{1};
    double step{1};

    // From a round number to a round number.
    Axis(double least, double most) {
        if (least >= 0 && least < kNearZero * most) least = 0;
        if (most <= least) most = least + 1;
        step = step_of(most - least);
        from = std::floor(least / step) * step;
        to = std::ceil(most / step) * step;
    }
    [[nodiscard]] double share(double value) const { return (value - from) / (to - from); }
};

struct Frame {
    Axis across;
    Axis up;

    [[nodiscard]] double x(double value) const {
        return kLeft + across.share(value) * (kWidth - kLeft - kRight);
    }
    [[nodiscard]] double y(double value) const {
        return kHeight - kBottom - up.share(value) * (kHeight - kBottom - kTop);
    }
};

Frame frame_of(const Plot& plot) {
    std::vector<double> xs;
    double most = 0;
    for (const Plot::Series& series : plot.series) {
        for (const auto& [x, y] : series.points) {
            xs.push_back(x);
            most = std::max(most, y);
        }
    }
    const auto ends = std::ranges::minmax_element(xs);
    return xs.empty() ? Frame{.across = {0, 1}, .up = {0, 1}}
                      : Frame{.across = {*ends.min, *ends.max}, .up = {0, most}};
}

std::string text(double x, double y, std::string_view kind, std::string_view words) {
    return fmt::format("<text x='{:.1f}' y='{:.1f}' class='{}'>{}</text>\n", x, y, kind,
                       html_escaped(words));
}

std::string upright(double x, std::string_view kind) {
    return fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' class='{3}'/>\n", x, kTop,
                       kHeight - kBottom, kind);
}

std::string axes(const Plot& plot, const Frame& frame) {
    std::string svg;
    for (double y = frame.up.from; y <= frame.up.to + frame.up.step / 2; y += frame.up.step) {
        svg += fmt::format("<line x1='{}' x2='{}' y1='{:.1f}' y2='{:.1f}' class='grid'/>", kLeft,
                           kWidth - kRight, frame.y(y), frame.y(y));
        svg += text(kLeft - 6, frame.y(y) + 4, "end", short_number(y));
    }
    const Axis& across = frame.across;
    for (double x = across.from; x <= across.to + across.step / 2; x += across.step) {
        svg += text(frame.x(x), kHeight - kBottom + 15, "mid", short_number(x));
    }
    svg += text((kLeft + kWidth) / 2, kHeight - 6, "mid", plot.x_label);
    return svg + text(4, kTop - 10, "", plot.y_label);
}

// The words of marks that stand close would cover each other: they take turns in a few lines.
std::string marks(const Plot& plot, const Frame& frame) {
    std::string svg;
    int line = 0;
    for (const auto& [at, words] : plot.marks) {
        svg += upright(frame.x(at), "mark");
        svg += text(frame.x(at) + 3, kTop + 8 + 11 * line, "faint", words);
        line = (line + 1) % kMarkLines;
    }
    return svg;
}

std::string curves(const Plot& plot, const Frame& frame) {
    std::string svg;
    std::string names;
    std::size_t n = 0;
    for (const Plot::Series& series : plot.series) {
        const char* colour = kColours[n++ % std::size(kColours)];
        std::string line;
        for (const auto& [x, y] : series.points) {
            line += fmt::format("{:.1f},{:.1f} ", frame.x(x), frame.y(y));
        }
        svg += fmt::format("<polyline points='{}' stroke='{}'/>\n", line, colour);
        names +=
            fmt::format("<tspan fill='{}' dx='12'>{}</tspan>", colour, html_escaped(series.name));
    }
    return svg + fmt::format("<text x='{}' y='16' class='end'>{}</text>\n", kWidth - kRight, names);
}

}  // namespace

std::string short_number(double value) {
    const double size = std::abs(value);
    if (size >= 1e6) return fmt::format("{:.4g}M", value / 1e6);
    if (size >= 1e4) return fmt::format("{:.4g}k", value / 1e3);
    return fmt::format("{:.4g}", value);
}

std::string drawn(std::span<const Plot> plots) {
    std::string svg = fmt::format(
        "<svg viewBox='0 0 {0} {1}' role='img'><style>{2}"
        "</style><rect width='{0}' height='{1}' fill='#fff'/>\n",
        kWidth, kHeight * static_cast<double>(plots.size()), kStyle);
    double top = 0;
    for (const Plot& plot : plots) {
        const Frame frame = frame_of(plot);
        svg += fmt::format("<g transform='translate(0 {})'>\n", top);
        svg += text(4, 16, "title", plot.title);
        svg += axes(plot, frame) + marks(plot, frame) + curves(plot, frame) + "</g>\n";
        top += kHeight;
    }
    return svg + "</svg>\n";
}

std::string picture(std::span<const Plot> plots) {
    std::string svg = drawn(plots);
    return svg.insert(svg.find(' '), " xmlns='http://www.w3.org/2000/svg'");
}

}  // namespace stentor::bench
