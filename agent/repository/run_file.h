// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/block_codec.h"
#include "agent/repository/run_index.h"
#include "agent/repository/sealed_object.h"
#include "agent/storage/object_store.h"
#include "shared/base/result.h"
#include "shared/model/key.h"
#include "shared/model/row_batch.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// Opening runs and reading their blocks.
namespace isotherm::repository
{

/// The store as one reader sees it: counts the bytes that it takes from it.
struct CountedStore
{
    storage::ObjectStore& store;
    std::atomic<std::uint64_t>& bytesRead;

    [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t offset,
                                           std::uint64_t length) const;
};

/// Which blocks [begin, end) of a run a range of keys needs.
struct BlockSpan
{
    std::size_t begin = 0;
    std::size_t end = 0;

    [[nodiscard]] bool empty() const { return begin == end; }
};

/// An opened run: its index, and what is needed to read its blocks. Immutable, thread-safe.
class RunFile
{
public:
    /// Reads the end of the object and its index. DataLoss naming the object and the part that is
    /// damaged.
    [[nodiscard]] static Result<std::shared_ptr<const RunFile>>
    open(const CountedStore& store, const RepositoryKeys& keys, const RunRef& run);

    /// Opens the index out of an object's last bytes; `tail` ends where the object ends, and holds
    /// all of the index.
    [[nodiscard]] static Result<RunIndex>
    openIndex(const RepositoryKeys& keys, const RunTrailer& trailer, std::string_view tail);

    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] const RunIndex& index() const { return m_index; }
    [[nodiscard]] BlockSpan blocksFor(const KeyRange& range) const;
    /// Part `frame` of a delta's table of transactions. DataLoss naming the object.
    [[nodiscard]] Result<std::vector<TransactionRecord>> transactions(const CountedStore& store,
                                                                      std::size_t frame) const;
    /// A cipher of one's own: ciphers are not thread-safe.
    [[nodiscard]] Result<ObjectCipher> cipher() const;

private:
    RunFile(const RepositoryKeys& keys, std::string name, ObjectHeader header, RunIndex index)
        : m_keys(keys), m_name(std::move(name)), m_header(std::move(header)),
          m_index(std::move(index))
    {
    }

    const RepositoryKeys& m_keys;
    std::string m_name;
    ObjectHeader m_header;
    RunIndex m_index;
};

/// Opens and decodes block `number` of `index` from its frame. DataLoss, without naming the object.
[[nodiscard]] Status decodeBlockFrame(const RunIndex& index, std::size_t number,
                                      std::string_view frame, ObjectCipher& cipher,
                                      BlockDecoder& decoder, RowBatch& batch);

/// Versions of a delta's block.
struct DecodedVersions
{
    RowBatch rows;
    std::vector<RowVersion> versions;
    std::string previousKeys;
};

/// The same for a delta. DataLoss also when a version's commit is not where the index says.
[[nodiscard]] Status decodeVersionFrame(const RunIndex& index, std::size_t number,
                                        std::string_view frame, ObjectCipher& cipher,
                                        BlockDecoder& decoder, DecodedVersions& to);

/// Opens and decodes transaction frame `number`. DataLoss, without naming the object.
[[nodiscard]] Result<std::vector<TransactionRecord>> decodeTransactionFrame(const RunIndex& index,
                                                                            std::size_t number,
                                                                            std::string_view frame,
                                                                            ObjectCipher& cipher);

} // namespace isotherm::repository
