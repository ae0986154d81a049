// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/tree_model.h"

#include "agent/predict/row_hash.h"
#include "shared/base/check.h"

#include <array>
#include <cstdio>
#include <string>
#include <utility>
#include <xgboost/c_api.h>

namespace isotherm::predict
{
namespace
{

constexpr std::size_t kLeastRows = 400;

std::uint64_t thresholdOf(double rowsPerDay, const Tuning& tuning)
{
    const double share = static_cast<double>(tuning.treeRows) /
                         (rowsPerDay * static_cast<double>(tuning.treeMemoryDays));
    return share >= 1 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(share * 0x1p64);
}

/// The inputs of a row as XGBoost takes them: 0 is a value, NaN is missing.
void append(std::vector<float>& to, const FeatureRow& row)
{
    for (std::size_t i = 0; i < kFeatureCount; ++i) {
        to.push_back(row.known(i) ? row.value(i) : kMissing);
    }
}

Status checked(int code)
{
    if (code == 0) {
        return {};
    }
    return makeError(Code::Internal, std::string("boosted trees: ") + XGBGetLastError(),
                     "the other models go on; report it with the log");
}

class Matrix
{
public:
    Matrix() = default;
    ~Matrix() { XGDMatrixFree(m_handle); }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;

    Status open(const std::vector<float>& inputs)
    {
        return checked(XGDMatrixCreateFromMat_omp(inputs.data(), inputs.size() / kFeatureCount,
                                                  kFeatureCount, kMissing, &m_handle, 1));
    }
    [[nodiscard]] DMatrixHandle handle() const { return m_handle; }

private:
    DMatrixHandle m_handle = nullptr;
};

} // namespace

TrainingSample::TrainingSample(double rowsPerDay, const Tuning& tuning)
    : m_capacity(tuning.treeRows), m_threshold(thresholdOf(rowsPerDay, tuning))
{
}

void TrainingSample::offer(const FeatureRow& row, float deviation)
{
    const std::uint64_t number = m_offered++;
    if (m_targets.size() < m_capacity) {
        append(m_inputs, row);
        m_targets.push_back(deviation);
        return;
    }
    if (rowHash(2 * number) > m_threshold) {
        return;
    }
    const std::size_t place = rowHash(2 * number + 1) % m_capacity;
    std::vector<float> inputs;
    inputs.reserve(kFeatureCount);
    append(inputs, row);
    std::copy(inputs.begin(), inputs.end(),
              m_inputs.begin() + static_cast<std::ptrdiff_t>(place * kFeatureCount));
    m_targets[place] = deviation;
}

std::size_t TrainingSample::bytes() const
{
    return (m_inputs.capacity() + m_targets.capacity()) * sizeof(float);
}

class TreeModel::Booster
{
public:
    Booster() = default;
    ~Booster() { XGBoosterFree(m_handle); }
    Booster(const Booster&) = delete;
    Booster& operator=(const Booster&) = delete;

    Status begin(const Matrix& matrix, const Tuning& tuning)
    {
        const std::array<DMatrixHandle, 1> matrices = {matrix.handle()};
        ISO_TRY(checked(XGBoosterCreate(matrices.data(), 1, &m_handle)));
        const std::array<std::pair<const char*, std::string>, 12> parameters = {{
            {"nthread", "1"},
            {"seed", "20"},
            {"verbosity", "0"},
            {"tree_method", "hist"},
            {"max_bin", "64"},
            {"objective", "reg:squarederror"},
            {"base_score", "0"},
            {"max_depth", std::to_string(tuning.treeDepth)},
            {"eta", std::to_string(tuning.treeRate)},
            {"min_child_weight", std::to_string(tuning.treeLeastWeight)},
            {"lambda", "5"},
            {"colsample_bytree", "0.7"},
        }};
        for (const auto& [name, value] : parameters) {
            ISO_TRY(checked(XGBoosterSetParam(m_handle, name, value.c_str())));
        }
        return {};
    }

    Status grow(const Matrix& matrix, int round)
    {
        return checked(XGBoosterUpdateOneIter(m_handle, round, matrix.handle()));
    }

    [[nodiscard]] Result<TreeTable> table() const
    {
        bst_ulong count = 0;
        const char** dumps = nullptr;
        ISO_TRY(checked(XGBoosterDumpModelEx(m_handle, "", 0, "text", &count, &dumps)));
        return TreeTable::parse({dumps, count});
    }

private:
    BoosterHandle m_handle = nullptr;
};

struct TreeModel::Growing
{
    Matrix matrix;
    Booster booster;
    int round = 0;
};

TreeModel::TreeModel(const Tuning& tuning) : m_tuning(tuning) {}
TreeModel::~TreeModel() = default;
TreeModel::TreeModel(TreeModel&&) noexcept = default;
TreeModel& TreeModel::operator=(TreeModel&&) noexcept = default;

bool TreeModel::fitted() const
{
    return m_table.has_value();
}

Status TreeModel::begin(const TrainingSample& sample)
{
    m_growing.reset();
    if (sample.size() < kLeastRows) {
        return makeError(Code::FailedPrecondition, "too few rows to grow trees from");
    }
    auto growing = std::make_unique<Growing>();
    ISO_TRY(growing->matrix.open(sample.inputs()));
    ISO_TRY(checked(XGDMatrixSetFloatInfo(growing->matrix.handle(), "label",
                                          sample.targets().data(), sample.size())));
    ISO_TRY(growing->booster.begin(growing->matrix, m_tuning));
    m_growing = std::move(growing);
    return {};
}

Result<TreeModel::Growth> TreeModel::grow(int rounds)
{
    ISO_CHECK(m_growing != nullptr);
    for (; rounds > 0 && m_growing->round < m_tuning.treeRounds; --rounds) {
        const Status grown = m_growing->booster.grow(m_growing->matrix, m_growing->round++);
        if (!grown.ok()) {
            m_growing.reset();
            return grown.error();
        }
    }
    if (m_growing->round < m_tuning.treeRounds) {
        return Growth::More;
    }
    auto table = m_growing->booster.table();
    m_growing.reset();
    if (!table.ok()) {
        return table.error();
    }
    m_table = std::move(*table);
    return Growth::Done;
}

Result<std::vector<float>> TreeModel::predict(std::span<const FeatureRow> rows) const
{
    if (!fitted()) {
        return makeError(Code::FailedPrecondition, "the trees are not grown yet");
    }
    return m_table->predict(rows);
}

} // namespace isotherm::predict
