#include "store/rocks/table_check.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/rocks/little_endian.h"
#include "store/varint.h"

namespace stentor::store {
namespace {

using rocksdb::IOStatus;

// A table's end (RocksDB's table/format.h, up to format version 5): the checksum's type (1), the
// handles of the index of meta blocks and of the index, padded (40), the version (4), a magic (8).
constexpr std::size_t kFooter = 53;
constexpr std::size_t kHandles = 1;
constexpr std::size_t kMagic = 45;
constexpr std::uint64_t kTableMagic = 0x88e241b785f4cff7U;
constexpr std::uint64_t kMetaIndexMax = std::uint64_t{1} << 20U;
constexpr std::string_view kProperties = "rocksdb.properties";
// The last four bytes of a block are how many restart points it has, and this.
constexpr std::uint32_t kHasHashIndex = std::uint32_t{1} << 31U;

struct Handle {
    std::uint64_t offset{};
    std::uint64_t size{};
};

std::optional<Handle> handle_in(std::string_view bytes) {
    const auto offset = take_varint(bytes);
    const auto size = take_varint(bytes);
    if (!offset || !size) return std::nullopt;
    return Handle{.offset = *offset, .size = *size};
}

// In an index of meta blocks: entries of the lengths of what is shared with the key before (which
// is none there), of the rest of the key and of the value, then key and value.
std::optional<Handle> properties_in(std::string_view index) {
    while (!index.empty()) {
        const auto shared = take_varint(index);
        const auto key = take_varint(index);
        const auto value = take_varint(index);
        if (!shared || *shared != 0 || !key || !value) return std::nullopt;
        if (*key > index.size() || *value > index.size() - *key) return std::nullopt;
        if (index.substr(0, *key) == kProperties) return handle_in(index.substr(*key, *value));
        index.remove_prefix(*key + *value);
    }
    return std::nullopt;
}

// nullopt: it cannot be read, which RocksDB will find as well.
std::optional<std::string> read(const rocksdb::FSRandomAccessFile& file, std::uint64_t offset,
                                std::size_t size) {
    std::string scratch(size, '\0');
    rocksdb::Slice found;
    const IOStatus status = file.Read(offset, size, {}, &found, scratch.data(), nullptr);
    if (!status.ok() || found.size() != size) return std::nullopt;
    return found.ToString();
}

bool would_end_the_process(const rocksdb::FSRandomAccessFile& file, std::uint64_t size) {
    if (size < kFooter) return false;
    const auto footer = read(file, size - kFooter, kFooter);
    if (!footer) return false;
    const std::string_view end_of_file = *footer;
    if (little_endian(end_of_file.substr(kMagic)) != kTableMagic) return false;
    const auto index = handle_in(end_of_file.substr(kHandles));
    if (!index || index->size > kMetaIndexMax) return false;
    const auto blocks = read(file, index->offset, index->size);
    const auto properties = blocks ? properties_in(*blocks) : std::nullopt;
    if (!properties || properties->size < 4) return false;
    const auto end = read(file, properties->offset + properties->size - 4, 4);
    return end && (little_endian(*end) & kHasHashIndex) != 0;
}

class TableFiles final : public rocksdb::FileSystemWrapper {
public:
    using FileSystemWrapper::FileSystemWrapper;
    [[nodiscard]] const char* Name() const override { return "TableFiles"; }

    IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                 std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                 rocksdb::IODebugContext* context) override {
        IOStatus status = target()->NewRandomAccessFile(path, options, file, context);
        if (!status.ok() || !path.ends_with(".sst")) return status;
        std::uint64_t size = 0;
        status = target()->GetFileSize(path, {}, &size, context);
        if (status.ok() && would_end_the_process(**file, size)) {
            file->reset();
            status = IOStatus::Corruption("the properties of " + path + " are damaged");
        }
        return status;
    }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> looking_at_tables(
    const std::shared_ptr<rocksdb::FileSystem>& files) {
    return std::make_shared<TableFiles>(files);
}

std::shared_ptr<rocksdb::Env> machine_env() {
    return rocksdb::NewCompositeEnv(looking_at_tables(rocksdb::FileSystem::Default()));
}

}  // namespace stentor::store
