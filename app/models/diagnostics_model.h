// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "shared/model/records.h"

namespace isotherm
{

/// What the operator should know now, worst first.
class DiagnosticsModel : public RecordTable<Diagnostic>
{
    Q_OBJECT

public:
    enum Column { Level, Message, Hint, Name, ColumnCount };
    enum DiagnosticsRole { LevelRole = Qt::UserRole };

    explicit DiagnosticsModel(QObject* parent = nullptr);

    void setDiagnostics(std::vector<Diagnostic> diagnostics);
    [[nodiscard]] static QString levelText(DiagnosticLevel level);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const Diagnostic& a, const Diagnostic& b) const override;
};

} // namespace isotherm
