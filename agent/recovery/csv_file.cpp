// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/csv_file.h"

#include "agent/repository/crypto.h"
#include "shared/base/byte_io.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;

std::filesystem::path partOf(const std::filesystem::path& path)
{
    return path.string() + ".part";
}

Result<std::string> digestOf(const std::filesystem::path& path)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return errnoError(errno, "cannot read " + path.string());
    }
    repository::Sha256 digest;
    std::string buffer(kBufferBytes, '\0');
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errnoError(errno, "cannot read " + path.string());
        }
        if (got == 0) {
            return digest.finish();
        }
        digest.add(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
    }
}

} // namespace

struct CsvFile::Digest
{
    repository::Sha256 sum;
};

std::string csvLine(const std::vector<std::optional<std::string>>& values)
{
    std::string line;
    for (std::size_t i = 0; i < values.size(); ++i) {
        line += i == 0 ? "" : ",";
        if (!values[i]) {
            continue;
        }
        const bool plain =
            !values[i]->empty() && values[i]->find_first_of(",\"\r\n") == std::string::npos;
        if (plain) {
            line += *values[i];
            continue;
        }
        line += '"';
        for (const char c : *values[i]) {
            line.append(c == '"' ? 2 : 1, c);
        }
        line += '"';
    }
    return line + "\n";
}

Result<std::unique_ptr<CsvFile>> CsvFile::create(const std::filesystem::path& path,
                                                 const std::vector<std::string>& columns)
{
    if (std::filesystem::exists(path)) {
        return makeError(Code::AlreadyExists, "there is a file " + path.string() + " already",
                         "move it away, or use another target");
    }
    FileDescriptor file(
        ::open(partOf(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) {
        return errnoError(errno, "cannot write " + partOf(path).string());
    }
    std::unique_ptr<CsvFile> csv(new CsvFile(path, std::move(file)));
    ISO_TRY(csv->add({columns.begin(), columns.end()}));
    return csv;
}

CsvFile::CsvFile(std::filesystem::path path, FileDescriptor file)
    : m_path(std::move(path)), m_file(std::move(file)), m_digest(std::make_shared<Digest>())
{
}

Status CsvFile::add(const std::vector<std::optional<std::string>>& values)
{
    m_pending += csvLine(values);
    return m_pending.size() >= kBufferBytes ? write() : Status();
}

Status CsvFile::write()
{
    m_digest->sum.add(m_pending);
    std::string_view rest = m_pending;
    while (!rest.empty()) {
        const ssize_t written = ::write(m_file.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return errnoError(errno, "cannot write " + partOf(m_path).string());
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    m_pending.clear();
    return {};
}

Result<std::string> CsvFile::finish()
{
    ISO_TRY(write());
    if (::fsync(m_file.get()) != 0) {
        return errnoError(errno, "cannot sync " + partOf(m_path).string());
    }
    const std::string expected = m_digest->sum.finish();
    ISO_ASSIGN(const std::string found, digestOf(partOf(m_path)));
    if (found != expected) {
        return makeError(Code::DataLoss,
                         partOf(m_path).string() + " does not hold what was written",
                         "check the disk");
    }
    if (::rename(partOf(m_path).c_str(), m_path.c_str()) != 0) {
        return errnoError(errno, "cannot name " + m_path.string());
    }
    ISO_TRY(syncDirectory(m_path.parent_path()));
    return toHex(expected);
}

} // namespace isotherm::recovery
