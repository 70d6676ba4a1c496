#include "bench/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace stentor::bench {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 260;
constexpr double kLeft = 70;
constexpr double kBottom = 40;
constexpr double kTop = 20;
constexpr const char* kColours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e"};

std::string short_number(double value) {
    const double size = std::abs(value);
    if (size >= 1e6) return fmt::format("{:.4g}M", value / 1e6);
    if (size >= 1e4) return fmt::format("{:.4g}k", value / 1e3);
    return fmt::format("{:.4g}", value);
}

struct Frame {
    double x_min{}, x_max{1}, y_max{1};

    explicit Frame(const Plot& plot) {
        bool first = true;
        y_max = 0;
        for (const auto& series : plot.series) {
            for (const auto& [x, y] : series.points) {
                x_min = first ? x : std::min(x_min, x);
                x_max = first ? x : std::max(x_max, x);
                y_max = std::max(y_max, y);
                first = false;
            }
        }
        if (x_max <= x_min) x_max = x_min + 1;
        y_max = y_max <= 0 ? 1 : y_max * 1.05;
    }
    [[nodiscard]] double x(double value) const {
        return kLeft + (value - x_min) / (x_max - x_min) * (kWidth - kLeft - 20);
    }
    [[nodiscard]] double y(double value) const {
        return kHeight - kBottom - value / y_max * (kHeight - kBottom - kTop);
    }
};

std::string axes(const Plot& plot, const Frame& frame) {
    std::string svg;
    for (int tick = 0; tick <= 4; ++tick) {
        const double y = frame.y_max * tick / 4;
        const double x = frame.x_min + (frame.x_max - frame.x_min) * tick / 4;
        svg += fmt::format(
            "<line x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}' class='grid'/>"
            "<text x='{:.1f}' y='{:.1f}' class='end'>{}</text>"
            "<text x='{:.1f}' y='{:.1f}' class='mid'>{}</text>\n",
            kLeft, kWidth - 20, frame.y(y), frame.y(y), kLeft - 6, frame.y(y) + 4, short_number(y),
            frame.x(x), kHeight - kBottom + 16, short_number(x));
    }
    svg += fmt::format("<text x='{}' y='{}' class='mid'>{}</text>", (kLeft + kWidth) / 2,
                       kHeight - 6, html_escaped(plot.x_label));
    svg += fmt::format("<text x='4' y='13'>{}</text>\n", html_escaped(plot.y_label));
    return svg;
}

std::string drawn(const Plot& plot) {
    const Frame frame{plot};
    std::string svg = fmt::format(
        "<figure><figcaption>{}</figcaption><svg viewBox='0 0 {} {}' role='img' "
        "aria-label='{}'>\n{}",
        html_escaped(plot.title), kWidth, kHeight, html_escaped(plot.title), axes(plot, frame));
    std::size_t n = 0;
    for (const auto& series : plot.series) {
        const char* colour = kColours[n % std::size(kColours)];
        std::string line;
        for (const auto& [x, y] : series.points) {
            line += fmt::format("{:.1f},{:.1f} ", frame.x(x), frame.y(y));
        }
        svg += fmt::format("<polyline points='{}' stroke='{}'/>\n", line, colour);
        svg += fmt::format("<text x='{}' y='{}' fill='{}' class='end'>{}</text>\n", kWidth - 24,
                           kTop + 14 * static_cast<double>(n), colour, html_escaped(series.name));
        ++n;
    }
    return svg + "</svg></figure>\n";
}

constexpr const char* kHead =
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Stentor bench</title><style>"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.1rem .8rem .1rem 0}td+td{text-align:right;font-variant-numeric:tabular-nums}"
    "td+td+td{text-align:left;color:#666}.wide{font-size:.85em}.wide td,.wide th{padding:.2rem "
    ".6rem "
    ".2rem "
    "0;text-align:left;vertical-align:top;color:inherit}svg{width:100%;font-size:11px}figure{"
    "margin:1rem 0}"
    ".grid{stroke:#ddd}.end{text-anchor:end}.mid{text-anchor:middle}"
    "polyline{fill:none;stroke-width:2}.bad{color:#b00}</style><h1>Stentor bench</h1>\n";

std::string drawn(const Table& table) {
    std::string html =
        fmt::format("<h3>{}</h3>\n<table class='wide'><tr>", html_escaped(table.title));
    for (const std::string& name : table.columns) html += "<th>" + html_escaped(name);
    for (const auto& row : table.rows) {
        html += "\n<tr>";
        for (const std::string& cell : row) html += "<td>" + html_escaped(cell);
    }
    return html + "</table>\n";
}

// A block for each row: a line for each of its cells.
std::string in_lines(const Table& table) {
    std::string text = table.title + "\n";
    for (const auto& row : table.rows) {
        text += "  " + row.front() + "\n";
        for (std::size_t i = 1; i < row.size(); ++i) {
            text += fmt::format("    {:<42} {}\n", table.columns[i], row[i]);
        }
    }
    return text;
}

std::string listed(const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    for (const std::string& text : texts) quoted.push_back('"' + json_escaped(text) + '"');
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::string json_of(const Table& table) {
    std::vector<std::string> rows;
    for (const auto& row : table.rows) rows.push_back(listed(row));
    return fmt::format(R"({{"title": "{}", "columns": {}, "rows": [{}]}})",
                       json_escaped(table.title), listed(table.columns), fmt::join(rows, ", "));
}

void save(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out{file, std::ios::binary};
    out << text;
    if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

}  // namespace

std::string json_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out;
}

std::string html_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '\'': out += "&#39;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

Findings::Section& Findings::section(const std::string& name) {
    const auto found = std::ranges::find(sections_, name, &Section::name);
    if (found != sections_.end()) return *found;
    return sections_.emplace_back(Section{.name = name});
}

void Findings::figure(std::string name, std::string what, double value, std::string unit) {
    fmt::print("{:<12} {:<44} {:>12.4g} {}\n", name, what, value, unit);
    std::fflush(stdout);
    section(name).figures.push_back({std::move(what), value, std::move(unit)});
}

void Findings::note(std::string name, std::string words) {
    fmt::print("{:<12} {}\n", name, words);
    section(name).notes.push_back(std::move(words));
}

void Findings::plot(std::string name, Plot plot) { section(name).plots.push_back(std::move(plot)); }

void Findings::table(std::string name, Table table) {
    fmt::print("{}", in_lines(table));
    section(name).tables.push_back(std::move(table));
}

void Findings::fail(std::string name, std::string words) {
    fmt::print("{:<12} FAILED: {}\n", name, words);
    failed_ = true;
    section(name).failures.push_back(std::move(words));
}

std::string Findings::json() const {
    std::string out = "{\n  \"sections\": [";
    const char* between = "\n";
    for (const Section& part : sections_) {
        std::vector<std::string> figures;
        for (const Figure& figure : part.figures) {
            figures.push_back(fmt::format(
                R"(      {{"name": "{}", "value": {}, "unit": "{}"}})", json_escaped(figure.name),
                std::isfinite(figure.value) ? figure.value : 0, json_escaped(figure.unit)));
        }
        std::vector<std::string> tables;
        for (const Table& table : part.tables) tables.push_back(json_of(table));
        out += fmt::format(
            "{}    {{\"name\": \"{}\", \"figures\": [\n{}],\n     \"tables\": [{}],\n"
            "     \"notes\": {}, \"failures\": {}}}",
            between, json_escaped(part.name), fmt::join(figures, ",\n"), fmt::join(tables, ", "),
            listed(part.notes), listed(part.failures));
        between = ",\n";
    }
    return out + fmt::format("\n  ],\n  \"failed\": {}\n}}\n", failed_);
}

std::string Findings::html() const {
    std::string out = kHead;
    for (const Section& part : sections_) {
        out += fmt::format("<h2>{}</h2>\n<table>\n", html_escaped(part.name));
        for (const Figure& figure : part.figures) {
            out += fmt::format("<tr><td>{}<td>{}<td>{}\n", html_escaped(figure.name),
                               short_number(figure.value), html_escaped(figure.unit));
        }
        out += "</table>\n";
        for (const auto& words : part.notes) out += fmt::format("<p>{}\n", html_escaped(words));
        for (const auto& words : part.failures) {
            out += fmt::format("<p class='bad'>{}\n", html_escaped(words));
        }
        for (const Table& table : part.tables) out += drawn(table);
        for (const Plot& plot : part.plots) out += drawn(plot);
    }
    return out;
}

void Findings::write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    save(folder / "report.json", json());
    save(folder / "report.html", html());
}

}  // namespace stentor::bench
