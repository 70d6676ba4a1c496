#include "testing/ledger/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/number_text.h"

namespace stentor::ledger {
namespace {

std::uint64_t order() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

struct Record {
    std::uint64_t order{};
    char kind{};
    std::uint64_t first{};   // uid, or epoch
    std::uint64_t second{};  // gid, or seq
    Cmid cmid;
    Digest hash;
};

std::optional<Record> parse(const std::string& line) {
    std::istringstream words{line};
    Record record;
    std::string cmid;
    std::string hash;
    words >> record.kind >> record.order;
    if (record.kind == 'i') {
        words >> record.first >> record.second >> cmid >> hash;
    } else if (record.kind == 'o') {
        words >> cmid >> record.first >> record.second;
    } else if (record.kind == 'r') {
        words >> cmid;
    } else {
        return std::nullopt;
    }
    const auto id = Cmid::from(bytes_in(cmid).value_or(""));
    if (words.fail() || !id) return std::nullopt;
    record.cmid = *id;
    if (record.kind == 'i') record.hash = Digest::from(bytes_in(hash).value_or(""));
    return record;
}

void tell(const Record& record, Ledger& ledger) {
    if (record.kind == 'i') {
        ledger.invoke({record.first}, {record.second}, record.cmid, record.hash);
    } else if (record.kind == 'o') {
        ledger.ok(record.cmid, {record.first}, {record.second});
    } else {
        ledger.refused(record.cmid);
    }
}

}  // namespace

std::unique_ptr<Journal> Journal::open(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return nullptr;
    return std::unique_ptr<Journal>{new Journal{descriptor}};
}

Journal::~Journal() { ::close(descriptor_); }

bool Journal::append(const std::string& line) {
    const auto written = ::write(descriptor_, line.data(), line.size());
    return std::cmp_equal(written, line.size()) && fdatasync(descriptor_) == 0;
}

bool Journal::invoke(UserId sender, GroupId gid, const Cmid& cmid, const Digest& hash) {
    return append(fmt::format("i {} {} {} {} {}\n", order(), sender.value, gid.value,
                              hex_of(cmid.view()), hex_of(hash.view())));
}

bool Journal::ok(const Cmid& cmid, Epoch epoch, Seq seq) {
    return append(
        fmt::format("o {} {} {} {}\n", order(), hex_of(cmid.view()), epoch.value, seq.value));
}

bool Journal::refused(const Cmid& cmid) {
    return append(fmt::format("r {} {}\n", order(), hex_of(cmid.view())));
}

Result<std::size_t> read_journals(std::span<const std::filesystem::path> files, Ledger& ledger) {
    std::vector<Record> records;
    for (const auto& file : files) {
        std::ifstream in{file};
        std::string line;
        while (std::getline(in, line)) {
            if (in.eof()) break;  // No newline behind it: cut short.
            const auto record = parse(line);
            if (!record) return std::unexpected(Error{Code::malformed, "journal"});
            records.push_back(*record);
        }
    }
    // Of the same moment an invoke comes first: "i" is before the letters of answers.
    std::ranges::sort(records, {},
                      [](const Record& record) { return std::pair{record.order, record.kind}; });
    for (const Record& record : records) tell(record, ledger);
    return records.size();
}

}  // namespace stentor::ledger
