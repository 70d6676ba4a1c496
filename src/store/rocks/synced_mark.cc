#include "store/rocks/synced_mark.h"

#include <array>
#include <random>

#include "store/rocks/little_endian.h"
#include "store/rocks/log_file.h"

namespace stentor::store {
namespace {

constexpr char kVersion = 1;
constexpr char kClaim = 'd';
constexpr std::size_t kSyncedBytes = 22;

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8U * i));
}

std::string path_in(const std::string& folder) { return folder + "/synced"; }

}  // namespace

std::string encode(const Synced& synced) {
    std::string bytes{kVersion};
    put(bytes, synced.start, 8);
    put(bytes, synced.update, 8);
    bytes += synced.closed ? '\1' : '\0';
    put(bytes, crc32c(bytes), 4);
    return bytes;
}

std::optional<Synced> decode_synced(std::string_view bytes) {
    if (bytes.size() != kSyncedBytes || bytes[0] != kVersion) return std::nullopt;
    if (crc32c(bytes.substr(0, 18)) != little_endian(bytes.substr(18, 4))) return std::nullopt;
    return Synced{.start = little_endian(bytes.substr(1, 8)),
                  .update = little_endian(bytes.substr(9, 8)),
                  .closed = bytes[17] != '\0'};
}

std::optional<Synced> read_synced(rocksdb::FileSystem& files, const std::string& folder) {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    if (!files.NewSequentialFile(path_in(folder), {}, &file, nullptr).ok()) return std::nullopt;
    std::array<char, kSyncedBytes + 1> scratch{};
    rocksdb::Slice read;
    if (!file->Read(scratch.size(), {}, &read, scratch.data(), nullptr).ok()) return std::nullopt;
    return decode_synced(read.ToStringView());
}

std::string encode(const Claim& claim) {
    std::string bytes{kClaim};
    put(bytes, claim.start, 8);
    put(bytes, claim.update, 8);
    return bytes;
}

std::optional<Claim> decode_claim(std::string_view bytes) {
    if (bytes.size() != 17 || bytes[0] != kClaim) return std::nullopt;
    return Claim{.start = little_endian(bytes.substr(1, 8)),
                 .update = little_endian(bytes.substr(9, 8))};
}

rocksdb::IOStatus SyncedMark::begin(rocksdb::FileSystem& files, const std::string& folder,
                                    std::uint64_t update, std::unique_ptr<SyncedMark>& mark) {
    const std::string path = path_in(folder);
    std::random_device device;
    const Synced synced{.start = (std::uint64_t{device()} << 32U) | device(), .update = update};
    std::unique_ptr<rocksdb::FSWritableFile> made;
    rocksdb::IOStatus status;
    if (!files.FileExists(path, {}, nullptr).ok()) {
        status = files.NewWritableFile(path, {}, &made, nullptr);
        if (status.ok()) status = made->Close({}, nullptr);
    }
    std::unique_ptr<rocksdb::FSRandomRWFile> file;
    if (status.ok()) status = files.NewRandomRWFile(path, {}, &file, nullptr);
    if (!status.ok()) return status;
    mark.reset(new SyncedMark{std::move(file), synced});
    status = mark->write();
    if (status.ok()) status = mark->file_->Fsync({}, nullptr);
    std::unique_ptr<rocksdb::FSDirectory> directory;
    if (status.ok()) status = files.NewDirectory(folder, {}, &directory, nullptr);
    if (status.ok()) status = directory->Fsync({}, nullptr);
    return status;
}

rocksdb::IOStatus SyncedMark::write() { return file_->Write(0, encode(synced_), {}, nullptr); }

void SyncedMark::raise(std::uint64_t update) {
    synced_.update = update;
    write().PermitUncheckedError();
}

void SyncedMark::close() {
    synced_.closed = true;
    write().PermitUncheckedError();
}

}  // namespace stentor::store
