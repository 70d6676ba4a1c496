#pragma once
// What the command line asks of a running server: its address and its key stand in the data folder.
//
// Blocking; exceptions are std::runtime_error with a sentence for the operator.

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace stentor::server {

class AdminClient {
public:
    // Adds --data and --as to the command.
    explicit AdminClient(CLI::App& command);

    // Throws what the server refused, in words.
    boost::json::object get(const std::string& path);
    boost::json::object post(const std::string& path, const boost::json::object& body = {});
    // As it is: not JSON.
    std::string get_text(const std::string& path);

    // The account of exactly this name, or of this number.
    std::uint64_t uid_of(const std::string& name_or_uid);

    [[nodiscard]] const std::filesystem::path& data() const { return data_; }

private:
    std::string exchange(std::string_view method, const std::string& path, const std::string& body);

    std::filesystem::path data_ = ".stentor";
    std::string actor_;
};

// Percent-encoded for a query (RFC 3986 section 2.1).
[[nodiscard]] std::string encoded(std::string_view text);

// Columns of a line, parted by tabs; control characters of a text become '?', so that no name can
// play tricks on a terminal.
[[nodiscard]] std::string plain(std::string_view text);

}  // namespace stentor::server
