#include "load/bench/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

#include "load/bench/escaped.h"

namespace stentor::bench {
namespace {

constexpr const char* kHead =
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Stentor bench</title><style>"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.1rem .8rem .1rem 0}td+td{text-align:right;font-variant-numeric:tabular-nums}"
    "td+td+td{text-align:left;color:#666}.wide{font-size:.85em}.wide td,.wide th{padding:.2rem "
    ".6rem .2rem 0;text-align:left;vertical-align:top;color:inherit}svg{width:100%}.bad{color:#b00}"
    "</style><h1>Stentor bench</h1>\n";

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
        if (!part.plots.empty()) out += drawn(part.plots);
    }
    return out;
}

void Findings::write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    save(folder / "report.json", json());
    save(folder / "report.html", html());
    for (const Section& part : sections_) {
        if (!part.plots.empty()) save(folder / (part.name + ".svg"), picture(part.plots));
    }
}

}  // namespace stentor::bench
