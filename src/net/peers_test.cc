// Clients written by others, see peers_test.py.

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>

#include "net/loopback.h"

namespace stentor::net {
namespace {

// Runs Python and gives its exit status, or -1.
int python(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/python3");
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t child = 0;
    const int failed =
        ::posix_spawn(&child, pointers[0], nullptr, nullptr, pointers.data(), environ);
    int status = 0;
    if (failed != 0 || ::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Peers, PythonWebsocketsAgreesWithUs) {
    if (python({"-c", "import websockets"}) != 0) {
        std::cerr << "\n*** NOT CHECKED: the package python3-websockets is missing ***\n\n";
        GTEST_SKIP() << "install python3-websockets to check against a client that is not ours";
    }
    Options options;
    options.shards = 2;
    testing::Server server{options};
    server.serve();
    EXPECT_EQ(python({STENTOR_NET_DIR "/peers_test.py", std::to_string(server.group.port())}), 0);
    std::uint64_t sockets = 0;
    for (std::uint32_t i = 0; i < options.shards; ++i) {
        EXPECT_GT(server.group.counters(i).messages_in.value(), 0U);
        EXPECT_TRUE(
            testing::wait_for([&] { return server.group.counters(i).sockets.value() == 0; }));
        sockets += static_cast<std::uint64_t>(server.handlers[i]->opened.load());
        EXPECT_EQ(server.handlers[i]->opened, server.handlers[i]->closed);
        EXPECT_EQ(server.handlers[i]->strays, 0);
    }
    EXPECT_GE(sockets, 60U);
}

}  // namespace
}  // namespace stentor::net
