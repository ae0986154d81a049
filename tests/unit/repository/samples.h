// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "agent/storage/directory_store.h"
#include "shared/model/row_batch.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// Tables, rows and repositories for the repository's tests.
namespace isotherm::test
{

/// Cheap passphrase protection: tests open many repositories.
inline constexpr repository::ScryptCost kCheapScrypt{10, 1, 1};
inline constexpr std::string_view kPassphrase = "correct horse";

void appendField(std::string& row, std::string_view bytes);
void appendNull(std::string& row);
void appendInt8(std::string& row, std::int64_t value);

/// PostgreSQL's binary numeric of `units` / 10^scale, canonical.
[[nodiscard]] std::string numericBytes(std::int64_t units, unsigned scale);

/// A table (id bigint key, note text): small rows whose content follows from the id.
[[nodiscard]] TableSchema notesSchema(bool unique = true);
[[nodiscard]] std::string noteRow(std::int64_t id, std::size_t noteBytes = 20,
                                  std::uint64_t salt = 0);
[[nodiscard]] RowBatch noteRows(const std::vector<std::int64_t>& ids, std::size_t noteBytes = 20);
[[nodiscard]] std::vector<std::int64_t> ascending(std::int64_t begin, std::int64_t end);
[[nodiscard]] std::int64_t idOf(std::string_view row);
[[nodiscard]] Key idKey(std::int64_t id);
/// [begin, end) of ids.
[[nodiscard]] KeyRange idRange(std::int64_t begin, std::int64_t end);

/// Random tables and rows over every shape of value that the codec treats in its own way.
class RandomTable
{
public:
    explicit RandomTable(std::uint64_t seed);

    [[nodiscard]] const TableSchema& schema() const { return m_schema; }
    /// The first column is a bigint key; it rises, with repetitions when `repeats`.
    [[nodiscard]] std::string row();

private:
    enum class Shape {
        Int8,
        Int4,
        Int2,
        Bool,
        Timestamp,
        Uuid,
        Numeric,
        LooseNumeric,
        Words,
        Hex,
        Few,
        Json,
        RandomBytes,
        Empty,
        AlwaysNull,
        Last = AlwaysNull
    };
    struct Column
    {
        Shape shape;
        unsigned nullPercent;
        unsigned absentPercent;
    };

    std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }
    std::string bytes(std::size_t size);
    std::string value(Shape shape);

    std::mt19937_64 m_random;
    TableSchema m_schema;
    std::vector<Column> m_columns;
    std::int64_t m_id = -500;
};

/// A directory store with a repository in it, in a folder of its own.
struct RepositoryFixture
{
    RepositoryFixture();

    TempDir folder{"repository"};
    FakeClock clock;
    std::unique_ptr<storage::DirectoryStore> store;
    std::unique_ptr<repository::Repository> repository;

    [[nodiscard]] repository::RepositoryOptions options() const;
    void close() { repository.reset(); }
    /// Opens `repository` again; aborts when that fails.
    void reopen();
    [[nodiscard]] std::vector<std::string> objects(const std::string& prefix) const;
    [[nodiscard]] std::filesystem::path path(const std::string& object) const
    {
        return store->root() / object;
    }
};

[[nodiscard]] repository::RunOptions runOptions(const TableSchema& schema);

/// Writes rows in small blocks and objects, and gives the table as a manifest names it, with the
/// writer that owns the runs.
struct WrittenTable
{
    std::unique_ptr<repository::RunWriter> writer;
    repository::ManifestTable table;
};
[[nodiscard]] Result<WrittenTable> writeTable(repository::Repository& repository,
                                              const RowBatch& rows,
                                              const repository::RunOptions& options);

[[nodiscard]] repository::Manifest manifestOf(std::vector<repository::ManifestTable> tables,
                                              WallTime asOf, std::uint64_t shard = 7);

/// All rows of a source; its error as the Result's.
[[nodiscard]] Result<std::vector<std::string>> readAll(RowSource& source);

void flipBit(const std::filesystem::path& file, std::uint64_t byte, unsigned bit = 0);

} // namespace isotherm::test
