#pragma once
// Test only: a disk in memory that can lose power, or fail. What was not synced may be gone, whole
// or in part: the bytes of a file behind its last sync, and names that were made, renamed or
// removed since their directory's last sync. A kill -9 tests none of this, because the kernel keeps
// its page cache.
//
// Harsher than a journaling file system: syncing a file does not keep its name.
// Thread: any; one mutex.

#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace stentor::store {

class PowerLossDisk final : public rocksdb::FileSystemWrapper {
public:
    explicit PowerLossDisk(std::uint64_t seed);
    [[nodiscard]] const char* Name() const override { return "PowerLossDisk"; }

    // What is struck at the n-th write, sync or change of a name from now on, which then may or may
    // not have happened. Power that is lost is seen by nobody: what is written afterwards is
    // answered, and gone at the restart. A disk that fails refuses all that follows.
    enum class Loss : std::uint8_t { power, disk };
    // 0: not at all.
    void lose_after(std::uint64_t changes, Loss loss);
    void lose_now(Loss loss);
    [[nodiscard]] bool lost() const { return lost_; }
    // Power is back: what survived is there, and synced. No file may be open any more.
    void restart();
    // The process was killed, the power stayed: all that was written is there.
    void restart_after_kill();

    // Everything that the disk holds, as it would be found now.
    using Image = std::map<std::string, std::string>;
    [[nodiscard]] Image image() const;
    void restore(const Image& image);
    // Of a file in `folder`, drawn by its size, one byte becomes another one. Says which.
    std::string flip_byte(const std::string& folder);

    struct Tally {
        std::uint64_t bytes_lost{};
        std::uint64_t names_lost{};
        std::uint64_t tears{};  // Files whose last write was kept in part or as garbage.
    };
    [[nodiscard]] const Tally& tally() const { return tally_; }

    struct Inode {
        std::string bytes;
        std::size_t synced{};
        bool directory{};
        std::optional<std::string> former;  // Before what was overwritten since the last sync.
    };
    using Node = std::shared_ptr<Inode>;
    using Names = std::map<std::string, Node>;
    // A change of names that its directory has not been synced since. An empty path: none.
    struct Pending {
        std::string removed;
        std::string added;
        Node node;
    };

    struct Contents {
        Names live;
        Names kept;  // As a restart would find them.
        std::vector<Pending> pending;
    };
    rocksdb::IOStatus append(Inode& node, std::string_view bytes);
    rocksdb::IOStatus overwrite(Inode& node, std::uint64_t at, std::string_view bytes);
    rocksdb::IOStatus sync(Inode& node);
    rocksdb::IOStatus truncate(Inode& node, std::size_t size);
    rocksdb::IOStatus sync_directory(const std::string& path);
    rocksdb::IOStatus read(const Inode& node, std::uint64_t at, std::size_t count,
                           rocksdb::Slice* result, char* scratch) const;
    [[nodiscard]] std::uint64_t size_of(const Inode& node) const;

    using Status = rocksdb::IOStatus;
    using How = rocksdb::IOOptions;
    using Context = rocksdb::IODebugContext;
    Status NewSequentialFile(const std::string& path, const rocksdb::FileOptions& how,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             Context* context) override;
    Status NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& how,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               Context* context) override;
    Status NewWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           Context* context) override;
    Status ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& how,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              Context* context) override;
    Status ReuseWritableFile(const std::string& path, const std::string& former,
                             const rocksdb::FileOptions& how,
                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                             Context* context) override;
    Status NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& how,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                           Context* context) override;
    Status NewDirectory(const std::string& path, const How& how,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        Context* context) override;
    Status FileExists(const std::string& path, const How& how, Context* context) override;
    Status GetChildren(const std::string& path, const How& how, std::vector<std::string>* names,
                       Context* context) override;
    Status DeleteFile(const std::string& path, const How& how, Context* context) override;
    Status Truncate(const std::string& path, std::size_t size, const How& how,
                    Context* context) override;
    Status CreateDir(const std::string& path, const How& how, Context* context) override;
    Status CreateDirIfMissing(const std::string& path, const How& how, Context* context) override;
    Status DeleteDir(const std::string& path, const How& how, Context* context) override;
    Status GetFileSize(const std::string& path, const How& how, std::uint64_t* size,
                       Context* context) override;
    Status GetFileModificationTime(const std::string& path, const How& how, std::uint64_t* time,
                                   Context* context) override;
    Status GetAbsolutePath(const std::string& path, const How& how, std::string* absolute,
                           Context* context) override;
    Status RenameFile(const std::string& from, const std::string& to, const How& how,
                      Context* context) override;
    Status LinkFile(const std::string& from, const std::string& to, const How& how,
                    Context* context) override;
    Status LockFile(const std::string& path, const How& how, rocksdb::FileLock** lock,
                    Context* context) override;
    Status UnlockFile(rocksdb::FileLock* lock, const How& how, Context* context) override;
    Status NewLogger(const std::string& path, const How& how,
                     std::shared_ptr<rocksdb::Logger>* logger, Context* context) override;
    Status IsDirectory(const std::string& path, const How& how, bool* is,
                       Context* context) override;

private:
    // Makes a change, with which the loss may come. Locked by callers.
    template <typename Change>
    Status make(const Change& change);
    void lose();
    void return_to_loss();
    [[nodiscard]] Status answer() const;
    Status change(Pending pending);
    Status open_for_writing(const std::string& path, bool anew,
                            std::unique_ptr<rocksdb::FSWritableFile>* file);
    void tear(const std::string& path, Inode& node);

    mutable std::mutex mutex_;
    std::mt19937_64 random_;
    Contents now_;
    std::optional<Contents> at_loss_;
    std::set<std::string> locks_;
    std::uint64_t countdown_{};
    Loss loss_{};
    std::atomic<bool> lost_{false};
    Tally tally_;
};

}  // namespace stentor::store
