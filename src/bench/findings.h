#pragma once
// The figures of one run of the bench: one JSON file, and one HTML page that needs nothing beside
// itself.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace stentor::bench {

struct Plot {
    struct Series {
        std::string name;
        std::vector<std::pair<double, double>> points;  // In the order of x.
    };
    std::string title;
    std::string x_label;
    std::string y_label;
    std::vector<Series> series;
};

struct Table {
    std::string title;
    std::vector<std::string> columns;  // The first one names the rows.
    std::vector<std::vector<std::string>> rows;
};

class Findings {
public:
    // Printed at once, too.
    void figure(std::string section, std::string name, double value, std::string unit);
    void note(std::string section, std::string words);
    void plot(std::string section, Plot plot);
    void table(std::string section, Table table);
    // A promise that was not kept.
    void fail(std::string section, std::string words);

    [[nodiscard]] bool failed() const { return failed_; }
    // report.json and report.html in `folder`, which is made. Throws std::filesystem_error or
    // std::runtime_error.
    void write(const std::filesystem::path& folder) const;

private:
    struct Figure {
        std::string name;
        double value;
        std::string unit;
    };
    struct Section {
        std::string name;
        std::vector<Figure> figures;
        std::vector<std::string> notes;
        std::vector<std::string> failures;
        std::vector<Plot> plots;
        std::vector<Table> tables;
    };
    Section& section(const std::string& name);
    [[nodiscard]] std::string json() const;
    [[nodiscard]] std::string html() const;

    std::vector<Section> sections_;
    bool failed_{};
};

// For texts inside JSON and inside HTML.
[[nodiscard]] std::string json_escaped(std::string_view text);
[[nodiscard]] std::string html_escaped(std::string_view text);

}  // namespace stentor::bench
