#pragma once
// For tests: a folder of one's own, which goes with all that is in it. No two have the same, so
// tests that run at once do not meet. What writes into it must be gone before: declare the folder
// first.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace stentor {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "stentor-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make the folder " + name);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    friend std::filesystem::path operator/(const TemporaryFolder& folder,
                                           const std::filesystem::path& below) {
        return folder.path_ / below;
    }

private:
    std::filesystem::path path_;
};

}  // namespace stentor
