// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace isotherm
{

/// Something to jump to: a shard, a view, a command.
struct SearchEntry
{
    QString title;
    QString detail;
    std::function<void()> run;
};

/// Ctrl+K: type a few letters, Enter goes there.
class SearchPalette : public QDialog
{
    Q_OBJECT

public:
    explicit SearchPalette(QWidget* parent = nullptr);

    void open(std::vector<SearchEntry> entries);

    /// The entries that contain every word of `query`, best first: titles that start with it.
    [[nodiscard]] static std::vector<std::size_t> matches(const std::vector<SearchEntry>& entries,
                                                          const QString& query);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refill();
    void runCurrent();

    QLineEdit* m_input;
    QListWidget* m_list;
    std::vector<SearchEntry> m_entries;
};

} // namespace isotherm
