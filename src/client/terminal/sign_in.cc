#include "client/terminal/sign_in.h"

#include <termios.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <iostream>

#include "client/terminal/harmless.h"

namespace stentor::terminal {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024;

std::string text_of(const boost::json::value& answer, std::string_view key) {
    if (!answer.is_object()) return {};
    const boost::json::value* found = answer.as_object().if_contains(key);
    return found != nullptr && found->is_string() ? std::string{found->as_string()} : std::string{};
}

}  // namespace

std::expected<std::string, std::string> sign_in(const Server& server, std::string_view name,
                                                std::string_view password) {
    auto stream = Stream::connect(server, "http/1.1");
    if (!stream) return std::unexpected(stream.error());
    const std::string body =
        boost::json::serialize(boost::json::object{{"name", name}, {"password", password}});
    const std::string request =
        "POST /api/v1/sign-in HTTP/1.1\r\nHost: " + server.host +
        "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    if (!(*stream)->write(request)) return std::unexpected("signing in: the connection broke");
    std::string answer;
    while (answer.size() < kAnswerBytesMax && (*stream)->read(answer)) {
    }
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == std::string::npos) return std::unexpected("signing in: no answer in HTTP");
    boost::system::error_code wrong;
    const boost::json::value json = boost::json::parse(answer.substr(head + 4), wrong);
    if (wrong) return std::unexpected("signing in: no answer in JSON");
    std::string token = text_of(json, "token");
    if (!token.empty()) return token;
    return std::unexpected("signing in: " + harmless(text_of(json, "code")));
}

std::string ask_password(std::string_view name) {
    const bool terminal = ::isatty(STDIN_FILENO) == 1;
    termios before{};
    if (terminal) {
        const std::string whose = name.empty() ? "" : " of " + harmless(name);
        std::fprintf(stderr, "Password%s: ", whose.c_str());
        ::tcgetattr(STDIN_FILENO, &before);
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    // Byte by byte: what follows on standard input is the conversation's.
    std::string password;
    for (char byte = 0; ::read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n';) {
        password.push_back(byte);
    }
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before);  // What was typed ahead stays.
        std::fputs("\n", stderr);
    }
    if (password.ends_with('\r')) password.pop_back();  // A line of a file made on Windows.
    return password;
}

}  // namespace stentor::terminal
