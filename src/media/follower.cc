#include "media/follower.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "base/give_way.h"
#include "base/log.h"
#include "base/media_limits.h"
#include "base/number_text.h"
#include "wire/pb.h"

namespace stentor::media {
namespace {

constexpr std::string_view kPlace = "media/place";
constexpr std::size_t kRowsPerLook = 256;
constexpr std::size_t kGroupsPerLook = 256;
constexpr Millis kKeepPlaceEvery{10'000};
constexpr Millis kPictureKept{3'600'000};  // Sent, and not yet said to be theirs.

// None of an entry that was recalled: its body is gone.
std::vector<std::string> named_in(const LogEntry& entry) {
    std::vector<std::string> ids;
    // Most entries name none, and need not be parsed to know it.
    if (entry.recalled || !entry.bytes->contains(address_of(""))) return ids;
    pb::Entry parsed;
    pb::Body body;
    if (!parsed.ParseFromString(*entry.bytes) || !body.ParseFromString(parsed.body())) return ids;
    for (const pb::Attachment& attachment : body.attachments()) {
        if (auto id = id_in(attachment.address())) ids.push_back(std::move(*id));
    }
    return ids;
}

// The entry as it is now; none where it is no longer kept.
Result<std::optional<LogEntry>> entry_at(store::GroupLog& store, GroupId gid, Seq seq) {
    const auto page = store.entries(gid, seq, 1);
    const bool gone =
        !page && (page.error().code == Code::bad_range || page.error().code == Code::not_found);
    if (gone || (page && page->entries.empty())) return std::optional<LogEntry>{};
    if (!page) return std::unexpected(page.error());
    return std::optional{page->entries.front()};
}

}  // namespace

Follower::Follower(store::Store& store, Files& files, Uploads& uploads, FollowerPace pace)
    : store_{store},
      files_{files},
      uploads_{uploads},
      pace_{pace},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

bool Follower::after_look(Task then) {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= limits::kLooksWaiting) return false;
    waiting_.push_back(std::move(then));
    wake_.notify_one();
    return true;
}

void Follower::rest(const std::stop_token& stop, Millis wait) {
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, stop, wait, [this] { return !waiting_.empty(); });
}

void Follower::take_waiting(std::vector<Task>& into) {
    const std::lock_guard lock{mutex_};
    std::ranges::move(waiting_, std::back_inserter(into));
    waiting_.clear();
}

void Follower::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "media-follower");
    give_way();
    for (unsigned i = 0; i < Files::kBuckets && !stop.stop_requested(); ++i) {
        const auto counted = files_.count(i);
        if (!counted) log::warn("files are not counted", {{"why", counted.error().where}});
    }
    std::vector<Task> due;
    while (!stop.stop_requested()) {
        // Before the look: what was committed before they came is seen by it.
        take_waiting(due);
        const auto followed = follow(stop);
        if (!followed) {
            log::warn("files are not followed", {{"why", followed.error().where}});
            std::this_thread::sleep_for(pace_.look_every);
            continue;
        }
        if (*followed) continue;
        for (Task& task : due) task();
        due.clear();
        // Only what has read everything knows which files nothing names.
        if (const auto swept = sweep(now()); !swept) {
            log::warn("files are not swept", {{"why", swept.error().where}});
        }
        rest(stop, pace_.look_every);
    }
    if (place_) (void)keep_place();
}

Result<void> Follower::load_place() {
    const auto row = store_.setting(kPlace);
    if (!row) return std::unexpected(row.error());
    kept_ = *row;
    if (!kept_) return {};
    const std::string_view text = *kept_;
    const std::size_t space = std::min(text.find(' '), text.size());
    const auto epoch = number_in(text.substr(0, space));
    const auto number = number_in(text.substr(std::min(space + 1, text.size())));
    const auto now_in = store_.epoch();
    if (!now_in) return std::unexpected(now_in.error());
    if (!epoch || !number || Epoch{*epoch} != *now_in) return {};
    place_ = Place{.epoch = {*epoch}, .number = *number};
    kept_number_ = *number;
    return {};
}

Result<void> Follower::keep_place() {
    if (place_->number == kept_number_) return {};
    std::string text = fmt::format("{} {}", place_->epoch.value, place_->number);
    std::optional<std::string_view> former;
    if (kept_) former = *kept_;
    const auto kept = store_.replace_setting(kPlace, former, text);
    if (!kept) {
        // Another one follows as well: on from where it has come.
        if (kept.error().code == Code::revision_changed) place_.reset();
        return kept;
    }
    kept_ = std::move(text);
    kept_number_ = place_->number;
    kept_at_ = now();
    return {};
}

Result<bool> Follower::follow(const std::stop_token& stop) {
    if (!place_) {
        if (const auto loaded = load_place(); !loaded) return std::unexpected(loaded.error());
    }
    std::optional<store::FeedPage> page;
    if (place_) {
        auto read = store_.feed(place_->number, kRowsPerLook);
        const bool lost = !read && read.error().code == Code::epoch_changed;
        if (!read && !lost) return std::unexpected(read.error());
        if (read && read->floor <= place_->number) page = std::move(*read);
    }
    if (!page) {
        const auto read = read_all(stop);
        return read ? Result<bool>{true} : std::unexpected(read.error());
    }
    // Behind the page: a file is kept before a message can name it.
    if (!any_ && !page->rows.empty()) {
        const auto any = files_.any();
        if (!any) return std::unexpected(any.error());
        any_ = *any;
    }
    for (const store::FeedRow& row : page->rows) {
        const auto done = any_ ? read(row) : Result<void>{};
        if (!done) return std::unexpected(done.error());
        place_->number = row.number;
    }
    // What is read twice changes nothing, so the place may lag behind.
    if (now() >= kept_at_ + kKeepPlaceEvery) {
        if (const auto kept = keep_place(); !kept) return std::unexpected(kept.error());
    }
    return page->rows.size() == kRowsPerLook;
}

// The place in the feed is taken first: what is written while the logs are read is read again.
Result<void> Follower::read_all(const std::stop_token& stop) {
    const auto feed = store_.feed(0, 1);
    if (!feed) return std::unexpected(feed.error());
    const auto epoch = store_.epoch();
    if (!epoch) return std::unexpected(epoch.error());
    const Place place{.epoch = *epoch, .number = feed->head};
    const auto any = files_.any();
    if (!any) return std::unexpected(any.error());
    any_ = *any;
    // Of entries that name none of the files nothing is to be learnt.
    for (GroupId after{}; any_;) {
        const auto groups = store_.groups(after, kGroupsPerLook);
        if (!groups) return std::unexpected(groups.error());
        if (groups->empty()) break;
        for (const store::GroupLog::GroupHead& group : *groups) {
            if (stop.stop_requested()) return {};
            const auto done = read(group.gid, group.head.floor + 1, group.head.seq);
            if (!done) return done;
        }
        after = groups->back().gid;
    }
    place_ = place;
    kept_number_ = 0;
    return keep_place();
}

Result<void> Follower::read(const store::FeedRow& row) {
    if (row.first <= row.last) {
        if (const auto done = read(row.gid, row.first, row.last); !done) return done;
    }
    for (const Seq seq : row.changed) {
        if (const auto done = read(row.gid, seq, seq); !done) return done;
    }
    return {};
}

Result<void> Follower::read(GroupId gid, Seq from, Seq to) {
    while (from <= to) {
        const auto page = store_.entries(gid, from, to - from + 1);
        // Dropped since: the sweep finds what it named.
        if (!page && page.error().code == Code::bad_range) {
            const auto head = store_.head(gid);
            if (!head) return std::unexpected(head.error());
            from = std::max(from + 1, head->floor + 1);
            continue;
        }
        if (!page && page.error().code == Code::not_found) return {};
        if (!page) return std::unexpected(page.error());
        if (page->entries.empty()) return {};
        for (const LogEntry& entry : page->entries) {
            const std::vector<std::string> ids = named_in(entry);
            if (ids.empty() && entry.revision == 0) continue;
            const auto done = files_.set_named(gid, entry.seq, ids);
            if (!done) return done;
        }
        from = page->entries.back().seq + 1;
    }
    return {};
}

Result<void> Follower::sweep(Time now) {
    if (now < swept_at_ + pace_.sweep_every) return {};
    swept_at_ = now;
    const unsigned bucket = next_bucket_;
    next_bucket_ = (next_bucket_ + 1) % Files::kBuckets;
    if (bucket == 0) uploads_.sweep(now);
    const auto files = files_.bucket(bucket);
    if (!files) return std::unexpected(files.error());
    for (const StoredFile& file : *files) {
        if (const auto swept = sweep_file(file, now); !swept) return swept;
    }
    return files_.remove_unknown(bucket, now);
}

Result<void> Follower::sweep_file(const StoredFile& file, Time now) {
    for (const Seq seq : file.entries) {
        const auto entry = entry_at(store_, file.gid, seq);
        if (!entry) return std::unexpected(entry.error());
        const std::vector<std::string> named =
            *entry ? named_in(**entry) : std::vector<std::string>{};
        if (std::ranges::find(named, file.id) != named.end()) continue;
        if (const auto done = files_.set_named(file.gid, seq, named); !done) return done;
    }
    if (!file.entries.empty()) return {};
    if (!file.gid && now < file.made + kPictureKept) return {};
    const auto over = is_unused_for_good(file, now);
    if (!over) return std::unexpected(over.error());
    return *over ? files_.drop(file) : Result<void>{};
}

// A picture of a person is used while it is theirs.
Result<bool> Follower::is_unused_for_good(const StoredFile& file, Time now) {
    if (file.gid && file.made + limits::kUnusedFileKept <= now) return true;
    const auto user = store_.user(file.uid);
    if (!user) return std::unexpected(user.error());
    if (!file.gid) return !*user || (*user)->picture != address_of(file.id);
    return *user && (*user)->erased;
}

}  // namespace stentor::media
