#pragma once
// The figures of one run of the bench: one JSON file, one HTML page that needs nothing beside
// itself, and the plots of each section as a picture.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "load/bench/plot.h"

namespace stentor::bench {

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
    // report.json, report.html and SECTION.svg in `folder`, which is made. Throws
    // std::filesystem_error or std::runtime_error.
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

}  // namespace stentor::bench
