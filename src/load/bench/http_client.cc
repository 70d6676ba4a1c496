#include "load/bench/http_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace stentor::bench {
namespace {

constexpr long kWithinS = 30;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::uint64_t number_of(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view header_of(std::string_view head, std::string_view name) {
    const auto at = head.find(fmt::format("\r\n{}:", name));
    if (at == std::string_view::npos) return {};
    const std::string_view rest = head.substr(at + name.size() + 3);
    return rest.substr(0, rest.find("\r\n"));
}

// Nothing: not complete yet.
std::optional<HttpAnswer> parse(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos || text.size() < 12) return std::nullopt;
    const std::string head = lower(text.substr(0, end + 2));
    const auto length = number_of(header_of(head, "content-length"));
    if (text.size() < end + 4 + length) return std::nullopt;
    return HttpAnswer{
        .status = static_cast<unsigned>(number_of(text.substr(9, 3))),
        .retry_after_s = static_cast<std::uint32_t>(number_of(header_of(head, "retry-after"))),
        .body = text.substr(end + 4, length)};
}

Result<HttpAnswer> request(const Endpoint& to, const std::string& bytes) {
    const Error failed{.code = Code::store_unavailable, .where = "http"};
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval within{.tv_sec = kWithinS, .tv_usec = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &within, sizeof within);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    inet_pton(AF_INET, to.address.c_str(), &address.sin_addr);
    std::string text;
    std::optional<HttpAnswer> answer;
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        std::cmp_equal(send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size())) {
        char buffer[16 * 1024];
        while (!answer) {
            const auto got = recv(descriptor, buffer, sizeof buffer, 0);
            if (got <= 0) break;
            text.append(buffer, static_cast<std::size_t>(got));
            answer = parse(text);
        }
    }
    close(descriptor);
    if (!answer) return std::unexpected(failed);
    return std::move(*answer);
}

std::string head_of(std::string_view method, const Endpoint& to, std::string_view path,
                    std::string_view bearer) {
    std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n", method,
                                   path, to.address, to.port);
    if (!bearer.empty()) head += fmt::format("Authorization: Bearer {}\r\n", bearer);
    return head;
}

}  // namespace

Result<HttpAnswer> http_get(const Endpoint& to, std::string_view path, std::string_view bearer) {
    return request(to, head_of("GET", to, path, bearer) + "\r\n");
}

Result<HttpAnswer> http_post(const Endpoint& to, std::string_view path, std::string_view json,
                             std::string_view bearer, std::string_view actor) {
    std::string head = head_of("POST", to, path, bearer);
    if (!actor.empty()) head += fmt::format("X-Stentor-Actor: {}\r\n", actor);
    return request(
        to, head + fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                               json.size(), json));
}

std::string json_field(std::string_view json, std::string_view key) {
    const auto at = json.find(fmt::format("\"{}\"", key));
    if (at == std::string_view::npos) return {};
    std::string_view rest = json.substr(at + key.size() + 2);
    rest.remove_prefix(std::min(rest.find_first_not_of(": "), rest.size()));
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return std::string{rest.substr(0, rest.find('"'))};
    }
    return std::string{rest.substr(0, rest.find_first_of(",}"))};
}

std::map<std::string, std::uint64_t> json_numbers(std::string_view json) {
    std::map<std::string, std::uint64_t> numbers;
    for (auto at = json.find('"'); at != std::string_view::npos; at = json.find('"', at)) {
        const auto end = json.find('"', at + 1);
        if (end == std::string_view::npos) break;
        const std::string_view key = json.substr(at + 1, end - at - 1);
        const auto value = json.find_first_not_of(": ", end + 1);
        if (value == std::string_view::npos) break;
        if (json[value] >= '0' && json[value] <= '9') {
            numbers[std::string{key}] = number_of(json.substr(value));
            at = value;
        } else {
            at = json.find_first_of(",}", value);
            if (at == std::string_view::npos) break;
        }
    }
    return numbers;
}

std::map<std::string, std::uint64_t> server_counters(const Endpoint& server) {
    const auto answer = http_get(server, "/api/v1/stats");
    if (!answer || answer->status != 200) return {};
    return json_numbers(answer->body);
}

}  // namespace stentor::bench
