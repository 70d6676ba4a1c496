#include "net/http/parser.h"

#include <arpa/inet.h>

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <utility>

#include "base/limits.h"

namespace stentor::net::http {
namespace {

namespace beast = boost::beast;

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return result;
}

// A method begins with a letter; anything else (a TLS hello, say) need not wait for a deadline.
bool may_begin(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

void add_header(Request& request, std::string name, std::string_view value) {
    for (Header& header : request.headers) {
        if (header.name != name) continue;
        header.value.append(", ").append(value);
        return;
    }
    request.headers.push_back({.name = std::move(name), .value = std::string{value}});
}

// An absolute target ("GET http://host/path") loses its scheme and authority, RFC 9112 section
// 3.2.2. False: neither a path nor "*".
bool set_target(Request& request, std::string_view target) {
    if (const std::size_t scheme = target.find("://");
        scheme != std::string_view::npos && !target.starts_with('/')) {
        const std::size_t path = target.find_first_of("/?", scheme + 3);
        target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    if (mark < target.size()) request.query = target.substr(mark + 1);
    if (request.path.empty()) request.path = "/";
    return request.path.starts_with('/') || request.path == "*";
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// RFC 3986 section 3.2.2: a name, whose characters may be escaped, or an IPv4 address.
bool is_name(std::string_view text) {
    constexpr std::string_view kOthers = "-._~!$&'()*+,;=";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (!may_begin(c) && !is_digit(c) && kOthers.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

// Host = uri-host [ ":" port ], RFC 9110 section 7.2; it may be empty.
bool is_host(std::string_view text) {
    std::string_view name = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        const std::string address{text.substr(1, end - 1)};
        in6_addr ignored{};
        if (inet_pton(AF_INET6, address.c_str(), &ignored) != 1) return false;
        name = {};
        port = text.substr(end + 1);
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        name = text.substr(0, colon);
        port = text.substr(colon);
        if (name.empty()) return false;
    }
    if (!port.empty() && port.front() != ':') return false;
    return is_name(name) && std::ranges::all_of(port.substr(port.empty() ? 0 : 1), is_digit);
}

}  // namespace

RequestParser::State RequestParser::feed(std::span<const char>& input) {
    if (state_ == State::header) feed_header(input);
    if (state_ == State::body) feed_body(input);
    return state_;
}

bool RequestParser::take_expectation() {
    return state_ == State::body && std::exchange(expects_continue_, false);
}

std::size_t RequestParser::body_bytes_max() const {
    const bool large =
        large_ != nullptr && !large_->prefix.empty() && request_.path.starts_with(large_->prefix);
    return large ? large_->bytes_max : limits::kHttpBodyBytes;
}

void RequestParser::refuse(unsigned status) {
    status_ = status;
    state_ = State::wrong;
}

void RequestParser::feed_header(std::span<const char>& input) {
    while (!input.empty()) {
        const char c = input.front();
        input = input.subspan(1);
        if (head_.empty() && empty_line_ < 2 && c == "\r\n"[empty_line_]) {
            // Some clients end a body with a line that belongs to nothing, RFC 9112 section 2.2.
            ++empty_line_;
            continue;
        }
        if (head_.empty() && (!may_begin(c) || empty_line_ == 1)) return refuse(400);
        if (c == '\n' && !head_.ends_with('\r')) return refuse(400);
        head_.push_back(c);
        if (c == '\n' && head_.ends_with("\r\n\r\n")) return read_header();
        if (head_.size() == limits::kHttpHeaderBytes) return refuse(431);
    }
}

void RequestParser::read_header() {
    beast::http::request_parser<beast::http::empty_body> parser;
    parser.header_limit(2 * limits::kHttpHeaderBytes);  // The limit is kept before this.
    parser.body_limit(boost::none);
    parser.skip(true);
    beast::error_code wrong;
    const std::size_t used = parser.put(boost::asio::buffer(head_), wrong);
    if (wrong || used != head_.size() || !parser.is_header_done()) return refuse(400);

    const auto& message = parser.get();
    request_.version = message.version();
    request_.keep_alive = message.keep_alive();
    request_.method = view_of(message.method_string());
    if (!set_target(request_, view_of(message.target()))) return refuse(400);
    for (const auto& field : message) {
        add_header(request_, lower(view_of(field.name_string())), view_of(field.value()));
    }
    const auto hosts = message.count(beast::http::field::host);
    if (hosts > 1 || (hosts == 0 && request_.version >= 11)) return refuse(400);
    if (!is_host(request_.header("host"))) return refuse(400);
    if (message.count(beast::http::field::transfer_encoding) > 0) return refuse(411);
    if (message.count(beast::http::field::content_length) > 1) return refuse(400);

    const std::string_view expectation = request_.header("expect");
    if (!expectation.empty() && lower(expectation) != "100-continue") return refuse(417);
    const auto length = parser.content_length();
    if (length && *length > body_bytes_max()) return refuse(413);
    body_bytes_ = length ? static_cast<std::size_t>(*length) : 0;
    expects_continue_ = !expectation.empty() && body_bytes_ > 0;
    state_ = body_bytes_ > 0 ? State::body : State::whole;
    head_ = {};
}

void RequestParser::feed_body(std::span<const char>& input) {
    const std::size_t here = std::min(body_bytes_ - request_.body.size(), input.size());
    if (here > 0) expects_continue_ = false;
    request_.body.append(input.data(), here);
    input = input.subspan(here);
    if (request_.body.size() == body_bytes_) state_ = State::whole;
}

}  // namespace stentor::net::http
