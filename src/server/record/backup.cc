#include "server/record/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "base/room.h"
#include "media/disk_objects.h"
#include "media/media.h"
#include "server/record/data_folder.h"
#include "store/rocks/reading.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSecrets = "secrets";

[[noreturn]] void refuse(std::string_view what, const fs::path& where) {
    throw std::runtime_error{fmt::format("{} {}", where.string(), what)};
}

// A library's words for what went wrong become the operator's.
void copy_record(const fs::path& from, const fs::path& to, const fs::path& data) {
    std::error_code problem;
    fs::copy(from, to, fs::copy_options::recursive, problem);
    if (!problem) return;
    if (problem == std::errc::no_space_on_device) refuse_full_disk(data, kLeastRoom);
    refuse("could not be copied: " + problem.message(), from);
}

// Files that members sent. None of them ever changes, so a link is as good as a copy where the file
// system makes one. One that is dropped meanwhile is missed by nobody.
void copy_media(const fs::path& from, const fs::path& to, const fs::path& data) {
    std::error_code problem;
    const fs::path whole = fs::path{media::kFolder} / media::kWhole;
    for (fs::recursive_directory_iterator it{from / whole, problem}, end; !problem && it != end;
         it.increment(problem)) {
        if (!it->is_regular_file(problem)) continue;
        const fs::path target = to / it->path().lexically_relative(from);
        fs::create_directories(target.parent_path(), problem);
        fs::create_hard_link(it->path(), target, problem);
        if (problem) fs::copy_file(it->path(), target, fs::copy_options::skip_existing, problem);
        if (problem == std::errc::no_such_file_or_directory) problem.clear();
        if (problem == std::errc::no_space_on_device) refuse_full_disk(data, kLeastRoom);
        if (problem) refuse("could not be copied: " + problem.message(), it->path());
    }
}

Epoch epoch_of(store::Store& store, const fs::path& where) {
    const auto epoch = store.epoch();
    if (!epoch) refuse("does not tell its epoch: " + std::string{epoch.error().where}, where);
    return *epoch;
}

Epoch next_epoch(store::Store& store, const fs::path& where) {
    return {epoch_of(store, where).value + 1};
}

}  // namespace

std::string take_backup(store::Maintenance& store, const fs::path& data, const fs::path& folder) {
    std::error_code problem;
    if (fs::exists(folder, problem)) {
        throw UnusableFolder{folder.string() + " is there already: a backup needs a new folder"};
    }
    make_private_folder(folder);
    const auto copied = store.checkpoint((folder / kStore).string());
    if (!copied) refuse("could not be written: " + std::string{copied.error().where}, folder);
    copy_media(data, folder, folder);
    // Last: a folder without secrets is a backup that was not finished.
    fs::copy_file(data / kSecrets, folder / kSecrets);
    return fmt::format("{}: everything up to update {}", folder.string(), *copied);
}

std::uint64_t restore_backup(const fs::path& folder, const fs::path& data,
                             const Beginning& beginning) {
    if (!fs::exists(folder / kStore)) refuse("is no backup: it holds no store", folder);
    if (!fs::exists(folder / kSecrets)) refuse("was not finished: it holds no secrets", folder);
    if (in_use(folder)) {
        refuse("is the folder of a running server: take a backup of it first", folder);
    }
    // What its logs hold is written to tables when it is opened.
    refuse_full_disk(data, bytes_in(folder / kStore) + bytes_in(folder / kStore, kLogEnding));
    UnfinishedRecord made{data};
    copy_record(folder / kStore, made.path(), data);
    Epoch epoch;
    {
        auto store = store::open_rocks({.path = made.path().string()});
        if (!store) refuse("cannot be opened: " + std::string{store.error().where}, made.path());
        epoch = std::max(least_epoch({folder, data}, beginning), next_epoch(**store, made.path()));
        note_epoch(folder, epoch, beginning);
        const auto raised = (*store)->raise_epoch(epoch);
        if (!raised) {
            refuse("takes no new epoch: " + std::string{raised.error().where}, made.path());
        }
    }
    copy_media(folder, data, data);
    fs::copy_file(folder / kSecrets, data / kSecrets, fs::copy_options::overwrite_existing);
    note_epoch(data, epoch, beginning);
    made.finish();
    return epoch.value;
}

archive::Counts import_record(const fs::path& file, const fs::path& data,
                              const Beginning& beginning) {
    std::ifstream in{file, std::ios::binary};
    if (!in) refuse("cannot be opened", file);
    std::error_code unknown;  // Of what is no plain file.
    const std::uintmax_t bytes = fs::file_size(file, unknown);
    refuse_full_disk(data, unknown ? 0 : bytes);
    UnfinishedRecord made{data};
    archive::Counts counts;
    Epoch epoch;
    {
        auto store = store::open_rocks({.path = made.path().string()});
        if (!store) refuse("cannot be opened: " + std::string{store.error().where}, made.path());
        // Others fill the disk, too, and the engine could not go on after a write without room:
        // what it has not written to tables yet must fit at any time.
        const auto keep_room = [&](std::uint64_t bytes_read) {
            refuse_full_disk(data, std::min(bytes_read, kLeastRoom));
        };
        counts = archive::import_all(**store, in, least_epoch({data, file}, beginning), keep_room);
        epoch = epoch_of(**store, made.path());
    }
    note_epoch(data, epoch, beginning);
    made.finish();
    return counts;
}

std::uint64_t accept_loss(const fs::path& data, const Beginning& beginning, bool undamaged) {
    if (!fs::exists(data / kStore)) refuse("holds no record", data);
    if (in_use(data)) refuse("is the folder of a running server: stop it first", data);
    if (!undamaged && !store::has_lost_updates((data / kStore).string())) {
        refuse(
            "has lost nothing: stentor serve goes on with it. For a record that was set back by "
            "other means, as by a snapshot of its disk, say --undamaged",
            data);
    }
    refuse_full_disk(data);
    const Epoch least = least_epoch({data}, beginning);
    auto store = store::open_rocks({.path = (data / kStore).string(), .accept_loss = true});
    if (!store) refuse("cannot be opened: " + std::string{store.error().where}, data);
    note_epoch(data, std::max(least, next_epoch(**store, data)), beginning);
    const auto epoch = (*store)->raise_epoch(least);
    if (!epoch) refuse("takes no new epoch: " + std::string{epoch.error().where}, data);
    return epoch->value;
}

}  // namespace stentor::server
