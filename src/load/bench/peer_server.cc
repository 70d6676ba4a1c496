#include "load/bench/peer_server.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "load/bench/made_up_text.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kTexts = 1'000;  // Then they come again, under other numbers.
constexpr std::size_t kDigits = 7;

}  // namespace

Script::Script(std::uint64_t seed) {
    MadeUpText made{seed};
    for (std::size_t i = 0; i < kTexts; ++i) words_.push_back(made.next());
}

std::string Script::text(std::uint64_t number) const {
    return fmt::format("{:0{}} {}", number, kDigits, words_[number % kTexts]);
}

std::uint64_t Script::number(std::string_view text) const {
    std::uint64_t number = 0;
    const auto end = text.find(' ');
    if (end == std::string_view::npos) return 0;
    const auto read = std::from_chars(text.data(), text.data() + end, number);
    return read.ptr == text.data() + end && text == this->text(number) ? number : 0;
}

double Script::bytes_mean() const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < kTexts; ++i) sum += text(i).size();
    return static_cast<double>(sum) / kTexts;
}

std::string PeerServer::fetch(std::uint64_t /*first*/, std::uint64_t /*last*/) const {
    throw std::runtime_error{"there is nothing to fetch messages from"};
}

std::vector<std::unique_ptr<PeerServer>> all_rivals(const RivalSetting& setting) {
    std::vector<std::unique_ptr<PeerServer>> rivals;
    rivals.push_back(stentor_rival(setting));
    rivals.push_back(nchan_rival(setting));
    rivals.push_back(ws_rival(setting, 1));
    rivals.push_back(ws_rival(setting, 2));
    rivals.push_back(socket_io_rival(setting));
    return rivals;
}

}  // namespace stentor::bench
