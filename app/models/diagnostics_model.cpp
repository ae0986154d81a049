// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/diagnostics_model.h"

#include "app/viewmath/text.h"

namespace isotherm
{

DiagnosticsModel::DiagnosticsModel(QObject* parent) : RecordTable<Diagnostic>(parent) {}

void DiagnosticsModel::setDiagnostics(std::vector<Diagnostic> diagnostics)
{
    std::ranges::stable_sort(diagnostics, std::greater{}, &Diagnostic::level);
    setSnapshot(std::move(diagnostics));
}

QString DiagnosticsModel::levelText(DiagnosticLevel level)
{
    switch (level) {
    case DiagnosticLevel::Info:
        return tr("note");
    case DiagnosticLevel::Warning:
        return tr("warning");
    case DiagnosticLevel::Critical:
        return tr("critical");
    }
    return {};
}

int DiagnosticsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DiagnosticsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Diagnostic& diagnostic = record(index.row());
    if (role == LevelRole) {
        return static_cast<int>(diagnostic.level);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    switch (index.column()) {
    case Level:
        return levelText(diagnostic.level);
    case Message:
        return text::fromUtf8(diagnostic.message);
    case Hint:
        return text::fromUtf8(diagnostic.hint);
    case Name:
        return text::fromUtf8(diagnostic.code);
    default:
        return {};
    }
}

QVariant DiagnosticsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Level:
        return tr("Level");
    case Message:
        return tr("What");
    case Hint:
        return tr("What to do");
    case Name:
        return tr("Name");
    default:
        return {};
    }
}

bool DiagnosticsModel::sameKey(const Diagnostic& a, const Diagnostic& b) const
{
    return a.code == b.code && a.message == b.message;
}

} // namespace isotherm
