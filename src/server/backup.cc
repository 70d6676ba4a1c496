#include "server/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>

#include "server/data_folder.h"
#include "store/rocks/reading.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStore = "store";
constexpr const char* kSecrets = "secrets";
constexpr const char* kRestored = "restored";

[[noreturn]] void refuse(std::string_view what, const fs::path& where) {
    throw std::runtime_error{fmt::format("{} {}", where.string(), what)};
}

void make_private(const fs::path& folder) {
    fs::create_directories(folder);
    fs::permissions(folder, fs::perms::owner_all);
}

// The largest epoch that was given to a restore from this folder.
std::uint64_t epoch_restored_from(const fs::path& folder) {
    std::uint64_t epoch = 0;
    std::ifstream{folder / kRestored} >> epoch;
    return epoch;
}

// Durable before the epoch is used: else the next restore could be given the same one.
void note_epoch(const fs::path& folder, std::uint64_t epoch) {
    const fs::path made = folder / (std::string{kRestored} + ".new");
    std::ofstream file{made};
    file << epoch << '\n';
    file.close();
    std::error_code problem;
    if (file) fs::rename(made, folder / kRestored, problem);
    if (!file || problem) {
        refuse("cannot be written to, and must note each restore: copy the backup first", folder);
    }
}

}  // namespace

// 0 for a clock that stands before 2026.
Epoch epoch_at(Time now) {
    constexpr std::chrono::sys_days kStart{std::chrono::year{2026} / 1 / 1};
    return {now < kStart ? 0
                         : static_cast<std::uint64_t>((now - kStart) / std::chrono::minutes{10})};
}

std::string take_backup(store::Maintenance& store, const fs::path& data, const fs::path& folder) {
    if (fs::exists(folder)) refuse("is there already: a backup needs a new folder", folder);
    make_private(folder);
    const auto copied = store.checkpoint((folder / kStore).string());
    if (!copied) refuse("could not be written: " + std::string{copied.error().where}, folder);
    // Last: a folder without secrets is a backup that was not finished.
    fs::copy_file(data / kSecrets, folder / kSecrets);
    return fmt::format("{}: everything up to update {}", folder.string(), *copied);
}

std::uint64_t restore_backup(const fs::path& folder, const fs::path& data, Time now) {
    if (!fs::exists(folder / kStore)) refuse("is no backup: it holds no store", folder);
    if (!fs::exists(folder / kSecrets)) refuse("was not finished: it holds no secrets", folder);
    if (in_use(folder)) {
        refuse("is the folder of a running server: take a backup of it first", folder);
    }
    UnfinishedRecord made{data};
    fs::copy(folder / kStore, made.path(), fs::copy_options::recursive);
    Epoch epoch;
    {
        auto store = store::open_rocks({.path = made.path().string()});
        if (!store) refuse("cannot be opened: " + std::string{store.error().where}, made.path());
        epoch = std::max({epoch_at(now), Epoch{epoch_restored_from(folder) + 1},
                          Epoch{(*store)->epoch().value + 1}});
        note_epoch(folder, epoch.value);
        const auto raised = (*store)->raise_epoch(epoch);
        if (!raised) {
            refuse("takes no new epoch: " + std::string{raised.error().where}, made.path());
        }
    }
    fs::copy_file(folder / kSecrets, data / kSecrets, fs::copy_options::overwrite_existing);
    made.finish();
    return epoch.value;
}

std::uint64_t accept_loss(const fs::path& data, Time now, bool undamaged) {
    if (!fs::exists(data / kStore)) refuse("holds no record", data);
    if (in_use(data)) refuse("is the folder of a running server: stop it first", data);
    if (!undamaged && !store::has_lost_updates((data / kStore).string())) {
        refuse(
            "has lost nothing: stentor serve goes on with it. For a record that was set back by "
            "other means, as by a snapshot of its disk, say --undamaged",
            data);
    }
    auto store = store::open_rocks({.path = (data / kStore).string(), .accept_loss = true});
    if (!store) refuse("cannot be opened: " + std::string{store.error().where}, data);
    const auto epoch = (*store)->raise_epoch(epoch_at(now));
    if (!epoch) refuse("takes no new epoch: " + std::string{epoch.error().where}, data);
    return epoch->value;
}

}  // namespace stentor::server
