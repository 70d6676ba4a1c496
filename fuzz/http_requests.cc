// Requests in a row on one connection: any split gives the same, within the limits.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "check.h"
#include "net/http/parser.h"
#include "net/ws/handshake.h"

namespace {

namespace http = stentor::net::http;
namespace ws = stentor::net::ws;

std::string shown(const http::Request& request) {
    std::string text = request.method + " " + request.path + "?" + request.query + "\n";
    for (const http::Header& header : request.headers) {
        text += header.name + ": " + header.value + "\n";
    }
    text += std::to_string(request.version) + (request.keep_alive ? " stays\n" : " goes\n");
    return text + request.body;
}

void check_request(const http::Request& request) {
    namespace limits = stentor::limits;
    check(request.body.size() <= limits::kHttpBodyBytes, "the body has a limit");
    check(request.path.starts_with('/') || request.path == "*", "the target is a path");
    check(request.path.find_first_of(std::string_view{"\r\n \0", 4}) == std::string::npos,
          "no blanks in a path");
    std::size_t bytes = 0;
    for (const http::Header& header : request.headers) {
        check(header.value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos,
              "no line breaks in a value");
        bytes += header.name.size() + header.value.size();
    }
    check(bytes <= limits::kHttpHeaderBytes, "the header has a limit");
    const ws::Handshake handshake{.method = request.method,
                                  .http_version = request.version,
                                  .host = request.header("host"),
                                  .upgrade = request.header("upgrade"),
                                  .connection = request.header("connection"),
                                  .version = request.header("sec-websocket-version"),
                                  .key = request.header("sec-websocket-key"),
                                  .protocol = request.header("sec-websocket-protocol"),
                                  .origin = request.header("origin")};
    const unsigned status = ws::judge(handshake, {}).status;
    check(status == 101 || (status >= 400 && status < 500), "every handshake is judged");
}

template <class PieceBytes>
std::vector<std::string> requests_of(std::string_view stream, PieceBytes piece_bytes) {
    using State = http::RequestParser::State;
    std::vector<std::string> requests;
    http::RequestParser parser;
    while (!stream.empty()) {
        const std::size_t count = std::clamp<std::size_t>(piece_bytes(stream), 1, stream.size());
        const std::string piece{stream.substr(0, count)};
        stream.remove_prefix(count);
        std::span<const char> rest{piece};
        while (!rest.empty()) {
            const State state = parser.feed(rest);
            if (state == State::wrong) {
                requests.push_back("refused " + std::to_string(parser.status()));
                return requests;
            }
            if (state != State::whole) continue;
            const http::Request request = parser.take();
            check_request(request);
            requests.push_back(shown(request));
            parser = http::RequestParser{};
        }
    }
    requests.emplace_back(parser.started() ? "halfway" : "idle");
    return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view stream{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    std::uint32_t seed = bytes[0] + 1U;
    const auto pieces = [&seed](std::string_view) {
        seed = seed * 1'664'525U + 1'013'904'223U;
        return std::size_t{1} + (seed >> 24U) % 41;
    };
    const auto expected = requests_of(stream, [](std::string_view rest) { return rest.size(); });
    check(requests_of(stream, [](std::string_view) { return std::size_t{1}; }) == expected,
          "single bytes give the same");
    check(requests_of(stream, pieces) == expected, "pieces give the same");
    return 0;
}
