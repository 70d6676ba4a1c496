#pragma once
// One line that says how far it is: drawn over itself on a terminal, written now and then
// elsewhere.

#include <chrono>
#include <string>
#include <string_view>

namespace stentor::bench {

class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // `fraction` from 0 to 1. Cheap: most calls write nothing.
    void show(double fraction, std::string_view words);

private:
    std::string what_;
    bool terminal_;
    bool drawn_{};
    std::chrono::steady_clock::time_point next_;
};

}  // namespace stentor::bench
