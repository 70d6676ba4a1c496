#pragma once
// The folder of a follower: its copy in `store`, a whole copy that is still coming in
// `store.incoming`, and the file `following`, which says that the store is not one to serve from.
//
// Owner: the follower, or whoever promotes. Thread: one at a time. What is written is synced.
// Throws std::runtime_error, with a sentence for the operator.

#include <filesystem>
#include <string>

namespace stentor::replica {

class Place {
public:
    explicit Place(std::filesystem::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] std::filesystem::path store() const { return folder_ / "store"; }
    [[nodiscard]] std::filesystem::path incoming() const { return folder_ / "store.incoming"; }

    [[nodiscard]] bool follows() const;
    // Whom: HOST:PORT as it was set; empty where it follows nobody.
    [[nodiscard]] std::string leader() const;
    // Refuses a folder with a store of its own: a copy would replace it.
    void begin(const std::string& leader);
    // The incoming copy, all of whose files are closed, becomes the store.
    void install() const;
    // Whether all that the leader ever acknowledged is here: see promote.h. Written when it
    // changes.
    void set_holds_all(bool holds_all);
    [[nodiscard]] bool holds_all() const;
    // It may be served from.
    void end() const;

    // A running follower is asked to end by a file; it looks for it.
    void ask_to_end() const;
    [[nodiscard]] bool asked_to_end() const;

private:
    [[nodiscard]] std::filesystem::path mark() const { return folder_ / "following"; }
    [[nodiscard]] std::filesystem::path wish() const { return folder_ / "promote"; }
    void write_mark(const std::string& leader, bool holds_all) const;

    std::filesystem::path folder_;
    std::string leader_;
};

}  // namespace stentor::replica
