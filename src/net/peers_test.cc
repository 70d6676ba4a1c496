// Clients written by others, see peers_test.py.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "net/loopback.h"

namespace stentor::net {
namespace {

TEST(Peers, PythonWebsocketsAgreesWithUs) {
    if (std::system("/usr/bin/python3 -c 'import websockets' 2>/dev/null") != 0) {
        std::cerr << "\n*** NOT CHECKED: the package python3-websockets is missing ***\n\n";
        GTEST_SKIP() << "install python3-websockets to check against a client that is not ours";
    }
    Options options;
    options.shards = 2;
    testing::Server server{options};
    server.serve();
    const std::string command =
        "/usr/bin/python3 " STENTOR_NET_DIR "/peers_test.py " + std::to_string(server.group.port());
    EXPECT_EQ(std::system(command.c_str()), 0);
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
