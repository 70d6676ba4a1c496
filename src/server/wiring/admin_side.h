#pragma once
// The private listener: one shard that speaks HTTP and nothing else, and the file that tells the
// command line where it is.
//
// Thread: the one that made it.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "api/public/api.h"
#include "config/address.h"
#include "net/shard_group.h"

namespace stentor::server {

// Name of the file in the data folder: "http://127.0.0.1:PORT\n", mode 0600.
inline constexpr const char* kAdminAddressFile = "admin-address";

class AdminSide {
public:
    // Starts the thread: before anything opens files, see net::ShardGroup.
    explicit AdminSide(config::Address address);
    ~AdminSide();

    // Listens, and writes the address file. Returns the address with the port. Answers may come
    // from any thread.
    using OnHttp = std::function<void(const net::http::Request&, api::Api::Reply)>;
    [[nodiscard]] std::string serve(OnHttp on_http, const std::filesystem::path& data);
    void stop();

private:
    class Handler;

    config::Address address_;
    std::filesystem::path file_;
    net::ShardGroup shards_;
    std::unique_ptr<Handler> handler_;
};

}  // namespace stentor::server
