#include "load/bench/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace stentor::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBar = 24;

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDOUT_FILENO) == 1) {}

Progress::~Progress() {
    if (terminal_ && drawn_) fmt::print("\n");
    std::fflush(stdout);
}

void Progress::show(double fraction, std::string_view words) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + (terminal_ ? 100ms : 5'000ms);
    drawn_ = true;
    const double part = std::clamp(fraction, 0.0, 1.0);
    if (terminal_) {
        const auto full = static_cast<std::size_t>(part * static_cast<double>(kBar));
        fmt::print("\r{} [{}{}] {:3.0f}% {}\x1b[K", what_, std::string(full, '#'),
                   std::string(kBar - full, '.'), part * 100, words);
    } else {
        fmt::print("{}: {:.0f}% {}\n", what_, part * 100, words);
    }
    std::fflush(stdout);
}

}  // namespace stentor::bench
