#include "server/record/replicas.h"

#include <stdexcept>

#include "config/address.h"
#include "server/record/data_folder.h"
#include "store/replica/place.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

std::size_t kept_log_bytes(const config::Settings& settings) {
    return settings.replica.listen.empty() ? 0 : std::size_t{settings.replica.kept_log_mb} << 20U;
}

}  // namespace

std::unique_ptr<store::Store> open_record(const config::Settings& settings) {
    const replica::Place place{settings.server.data};
    if (place.follows()) {
        throw std::runtime_error{settings.server.data +
                                 " holds the copy of a follower: set replica.follow, or make it "
                                 "one to serve from with `stentor promote`"};
    }
    auto store = store::open_rocks({.path = place.store().string(),
                                    .cache_bytes = std::size_t{settings.store.cache_mb} << 20U,
                                    .kept_log_bytes = kept_log_bytes(settings)});
    if (!store) {
        throw std::runtime_error{"cannot open the store in " + settings.server.data + ": " +
                                 std::string{store.error().where}};
    }
    return std::move(*store);
}

replica::OpenCopy copy_opener() {
    return [](const fs::path& folder) -> Result<replica::Copy> {
        auto opened = store::open_rocks({.path = folder.string()});
        if (!opened) return std::unexpected(opened.error());
        store::Maintenance* face = store::maintenance_of(**opened);
        return replica::Copy{.store = std::move(*opened), .face = face};
    };
}

replica::Promoted promote_copy(const fs::path& data, bool lost_nothing,
                               const Beginning& beginning) {
    refuse_full_disk(data);
    const auto done = replica::promote(replica::Place{data}, copy_opener(), lost_nothing,
                                       least_epoch({data}, beginning));
    if (!done) {
        throw std::runtime_error{data.string() +
                                 " cannot be promoted: " + std::string{done.error().where}};
    }
    if (done->raised) note_epoch(data, done->epoch, beginning);
    return *done;
}

replica::Key replica_key(const auth::Secrets& secrets) {
    return replica::derive_key(secrets.keys.front().secret);
}

std::unique_ptr<replica::Leader> make_leader(const config::Settings& settings,
                                             const auth::Secrets& secrets, store::Store& record) {
    const auto& set = settings.replica;
    if (set.listen.empty()) return nullptr;
    const config::Address address = *config::parse_address(set.listen);
    return std::make_unique<replica::Leader>(
        *store::maintenance_of(record),
        replica::LeaderOptions{.address = address.host,
                               .port = address.port,
                               .key = replica_key(secrets),
                               .mode = set.mode == "strict" ? replica::Mode::strict
                                       : set.mode == "sync" ? replica::Mode::sync
                                                            : replica::Mode::async,
                               .within = set.within,
                               .scratch = settings.server.data});
}

Counted counters_of(const replica::Leader* leader) {
    if (leader == nullptr) return {};
    const replica::LeaderStatus status = leader->status();
    return {
        {"replica_connected", status.connected ? 1 : 0},
        {"replica_in_step", status.in_step ? 1 : 0},
        {"replica_behind", status.latest > status.position ? status.latest - status.position : 0},
        {"replica_copies", status.copies},
        {"replica_alone", status.alone}};
}

std::string flaw_of(const replica::Leader* leader) {
    if (leader == nullptr || leader->mode() != replica::Mode::strict) return {};
    return leader->status().in_step ? "" : "waiting for the follower";
}

std::string worry_of(const replica::Leader* leader) {
    if (leader == nullptr || leader->mode() != replica::Mode::sync) return {};
    return leader->status().in_step ? "" : "going on without the follower";
}

}  // namespace stentor::server
