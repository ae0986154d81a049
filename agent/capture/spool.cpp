// SPDX-License-Identifier: Apache-2.0
#include "agent/capture/spool.h"

#include "shared/base/byte_io.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace isotherm::capture
{
namespace
{

constexpr std::size_t kBuffer = std::size_t{256} << 10U; ///< of one transaction
constexpr std::size_t kBuffered = std::size_t{8} << 20U; ///< of all
/// With more savepoints than this, what each touched is not told apart any more.
constexpr std::size_t kMostParts = 4'096;
constexpr std::string_view kPrefix = "transaction-";
constexpr std::size_t kFrameHead = 17; // length, nonce, codec

std::string nonceOf(std::uint64_t number)
{
    std::string nonce(4, '\0');
    appendBigEndian(nonce, number);
    return nonce;
}

Status writeAll(int file, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return errnoError(errno, "cannot write the spool of open transactions");
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::string> readAt(int file, std::uint64_t at, std::uint64_t length)
{
    std::string bytes(length, '\0');
    for (std::size_t done = 0; done < length;) {
        const ssize_t got =
            ::pread(file, bytes.data() + done, length - done, static_cast<off_t>(at + done));
        if (got <= 0 && errno != EINTR) {
            return errnoError(got == 0 ? EIO : errno, "cannot read the spool");
        }
        done += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    return bytes;
}

} // namespace

Result<std::unique_ptr<Spool>> Spool::open(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return errnoError(error.value(), "cannot make the folder " + folder.string());
    }
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        if (it->path().filename().string().starts_with(kPrefix)) {
            ::unlink(it->path().c_str());
        }
    }
    ISO_ASSIGN(const std::string key, repository::randomBytes(repository::kKeyBytes));
    return std::unique_ptr<Spool>(new Spool(folder, repository::SecretKey(key)));
}

Spool::Spool(std::filesystem::path folder, repository::SecretKey key)
    : m_folder(std::move(folder)), m_aead(key), m_compression(1)
{
}

Spool::~Spool() = default;

Status Spool::add(std::uint64_t transaction, std::uint64_t part, const SpooledChange& change)
{
    Open& open = m_open[transaction];
    const std::size_t before = open.buffer.size();
    open.buffer.push_back(static_cast<char>(change.kind));
    appendVarint(open.buffer, part);
    if (change.marker != nullptr) {
        appendVarint(open.buffer, open.markers.size() + 1);
        open.markers.push_back(*change.marker);
    } else {
        appendVarint(open.buffer, 0);
    }
    std::uint64_t relation = 0;
    if (change.relation) {
        const auto [place, isNew] =
            open.relationIndexes.try_emplace(change.relation.get(), open.relations.size() + 1);
        if (isNew) {
            open.relations.push_back(change.relation);
        }
        relation = place->second;
        const std::uint64_t told = open.leavesOfParts.size() < kMostParts ? part : transaction;
        open.leavesOfParts[told].insert(change.relation->leaf.objectId);
    }
    appendVarint(open.buffer, relation);
    appendSized(open.buffer, change.row);
    appendSized(open.buffer, change.oldRow);
    m_buffered += open.buffer.size() - before;
    if (open.buffer.size() >= kBuffer) {
        return flush(transaction, open);
    }
    return m_buffered >= kBuffered ? flushLargest() : Status();
}

Status Spool::flush(std::uint64_t transaction, Open& open)
{
    if (open.file.get() < 0) {
        const std::filesystem::path path =
            m_folder / (std::string(kPrefix) + std::to_string(transaction));
        open.file = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                                          static_cast<mode_t>(0600)));
        if (open.file.get() < 0) {
            return errnoError(errno, "cannot create " + path.string());
        }
        ::unlink(path.c_str()); // it lives as long as it is open
    }
    const bool pack = open.buffer.size() <= repository::kContainerLimit;
    const std::string plain =
        pack ? m_compression.packContainer(open.buffer) : std::exchange(open.buffer, {});
    const std::uint64_t number = m_nonce++;
    std::string frame;
    appendBigEndian(frame, static_cast<std::uint64_t>(plain.size()));
    appendBigEndian(frame, number);
    frame.push_back(pack ? '\1' : '\0');
    const std::string head = frame;
    ISO_TRY(m_aead.seal(nonceOf(number), head, plain, frame));
    ISO_TRY(writeAll(open.file.get(), frame));
    open.fileBytes += frame.size();
    m_onDisk += frame.size();
    m_buffered -= std::min(m_buffered, pack ? open.buffer.size() : plain.size());
    open.buffer.clear();
    open.buffer.shrink_to_fit();
    return {};
}

Status Spool::flushLargest()
{
    const auto largest =
        std::max_element(m_open.begin(), m_open.end(), [](const auto& a, const auto& b) {
            return a.second.buffer.size() < b.second.buffer.size();
        });
    return flush(largest->first, largest->second);
}

void Spool::abortPart(std::uint64_t transaction, std::uint64_t part)
{
    const auto found = m_open.find(transaction);
    if (found == m_open.end()) {
        return;
    }
    found->second.aborted.insert(part);
    found->second.leavesOfParts.erase(part);
}

void Spool::remove(std::uint64_t transaction)
{
    const auto found = m_open.find(transaction);
    if (found != m_open.end()) {
        m_buffered -= std::min(m_buffered, found->second.buffer.size());
        m_onDisk -= found->second.fileBytes;
        m_open.erase(found);
    }
}

void Spool::clear()
{
    m_open.clear();
    m_buffered = 0;
    m_onDisk = 0;
}

std::vector<std::uint64_t> Spool::leaves(std::uint64_t transaction) const
{
    std::set<std::uint64_t> all;
    if (const auto found = m_open.find(transaction); found != m_open.end()) {
        for (const auto& [part, leaves] : found->second.leavesOfParts) {
            all.insert(leaves.begin(), leaves.end());
        }
    }
    return {all.begin(), all.end()};
}

Result<std::string> Spool::readFrame(const Open& open, std::uint64_t& at)
{
    ISO_ASSIGN(const std::string head, readAt(open.file.get(), at, kFrameHead));
    const auto length = loadBigEndian<std::uint64_t>(head.data());
    const auto number = loadBigEndian<std::uint64_t>(head.data() + 8);
    if (length > open.fileBytes) {
        return makeError(Code::DataLoss, "the spool of open transactions is damaged");
    }
    ISO_ASSIGN(const std::string sealed,
               readAt(open.file.get(), at + kFrameHead, length + repository::kTagBytes));
    at += kFrameHead + sealed.size();
    ISO_ASSIGN(std::string plain, m_aead.open(nonceOf(number), head, sealed));
    return head.back() == '\1' ? m_compression.unpackContainer(plain)
                               : Result<std::string>(std::move(plain));
}

Status Spool::replayRecords(const Open& open, std::string_view records,
                            const std::function<Status(const SpooledChange&)>& take)
{
    ByteReader reader(records);
    while (reader.ok() && !reader.atEnd()) {
        SpooledChange change;
        change.kind = static_cast<engine::ChangeKind>(reader.takeBigEndian<std::uint8_t>());
        const std::uint64_t part = reader.takeVarint();
        const std::uint64_t marker = reader.takeVarint();
        const std::uint64_t relation = reader.takeVarint();
        change.row = reader.takeSized();
        change.oldRow = reader.takeSized();
        ISO_CHECK(reader.ok() && marker <= open.markers.size() &&
                  relation <= open.relations.size());
        if (open.aborted.contains(part)) {
            continue;
        }
        change.marker = marker == 0 ? nullptr : &open.markers[marker - 1];
        if (relation > 0) {
            change.relation = open.relations[relation - 1];
        }
        ISO_TRY(take(change));
    }
    return {};
}

Status Spool::replay(std::uint64_t transaction,
                     const std::function<Status(const SpooledChange&)>& take)
{
    const auto found = m_open.find(transaction);
    if (found == m_open.end()) {
        return {};
    }
    const Open& open = found->second;
    for (std::uint64_t at = 0; at < open.fileBytes;) {
        ISO_ASSIGN(const std::string records, readFrame(open, at));
        ISO_TRY(replayRecords(open, records, take));
    }
    return replayRecords(open, open.buffer, take);
}

} // namespace isotherm::capture
