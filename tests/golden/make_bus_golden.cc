// Writes the golden vectors of what crosses the bus, every field set. Run by ./dev golden; a test
// runs it too and compares: bytes that stand there must never change, since two builds may speak to
// one another.
//
//   make_bus_golden OUT_FILE

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "bus/codec/codec.h"
#include "bus/codec/filled_test_kit.h"

namespace stentor::bus {
namespace {

using Record = std::pair<std::string, std::string>;  // Its name, its bytes.

// One for each alternative of a variant, as `message` has it in.
template <class Variant>
void add_each(std::vector<Record>& records, const std::string& name, auto message) {
    std::size_t number = 0;
    for (const Variant& one : all<Variant>()) {
        records.emplace_back(name + '/' + std::to_string(++number), encode(message(one)));
    }
}

std::vector<Record> all_records() {
    std::vector<Record> records{{"command", encode(filled<Command>())},
                                {"answers", encode(filled<std::vector<Answer>>())}};
    add_each<GroupEvent>(records, "items", [](const GroupEvent& event) {
        auto item = filled<GroupItem>();
        item.events = {event};
        return Items{.term = {1}, .items = {std::make_shared<const GroupItem>(std::move(item))}};
    });
    add_each<Nudge>(records, "nudges", [](const Nudge& nudge) { return std::vector{nudge}; });
    add_each<Question>(records, "question", [](const Question& question) { return question; });
    add_each<Reply>(records, "reply", [](const Reply& reply) { return Result<Reply>{reply}; });
    records.emplace_back("error", encode(Result<Reply>{std::unexpected(filled<Error>())}));
    return records;
}

bool write(const char* path) {
    std::ofstream out{path, std::ios::binary};
    const char* separator = "[\n";
    for (const auto& [name, bytes] : all_records()) {
        out << std::exchange(separator, ",\n") << R"({"name": ")" << name << R"(", "hex": ")"
            << hex_of(bytes) << R"("})";
    }
    out << "\n]\n";
    return static_cast<bool>(out.flush());
}

}  // namespace
}  // namespace stentor::bus

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("make_bus_golden OUT_FILE\n", stderr);
        return 2;
    }
    return stentor::bus::write(argv[1]) ? 0 : 1;
}
