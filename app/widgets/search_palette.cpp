// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/search_palette.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr std::size_t kShown = 60;

} // namespace

SearchPalette::SearchPalette(QWidget* parent)
    : QDialog(parent, Qt::Popup | Qt::FramelessWindowHint), m_input(new QLineEdit(this)),
      m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("searchPalette"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 10, 10);
    m_input->setPlaceholderText(tr("Jump to a shard, a view or a command"));
    m_input->setClearButtonEnabled(true);
    m_input->installEventFilter(this);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    layout->addWidget(m_input);
    layout->addWidget(m_list, 1);
    connect(m_input, &QLineEdit::textChanged, this, &SearchPalette::refill);
    connect(m_input, &QLineEdit::returnPressed, this, &SearchPalette::runCurrent);
    connect(m_list, &QListWidget::itemClicked, this, &SearchPalette::runCurrent);
    resize(520, 380);
}

void SearchPalette::open(std::vector<SearchEntry> entries)
{
    m_entries = std::move(entries);
    m_input->clear();
    refill();
    if (const QWidget* owner = parentWidget()) {
        const QPoint top = owner->mapToGlobal(QPoint((owner->width() - width()) / 2, 90));
        move(top);
    }
    show();
    m_input->setFocus();
}

std::vector<std::size_t> SearchPalette::matches(const std::vector<SearchEntry>& entries,
                                                const QString& query)
{
    const QStringList words = query.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const QString haystack = entries[i].title + QLatin1Char(' ') + entries[i].detail;
        if (std::ranges::all_of(words, [&](const QString& word) {
                return haystack.contains(word, Qt::CaseInsensitive);
            })) {
            found.push_back(i);
        }
    }
    const QString start = query.simplified();
    std::ranges::stable_sort(found, std::greater{}, [&](std::size_t i) {
        return entries[i].title.startsWith(start, Qt::CaseInsensitive);
    });
    return found;
}

void SearchPalette::refill()
{
    m_list->clear();
    for (const std::size_t i : matches(m_entries, m_input->text())) {
        if (static_cast<std::size_t>(m_list->count()) == kShown) {
            break;
        }
        const SearchEntry& entry = m_entries[i];
        auto* item = new QListWidgetItem(entry.detail.isEmpty()
                                             ? entry.title
                                             : entry.title + QStringLiteral("    ") + entry.detail,
                                         m_list);
        item->setData(Qt::UserRole, static_cast<int>(i));
    }
    m_list->setCurrentRow(0);
}

void SearchPalette::runCurrent()
{
    const QListWidgetItem* item = m_list->currentItem();
    hide();
    if (item != nullptr) {
        const auto run =
            m_entries.at(static_cast<std::size_t>(item->data(Qt::UserRole).toInt())).run;
        run();
    }
}

bool SearchPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_input && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            const int row = m_list->currentRow() + (key == Qt::Key_Down ? 1 : -1);
            m_list->setCurrentRow(std::clamp(row, 0, std::max(0, m_list->count() - 1)));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace isotherm
