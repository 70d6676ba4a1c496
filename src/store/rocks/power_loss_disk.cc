#include "store/rocks/power_loss_disk.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <cstdarg>
#include <cstring>

namespace stentor::store {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

std::string clean(std::string path) {
    for (std::size_t at = path.find("//"); at != std::string::npos; at = path.find("//", at)) {
        path.erase(at, 1);
    }
    if (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

std::string parent(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

class Lock final : public rocksdb::FileLock {
public:
    explicit Lock(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

class Silence final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*arguments*/) override {}
    [[nodiscard]] std::size_t GetLogFileSize() const override { return 0; }
};

class SequentialFile final : public rocksdb::FSSequentialFile {
public:
    SequentialFile(PowerLossDisk& disk, PowerLossDisk::Node node)
        : disk_(disk), node_(std::move(node)) {}
    IOStatus Read(std::size_t count, const IOOptions& /*how*/, Slice* result, char* scratch,
                  IODebugContext* /*context*/) override {
        const IOStatus status = disk_.read(*node_, at_, count, result, scratch);
        if (status.ok()) at_ += result->size();
        return status;
    }
    IOStatus Skip(std::uint64_t count) override {
        at_ += count;
        return IOStatus::OK();
    }

private:
    PowerLossDisk& disk_;
    PowerLossDisk::Node node_;
    std::uint64_t at_{};
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
public:
    RandomAccessFile(PowerLossDisk& disk, PowerLossDisk::Node node)
        : disk_(disk), node_(std::move(node)) {}
    IOStatus Read(std::uint64_t at, std::size_t count, const IOOptions& /*how*/, Slice* result,
                  char* scratch, IODebugContext* /*context*/) const override {
        return disk_.read(*node_, at, count, result, scratch);
    }

private:
    PowerLossDisk& disk_;
    PowerLossDisk::Node node_;
};

class WritableFile final : public rocksdb::FSWritableFile {
public:
    WritableFile(PowerLossDisk& disk, PowerLossDisk::Node node)
        : disk_(disk), node_(std::move(node)) {}
    using rocksdb::FSWritableFile::Append;
    IOStatus Append(const Slice& bytes, const IOOptions& /*how*/,
                    IODebugContext* /*context*/) override {
        return disk_.append(*node_, bytes.ToStringView());
    }
    IOStatus Truncate(std::uint64_t size, const IOOptions& /*how*/,
                      IODebugContext* /*context*/) override {
        return disk_.truncate(*node_, size);
    }
    IOStatus Close(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return IOStatus::OK();
    }
    IOStatus Flush(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return IOStatus::OK();
    }
    IOStatus Sync(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return disk_.sync(*node_);
    }
    std::uint64_t GetFileSize(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return disk_.size_of(*node_);
    }
    [[nodiscard]] bool IsSyncThreadSafe() const override { return true; }

private:
    PowerLossDisk& disk_;
    PowerLossDisk::Node node_;
};

class RandomRWFile final : public rocksdb::FSRandomRWFile {
public:
    RandomRWFile(PowerLossDisk& disk, PowerLossDisk::Node node)
        : disk_(disk), node_(std::move(node)) {}
    IOStatus Write(std::uint64_t at, const Slice& bytes, const IOOptions& /*how*/,
                   IODebugContext* /*context*/) override {
        return disk_.overwrite(*node_, at, bytes.ToStringView());
    }
    IOStatus Read(std::uint64_t at, std::size_t count, const IOOptions& /*how*/, Slice* result,
                  char* scratch, IODebugContext* /*context*/) const override {
        return disk_.read(*node_, at, count, result, scratch);
    }
    IOStatus Flush(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return IOStatus::OK();
    }
    IOStatus Sync(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return disk_.sync(*node_);
    }
    IOStatus Fsync(const IOOptions& how, IODebugContext* context) override {
        return Sync(how, context);
    }
    IOStatus Close(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return IOStatus::OK();
    }

private:
    PowerLossDisk& disk_;
    PowerLossDisk::Node node_;
};

class Directory final : public rocksdb::FSDirectory {
public:
    Directory(PowerLossDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
    IOStatus Fsync(const IOOptions& /*how*/, IODebugContext* /*context*/) override {
        return disk_.sync_directory(path_);
    }

private:
    PowerLossDisk& disk_;
    std::string path_;
};

// One file under two names is one file in the copy, too.
PowerLossDisk::Contents copy_of(const PowerLossDisk::Contents& contents) {
    PowerLossDisk::Contents copy = contents;
    std::map<PowerLossDisk::Node, PowerLossDisk::Node> copies;
    const auto replace = [&](PowerLossDisk::Node& node) {
        if (node == nullptr) return;
        PowerLossDisk::Node& own = copies[node];
        if (own == nullptr) own = std::make_shared<PowerLossDisk::Inode>(*node);
        node = own;
    };
    for (auto& [path, node] : copy.live) replace(node);
    for (auto& [path, node] : copy.kept) replace(node);
    for (PowerLossDisk::Pending& pending : copy.pending) replace(pending.node);
    return copy;
}

void change_names(const PowerLossDisk::Pending& pending, PowerLossDisk::Names& names) {
    if (!pending.removed.empty()) names.erase(pending.removed);
    if (!pending.added.empty()) names[pending.added] = pending.node;
}

PowerLossDisk::Node find(const PowerLossDisk::Contents& contents, const std::string& path) {
    const auto it = contents.live.find(clean(path));
    return it == contents.live.end() ? nullptr : it->second;
}

}  // namespace

PowerLossDisk::PowerLossDisk(std::uint64_t seed)
    : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()), random_(seed) {
    now_.live["/"] = now_.kept["/"] = std::make_shared<Inode>(Inode{.directory = true});
}

void PowerLossDisk::lose_after(std::uint64_t changes, Loss loss) {
    const std::scoped_lock lock{mutex_};
    countdown_ = changes;
    if (!lost_) loss_ = loss;
}

void PowerLossDisk::lose_now(Loss loss) {
    const std::scoped_lock lock{mutex_};
    if (lost_) return;
    loss_ = loss;
    lose();
}

void PowerLossDisk::lose() {
    lost_ = true;
    if (loss_ == Loss::power) at_loss_ = copy_of(now_);
}

void PowerLossDisk::return_to_loss() {
    if (at_loss_) now_ = std::move(*at_loss_);
    at_loss_.reset();
    locks_.clear();
    countdown_ = 0;
    lost_ = false;
}

template <typename Change>
IOStatus PowerLossDisk::make(const Change& change) {
    const bool fails = loss_ == Loss::disk;
    if (lost_ && fails) return answer();
    const bool last = countdown_ != 0 && --countdown_ == 0 && !lost_;
    const bool before = last && random_() % 2 == 0;
    if (before) lose();
    if (!before || !fails) change();
    if (last && !before) lose();
    return answer();
}

IOStatus PowerLossDisk::answer() const {
    return lost_ && loss_ == Loss::disk ? IOStatus::IOError("the disk fails") : IOStatus::OK();
}

// A cut behind the last sync: nothing of it, all of it, a part; in the log of commits also a part
// that ends in garbage, as when a file's size reached the disk before its bytes. Only there,
// because RocksDB refuses to open on a garbled manifest: see README.md, "What is not survived".
void PowerLossDisk::tear(const std::string& path, Inode& node) {
    if (node.former && random_() % 2 == 0) {
        node.bytes = *node.former;
        node.synced = std::min(node.synced, node.bytes.size());
    }
    node.former.reset();
    const std::size_t unsynced = node.bytes.size() - node.synced;
    if (unsynced == 0) return;
    const std::uint64_t kind = random_() % 4;
    const std::size_t kept = kind == 0   ? 0
                             : kind == 1 ? unsynced
                                         : static_cast<std::size_t>(random_() % unsynced);
    node.bytes.resize(node.synced + kept);
    tally_.bytes_lost += unsynced - kept;
    if (kind >= 2) ++tally_.tears;
    if (kind == 3 && kept > 0 && path.ends_with(".log")) {
        const std::size_t garbage = 1 + random_() % std::min<std::size_t>(kept, 512);
        const bool zeros = random_() % 2 == 0;
        for (std::size_t i = node.bytes.size() - garbage; i < node.bytes.size(); ++i) {
            node.bytes[i] = zeros ? '\0' : static_cast<char>(random_());
        }
    }
    node.synced = node.bytes.size();
}

void PowerLossDisk::restart() {
    const std::scoped_lock lock{mutex_};
    return_to_loss();
    const std::size_t kept =
        random_() % (now_.pending.size() + 1);  // In order, as a journal keeps them.
    for (std::size_t i = 0; i < kept; ++i) change_names(now_.pending[i], now_.kept);
    tally_.names_lost += now_.pending.size() - kept;
    now_.pending.clear();
    std::erase_if(now_.kept,
                  [&](const auto& name) { return !now_.kept.contains(parent(name.first)); });
    now_.live = now_.kept;
    std::set<Inode*> torn;
    for (const auto& [path, node] : now_.live) {
        if (torn.insert(node.get()).second) tear(path, *node);
    }
}

void PowerLossDisk::restart_after_kill() {
    const std::scoped_lock lock{mutex_};
    return_to_loss();
    now_.pending.clear();
    now_.kept = now_.live;
    for (const auto& [path, node] : now_.live) {
        node->synced = node->bytes.size();
        node->former.reset();
    }
}

PowerLossDisk::Image PowerLossDisk::image() const {
    const std::scoped_lock lock{mutex_};
    Image image;
    for (const auto& [path, node] : now_.live) {
        if (!node->directory) image[path] = node->bytes;
    }
    return image;
}

// Directories stay as they are.
void PowerLossDisk::restore(const Image& image) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(now_.live, [](const auto& name) { return !name.second->directory; });
    for (const auto& [path, bytes] : image) {
        now_.live[path] = std::make_shared<Inode>(Inode{.bytes = bytes, .synced = bytes.size()});
    }
    now_.kept = now_.live;
    now_.pending.clear();
    return_to_loss();
}

std::string PowerLossDisk::flip_byte(const std::string& folder) {
    const std::scoped_lock lock{mutex_};
    std::size_t all = 0;
    for (const auto& [path, node] : now_.live)
        all += parent(path) == folder ? node->bytes.size() : 0;
    std::size_t at = static_cast<std::size_t>(random_() % all);
    for (const auto& [path, node] : now_.live) {
        if (parent(path) != folder) continue;
        if (at < node->bytes.size()) {
            const auto was = static_cast<unsigned char>(node->bytes[at]);
            node->bytes[at] = static_cast<char>(was ^ (1 + random_() % 255));
            return path + " at byte " + std::to_string(at);
        }
        at -= node->bytes.size();
    }
    return "nothing";
}

IOStatus PowerLossDisk::overwrite(Inode& node, std::uint64_t at, std::string_view bytes) {
    const std::scoped_lock lock{mutex_};
    return make([&] {
        if (!node.former) node.former = node.bytes;
        if (node.bytes.size() < at + bytes.size()) node.bytes.resize(at + bytes.size());
        node.bytes.replace(at, bytes.size(), bytes);
    });
}

IOStatus PowerLossDisk::append(Inode& node, std::string_view bytes) {
    const std::scoped_lock lock{mutex_};
    return make([&] { node.bytes += bytes; });
}

IOStatus PowerLossDisk::sync(Inode& node) {
    const std::scoped_lock lock{mutex_};
    return make([&] {
        node.synced = node.bytes.size();
        node.former.reset();
    });
}

IOStatus PowerLossDisk::truncate(Inode& node, std::size_t size) {
    const std::scoped_lock lock{mutex_};
    return make([&] {
        node.bytes.resize(size);
        node.synced = std::min(node.synced, size);
    });
}

IOStatus PowerLossDisk::read(const Inode& node, std::uint64_t at, std::size_t count, Slice* result,
                             char* scratch) const {
    const std::scoped_lock lock{mutex_};
    if (const IOStatus status = answer(); !status.ok()) return status;
    const std::size_t from = std::min<std::size_t>(at, node.bytes.size());
    const std::size_t size = std::min(count, node.bytes.size() - from);
    std::memcpy(scratch, node.bytes.data() + from, size);
    *result = Slice(scratch, size);
    return IOStatus::OK();
}

std::uint64_t PowerLossDisk::size_of(const Inode& node) const {
    const std::scoped_lock lock{mutex_};
    return node.bytes.size();
}

IOStatus PowerLossDisk::change(Pending pending) {
    return make([&] {
        change_names(pending, now_.live);
        now_.pending.push_back(std::move(pending));
    });
}

IOStatus PowerLossDisk::sync_directory(const std::string& path) {
    const std::scoped_lock lock{mutex_};
    return make([&] {
        std::erase_if(now_.pending, [&](const Pending& pending) {
            const bool here =
                parent(pending.added.empty() ? pending.removed : pending.added) == path;
            if (here) change_names(pending, now_.kept);
            return here;
        });
    });
}

IOStatus PowerLossDisk::NewSequentialFile(const std::string& path, const rocksdb::FileOptions&,
                                          std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                          Context*) {
    const std::scoped_lock lock{mutex_};
    const Node node = find(now_, path);
    if (node == nullptr) return IOStatus::PathNotFound(path);
    *file = std::make_unique<SequentialFile>(*this, node);
    return answer();
}

IOStatus PowerLossDisk::NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&,
                                            std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                            Context*) {
    const std::scoped_lock lock{mutex_};
    const Node node = find(now_, path);
    if (node == nullptr) return IOStatus::PathNotFound(path);
    *file = std::make_unique<RandomAccessFile>(*this, node);
    return answer();
}

IOStatus PowerLossDisk::open_for_writing(const std::string& path, bool anew,
                                         std::unique_ptr<rocksdb::FSWritableFile>* file) {
    const std::scoped_lock lock{mutex_};
    Node node = anew ? nullptr : find(now_, path);
    IOStatus status = answer();
    if (node == nullptr) {
        node = std::make_shared<Inode>();
        status = change({.added = clean(path), .node = node});
    }
    if (status.ok()) *file = std::make_unique<WritableFile>(*this, node);
    return status;
}

IOStatus PowerLossDisk::NewWritableFile(const std::string& path, const rocksdb::FileOptions&,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file, Context*) {
    return open_for_writing(path, true, file);
}

IOStatus PowerLossDisk::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                                           Context*) {
    return open_for_writing(path, false, file);
}

IOStatus PowerLossDisk::ReuseWritableFile(const std::string&, const std::string&,
                                          const rocksdb::FileOptions&,
                                          std::unique_ptr<rocksdb::FSWritableFile>*, Context*) {
    return IOStatus::NotSupported("reuse");
}

IOStatus PowerLossDisk::NewRandomRWFile(const std::string& path, const rocksdb::FileOptions&,
                                        std::unique_ptr<rocksdb::FSRandomRWFile>* file, Context*) {
    const std::scoped_lock lock{mutex_};
    const Node node = find(now_, path);
    if (node == nullptr) return IOStatus::PathNotFound(path);
    *file = std::make_unique<RandomRWFile>(*this, node);
    return answer();
}

IOStatus PowerLossDisk::NewDirectory(const std::string& path, const How&,
                                     std::unique_ptr<rocksdb::FSDirectory>* directory, Context*) {
    const std::scoped_lock lock{mutex_};
    if (find(now_, path) == nullptr) return IOStatus::PathNotFound(path);
    *directory = std::make_unique<Directory>(*this, clean(path));
    return answer();
}

IOStatus PowerLossDisk::FileExists(const std::string& path, const How&, Context*) {
    const std::scoped_lock lock{mutex_};
    if (const IOStatus status = answer(); !status.ok()) return status;
    return find(now_, path) == nullptr ? IOStatus::NotFound(path) : IOStatus::OK();
}

IOStatus PowerLossDisk::GetChildren(const std::string& path, const How&,
                                    std::vector<std::string>* names, Context*) {
    const std::scoped_lock lock{mutex_};
    names->clear();
    const std::string directory = clean(path);
    if (find(now_, directory) == nullptr) return IOStatus::PathNotFound(path);
    for (const auto& [name, node] : now_.live) {
        if (name != "/" && parent(name) == directory)
            names->push_back(name.substr(name.rfind('/') + 1));
    }
    return answer();
}

IOStatus PowerLossDisk::DeleteFile(const std::string& path, const How&, Context*) {
    const std::scoped_lock lock{mutex_};
    if (find(now_, path) == nullptr) return IOStatus::PathNotFound(path);
    return change({.removed = clean(path)});
}

IOStatus PowerLossDisk::DeleteDir(const std::string& path, const How& how, Context* context) {
    return DeleteFile(path, how, context);
}

IOStatus PowerLossDisk::Truncate(const std::string& path, std::size_t size, const How&, Context*) {
    Node node;
    {
        const std::scoped_lock lock{mutex_};
        node = find(now_, path);
    }
    return node == nullptr ? IOStatus::PathNotFound(path) : truncate(*node, size);
}

IOStatus PowerLossDisk::CreateDir(const std::string& path, const How&, Context*) {
    const std::scoped_lock lock{mutex_};
    return change(
        {.added = clean(path), .node = std::make_shared<Inode>(Inode{.directory = true})});
}

IOStatus PowerLossDisk::CreateDirIfMissing(const std::string& path, const How& how,
                                           Context* context) {
    {
        const std::scoped_lock lock{mutex_};
        if (find(now_, path) != nullptr) return answer();
    }
    return CreateDir(path, how, context);
}

IOStatus PowerLossDisk::GetFileSize(const std::string& path, const How&, std::uint64_t* size,
                                    Context*) {
    const std::scoped_lock lock{mutex_};
    const Node node = find(now_, path);
    if (node == nullptr) return IOStatus::PathNotFound(path);
    *size = node->bytes.size();
    return answer();
}

IOStatus PowerLossDisk::GetFileModificationTime(const std::string&, const How&, std::uint64_t* time,
                                                Context*) {
    *time = 0;
    return answer();
}

IOStatus PowerLossDisk::GetAbsolutePath(const std::string& path, const How&, std::string* absolute,
                                        Context*) {
    *absolute = clean(path);
    return answer();
}

IOStatus PowerLossDisk::RenameFile(const std::string& from, const std::string& to, const How&,
                                   Context*) {
    const std::scoped_lock lock{mutex_};
    const Node node = find(now_, from);
    if (node == nullptr) return IOStatus::PathNotFound(from);
    return change({.removed = clean(from), .added = clean(to), .node = node});
}

IOStatus PowerLossDisk::LinkFile(const std::string&, const std::string&, const How&, Context*) {
    return IOStatus::NotSupported("link");
}

IOStatus PowerLossDisk::LockFile(const std::string& path, const How&, rocksdb::FileLock** held,
                                 Context*) {
    const std::scoped_lock lock{mutex_};
    if (!locks_.insert(path).second) return IOStatus::IOError("lock", path);
    *held = new Lock(path);
    return answer();
}

IOStatus PowerLossDisk::UnlockFile(rocksdb::FileLock* held, const How&, Context*) {
    const std::unique_ptr<Lock> mine{static_cast<Lock*>(held)};
    const std::scoped_lock lock{mutex_};
    locks_.erase(mine->path());
    return IOStatus::OK();
}

IOStatus PowerLossDisk::NewLogger(const std::string&, const How&,
                                  std::shared_ptr<rocksdb::Logger>* logger, Context*) {
    *logger = std::make_shared<Silence>();
    return IOStatus::OK();
}

IOStatus PowerLossDisk::IsDirectory(const std::string& path, const How&, bool* is, Context*) {
    const std::scoped_lock lock{mutex_};
    const Node node = find(now_, path);
    if (node == nullptr) return IOStatus::PathNotFound(path);
    *is = node->directory;
    return answer();
}

}  // namespace stentor::store
