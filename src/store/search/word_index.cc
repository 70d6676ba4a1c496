#include "store/search/word_index.h"

#include <xapian.h>

#include <atomic>
#include <charconv>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "store/search/terms.h"

namespace stentor::search {
namespace {

constexpr Xapian::valueno kSeqSlot = 0;
constexpr const char* kPlaceKey = "place";  // "EPOCH NUMBER", or absent.
constexpr const char* kNextKey = "next";    // The document number to give next; they go down.
constexpr const char* kRulesKey = "rules";  // Of the terms; an index made by others is no index.
// Words that a question's beginnings stand for, all together: each is a list to be read.
constexpr std::size_t kWordsBegun = 2'048;

std::string hex(std::uint64_t number) {
    char text[16];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number, 16);
    return {text, end};
}

// Ahead of each word of a group.
std::string prefix_of(GroupId gid) { return "G" + hex(gid.value) + ":"; }
// The one term that finds the document of an entry.
std::string id_of(GroupId gid, Seq seq) { return "Q" + hex(gid.value) + ":" + hex(seq.value); }

// What all documents of one sender in a group have.
std::string sender_of(GroupId gid, UserId sender) {
    return "S" + hex(gid.value) + ":" + hex(sender.value);
}

std::string seq_value(Seq seq) {
    return Xapian::sortable_serialise(static_cast<double>(seq.value));
}

// What holds all that is asked. A beginning stands for the words that follow it in the order of
// their bytes, itself first.
Xapian::Query query_of(const Asked& asked, const std::string& prefix) {
    std::vector<Xapian::Query> all;
    for (const std::string& term : asked.whole) all.emplace_back(prefix + term);
    for (const std::string& beginning : asked.beginnings) {
        const auto share = static_cast<Xapian::termcount>(kWordsBegun / asked.beginnings.size());
        all.emplace_back(Xapian::Query::OP_WILDCARD, prefix + beginning, share,
                         Xapian::Query::WILDCARD_LIMIT_FIRST, Xapian::Query::OP_OR);
    }
    return {Xapian::Query::OP_AND, all.begin(), all.end()};
}

Error unavailable() {
    return {.code = Code::store_unavailable, .where = "search", .retry_after_ms = 5'000};
}

}  // namespace

class WordIndex::Impl {
public:
    explicit Impl(std::filesystem::path folder) : folder_(std::move(folder)) {
        try {
            writer_ = Xapian::WritableDatabase(folder_.string(), Xapian::DB_CREATE_OR_OPEN);
        } catch (const Xapian::DatabaseLockError&) {
            throw;
        } catch (const Xapian::DatabaseError& error) {
            // Damaged, or of another version: it is made again from the logs.
            log::warn("the search index cannot be opened", {{"why", error.get_msg()}});
            writer_ = Xapian::WritableDatabase(folder_.string(), Xapian::DB_CREATE_OR_OVERWRITE);
        }
        next_ = first();
        const std::string next = writer_.get_metadata(kNextKey);
        if (!next.empty()) next_ = static_cast<Xapian::docid>(std::stoul(next));
        complete_ = place().has_value();
    }

    Result<std::vector<Seq>> find(const Wanted& wanted, const Asked& asked) {
        if (!complete_) return std::unexpected(unavailable());
        Reader reader = take_reader();
        Xapian::Query query = query_of(asked, prefix_of(wanted.gid));
        if (wanted.sender.value > 0) {
            const Xapian::Query theirs{sender_of(wanted.gid, wanted.sender)};
            query = Xapian::Query{Xapian::Query::OP_FILTER, query, theirs};
        }
        const Xapian::Query range{Xapian::Query::OP_VALUE_RANGE, kSeqSlot,
                                  seq_value(wanted.floor + 1), seq_value(wanted.before - 1)};
        query = Xapian::Query{Xapian::Query::OP_FILTER, query, range};

        Xapian::Enquire enquire{*reader};
        enquire.set_query(query);
        enquire.set_weighting_scheme(Xapian::BoolWeight{});
        enquire.set_docid_order(Xapian::Enquire::ASCENDING);
        const Xapian::MSet found =
            enquire.get_mset(0, static_cast<Xapian::doccount>(wanted.count_max));
        std::vector<Seq> seqs;
        for (auto at = found.begin(); at != found.end(); ++at) {
            const double seq = Xapian::sortable_unserialise(at.get_document().get_value(kSeqSlot));
            seqs.push_back({static_cast<std::uint64_t>(seq)});
        }
        const std::lock_guard lock{mutex_};
        readers_.push_back(std::move(reader));
        return seqs;
    }

    [[nodiscard]] std::optional<Place> place() const {
        if (writer_.get_metadata(kRulesKey) != rules_of_terms()) return std::nullopt;
        const std::string text = writer_.get_metadata(kPlaceKey);
        const std::size_t space = text.find(' ');
        if (space == std::string::npos) return std::nullopt;
        return Place{.epoch = {std::stoull(text.substr(0, space))},
                     .number = std::stoull(text.substr(space + 1))};
    }

    void clear() {
        complete_ = false;
        writer_.close();
        writer_ = Xapian::WritableDatabase(folder_.string(), Xapian::DB_CREATE_OR_OVERWRITE);
        next_ = first();
        const std::lock_guard lock{mutex_};
        readers_.clear();
    }

    void put(GroupId gid, Seq seq, UserId sender, std::string_view text) {
        Xapian::Document document;
        const std::string id = id_of(gid, seq);
        document.add_boolean_term(id);
        document.add_boolean_term(sender_of(gid, sender));
        document.add_value(kSeqSlot, seq_value(seq));
        std::string term = prefix_of(gid);
        const std::size_t prefix = term.size();
        for (const std::string& word : terms_of(text)) {
            term.resize(prefix);
            document.add_boolean_term(term += word);
        }
        const auto known = writer_.postlist_begin(id);
        if (known != writer_.postlist_end(id)) return writer_.replace_document(*known, document);
        writer_.replace_document(next_--, document);
    }

    void remove(GroupId gid, Seq seq) { writer_.delete_document(id_of(gid, seq)); }

    void commit(const std::optional<Place>& place) {
        writer_.set_metadata(kNextKey, std::to_string(next_));
        writer_.set_metadata(kRulesKey, rules_of_terms());
        writer_.set_metadata(
            kPlaceKey,
            place ? std::to_string(place->epoch.value) + ' ' + std::to_string(place->number) : "");
        writer_.commit();
        complete_ = place.has_value();
    }

private:
    using Reader = std::unique_ptr<Xapian::Database>;

    static constexpr Xapian::docid first() { return std::numeric_limits<Xapian::docid>::max() - 1; }

    // One of its own for each search at a time: a database is not for two threads.
    Reader take_reader() {
        Reader reader;
        {
            const std::lock_guard lock{mutex_};
            if (!readers_.empty()) {
                reader = std::move(readers_.back());
                readers_.pop_back();
            }
        }
        if (reader == nullptr) return std::make_unique<Xapian::Database>(folder_.string());
        reader->reopen();
        return reader;
    }

    std::filesystem::path folder_;
    Xapian::WritableDatabase writer_;
    Xapian::docid next_{};
    std::atomic<bool> complete_{};
    std::mutex mutex_;
    std::vector<Reader> readers_;  // As many as ever searched at once: the number of loaders.
};

namespace {

template <class Act>
auto told(const char* what, Act&& act) {
    try {
        return std::forward<Act>(act)();
    } catch (const Xapian::Error& error) {
        throw std::runtime_error{std::string{"the search index: "} + what + ": " + error.get_msg()};
    }
}

}  // namespace

WordIndex::WordIndex(std::filesystem::path folder)
    : impl_(told("open", [&] { return std::make_unique<Impl>(std::move(folder)); })) {}

WordIndex::~WordIndex() = default;

Result<std::vector<Seq>> WordIndex::find(const Wanted& wanted) {
    // A reader that was two commits behind finds its blocks gone, and looks again from the newest.
    constexpr int kTries = 3;
    const Asked asked = asked_of(wanted.words);
    if (asked.empty()) return std::unexpected(Error{.code = Code::bad_field, .where = "words"});
    for (int i = 0; i < kTries; ++i) {
        try {
            return impl_->find(wanted, asked);
        } catch (const Xapian::DatabaseModifiedError&) {
            continue;
        } catch (const Xapian::Error& error) {
            log::warn("search failed", {{"gid", wanted.gid.value}, {"why", error.get_msg()}});
            break;
        }
    }
    return std::unexpected(unavailable());
}

std::optional<Place> WordIndex::place() const {
    return told("place", [&] { return impl_->place(); });
}
void WordIndex::clear() {
    told("clear", [&] { impl_->clear(); });
}
void WordIndex::put(GroupId gid, Seq seq, UserId sender, std::string_view text) {
    told("put", [&] { impl_->put(gid, seq, sender, text); });
}
void WordIndex::remove(GroupId gid, Seq seq) {
    told("remove", [&] { impl_->remove(gid, seq); });
}
void WordIndex::commit(const std::optional<Place>& place) {
    told("commit", [&] { impl_->commit(place); });
}

}  // namespace stentor::search
