#include "server/record/epochs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>

#include "base/log.h"
#include "server/record/data_folder.h"
#include "store/rocks/reading.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNote = "restored";
constexpr std::uint64_t kEpochEnd = std::uint64_t{1} << 21U;  // The first that is none.

// 0 for a clock that stands before 2026.
Epoch epoch_at(Time now) {
    constexpr std::chrono::sys_days kStart{std::chrono::year{2026} / 1 / 1};
    return {now < kStart ? 0
                         : static_cast<std::uint64_t>((now - kStart) / std::chrono::minutes{10})};
}

// What is no epoch is no note either.
Epoch noted_in(const fs::path& file) {
    std::error_code problem;
    if (!fs::is_regular_file(file, problem)) return {};  // A pipe would be waited for.
    std::uint64_t epoch = 0;
    if (!(std::ifstream{file} >> epoch) || epoch >= kEpochEnd) return {};
    return {epoch};
}

bool is_there(const fs::path& path) {
    std::error_code problem;
    return fs::exists(path, problem);
}

// Without links and dots, and without a slash at the end: its parent is then what lies above.
fs::path whole(const fs::path& path) {
    std::error_code problem;
    fs::path found = fs::weakly_canonical(fs::absolute(path), problem);
    if (problem) found = fs::absolute(path).lexically_normal();
    return found.has_filename() ? found : found.parent_path();
}

// Where anybody may make folders, those of others may say anything.
bool may_be_believed(const fs::path& folder, bool anybody_may_write) {
    if (!anybody_may_write) return true;
    struct stat status{};
    if (::stat(folder.c_str(), &status) != 0) return false;
    return status.st_uid == 0 || status.st_uid == ::geteuid();
}

void add_beside(const fs::path& path, std::set<fs::path>& found) {
    const fs::path above = path.parent_path();
    struct stat status{};
    if (::stat(above.c_str(), &status) != 0) return;
    const bool anybody = (status.st_mode & S_IWOTH) != 0;
    std::error_code problem;
    std::size_t looked = 0;
    for (fs::directory_iterator it{above, problem}, end; !problem && it != end;
         it.increment(problem)) {
        if (++looked > kBesideMax) {
            log::warn("not all folders were searched for epochs",
                      {{"in", above.string()}, {"searched", kBesideMax}});
            return;
        }
        std::error_code ignored;
        if (!it->is_directory(ignored) || !may_be_believed(it->path(), anybody)) continue;
        found.insert(whole(it->path()));
    }
}

// When its store was last opened to be written to, so not before its epoch last rose.
fs::file_time_type opened(const fs::path& folder) {
    std::error_code problem;
    const auto time = fs::last_write_time(folder / kStore / "CURRENT", problem);
    return problem ? fs::file_time_type::min() : time;
}

Epoch epoch_of(const fs::path& folder) {
    const auto epoch = store::epoch_of_record((folder / kStore).string());
    if (epoch) return epoch->value < kEpochEnd ? *epoch : Epoch{};
    log::warn("the epoch of a record beside cannot be read",
              {{"folder", folder.string()}, {"why", epoch.error().where}});
    return {};
}

Epoch largest_near(const std::vector<fs::path>& at_hand) {
    std::set<fs::path> folders;
    for (const fs::path& path : at_hand) {
        folders.insert(whole(path));
        add_beside(whole(path), folders);
    }
    Epoch largest;
    std::vector<fs::path> records;
    for (const fs::path& folder : folders) {
        largest = std::max(largest, noted_in(folder / kNote));
        if (is_there(folder / kStore / "CURRENT")) records.push_back(folder);
    }
    std::ranges::sort(records, std::ranges::greater{}, opened);
    if (records.size() > kRecordsMax) {
        log::warn("only the newest records beside were asked for their epochs",
                  {{"records", records.size()}, {"asked", kRecordsMax}});
        records.resize(kRecordsMax);
    }
    for (const fs::path& folder : records) largest = std::max(largest, epoch_of(folder));
    return largest;
}

// The machine's note, held while it is read and written. Where it cannot be, there is none: the
// folders near are what is left.
class MachineNote {
public:
    explicit MachineNote(const fs::path& file) {
        std::error_code ignored;
        fs::create_directories(file.parent_path(), ignored);
        file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (file_ < 0) return;
        ::flock(file_, LOCK_EX);
        epoch_ = noted_in(file);
    }
    ~MachineNote() {
        if (file_ >= 0) ::close(file_);
    }
    MachineNote(const MachineNote&) = delete;
    MachineNote& operator=(const MachineNote&) = delete;

    [[nodiscard]] Epoch epoch() const { return epoch_; }
    void raise(Epoch epoch) {
        if (file_ < 0 || epoch <= epoch_) return;
        // Always of one length, so that nothing is left of a former one.
        const std::string text = fmt::format("{:>8}\n", epoch.value);
        const bool written =
            ::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
            ::fsync(file_) == 0;
        if (!written) log::warn("the machine's note of epochs cannot be written");
    }

private:
    int file_{-1};
    Epoch epoch_;
};

}  // namespace

Epoch least_epoch(const std::vector<fs::path>& at_hand, const Beginning& beginning) {
    const Epoch near = largest_near(at_hand);
    MachineNote note{beginning.note};
    const Epoch epoch =
        std::max({epoch_at(beginning.now), Epoch{near.value + 1}, Epoch{note.epoch().value + 1}});
    if (epoch.value >= kEpochEnd) {
        throw std::runtime_error{
            fmt::format("no epoch is left: {} would be given, and the largest is {}; is the clock "
                        "of this machine right?",
                        epoch.value, kEpochEnd - 1)};
    }
    note.raise(epoch);
    return epoch;
}

void note_epoch(const fs::path& folder, Epoch epoch, const Beginning& beginning) {
    MachineNote{beginning.note}.raise(epoch);
    const fs::path fresh = folder / (std::string{kNote} + ".new");
    std::ofstream file{fresh};
    file << std::max(epoch, noted_in(folder / kNote)).value << '\n';
    file.close();
    std::error_code problem{file ? 0 : errno, std::generic_category()};
    if (file) fs::rename(fresh, folder / kNote, problem);
    const int above = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!problem && (above < 0 || ::syncfs(above) != 0)) problem = {errno, std::generic_category()};
    if (above >= 0) ::close(above);
    if (!problem) return;
    std::error_code ignored;
    fs::remove(fresh, ignored);
    throw std::runtime_error{
        fmt::format("{} cannot be written to, and must note each restore: copy it first ({})",
                    folder.string(), problem.message())};
}

// NOLINTBEGIN(concurrency-mt-unsafe): the environment is read before there is a second thread.
fs::path machine_note() {
    const fs::path in_state = fs::path{"stentor"} / "epoch";
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && *state == '/') return state / in_state;
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/') return fs::path{home} / ".local" / "state" / in_state;
    std::array<char, 4'096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    const fs::path at = found != nullptr ? found->pw_dir : "/";
    return at / ".local" / "state" / in_state;
}
// NOLINTEND(concurrency-mt-unsafe)

Beginning beginning_now() { return {.now = now(), .note = machine_note()}; }

}  // namespace stentor::server
