<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
    <context>
        <name>Change</name>
        <message numerus="yes">
            <source>Merge %n shard(s): %1</source>
            <translation>
                <numerusform>%n Shard zusammenlegen: %1</numerusform>
                <numerusform>%n Shards zusammenlegen: %1</numerusform>
            </translation>
        </message>
        <message>
            <source>Split %1 into %2</source>
            <translation>%1 in %2 teilen</translation>
        </message>
        <message>
            <source>waits for a decision</source>
            <translation>wartet auf eine Entscheidung</translation>
        </message>
        <message>
            <source>running</source>
            <translation>läuft</translation>
        </message>
        <message>
            <source>done</source>
            <translation>fertig</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>abgelehnt</translation>
        </message>
        <message>
            <source>expired</source>
            <translation>abgelaufen</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>fehlgeschlagen</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>abgebrochen</translation>
        </message>
        <message>
            <source>good</source>
            <translation>gut</translation>
        </message>
        <message>
            <source>note</source>
            <translation>Hinweis</translation>
        </message>
        <message>
            <source>blocks</source>
            <translation>verhindert es</translation>
        </message>
        <message>
            <source>%1 of the limit now</source>
            <translation>jetzt %1 der Grenze</translation>
        </message>
        <message>
            <source>forecast peak %1</source>
            <translation>vorhergesagte Spitze %1</translation>
        </message>
        <message>
            <source>overload %1 probable</source>
            <translation>Überlast zu %1 wahrscheinlich</translation>
        </message>
        <message>
            <source>node %1 busy</source>
            <translation>Knoten zu %1 ausgelastet</translation>
        </message>
        <message>
            <source>%1 of the node's load</source>
            <translation>%1 der Last des Knotens</translation>
        </message>
        <message>
            <source>copies %1, %2 rows</source>
            <translation>kopiert %1, %2 Zeilen</translation>
        </message>
        <message>
            <source>about %1</source>
            <translation>etwa %1</translation>
        </message>
        <message>
            <source>writers wait at most %1 at the switch</source>
            <translation>Schreibende warten beim Umschalten höchstens %1</translation>
        </message>
        <message>
            <source>%1 said yes</source>
            <translation>%1 hat zugestimmt</translation>
        </message>
        <message>
            <source>%1 said no</source>
            <translation>%1 hat abgelehnt</translation>
        </message>
        <message>
            <source>%1 of %2 approvals</source>
            <translation>%1 von %2 Zustimmungen</translation>
        </message>
    </context>
    <context>
        <name>Exporter</name>
        <message>
            <source>PNG pictures (*.png)</source>
            <translation>PNG-Bilder (*.png)</translation>
        </message>
        <message>
            <source>SVG drawings (*.svg)</source>
            <translation>SVG-Zeichnungen (*.svg)</translation>
        </message>
        <message>
            <source>CSV tables (*.csv)</source>
            <translation>CSV-Tabellen (*.csv)</translation>
        </message>
        <message>
            <source>Export the view</source>
            <translation>Ansicht exportieren</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>%1 gespeichert</translation>
        </message>
        <message>
            <source>Cannot write %1: %2</source>
            <translation>%1 kann nicht geschrieben werden: %2</translation>
        </message>
    </context>
    <context>
        <name>Menus</name>
        <message>
            <source>&amp;Cluster</source>
            <translation>&amp;Cluster</translation>
        </message>
        <message>
            <source>&amp;Connect…</source>
            <translation>&amp;Verbinden …</translation>
        </message>
        <message>
            <source>&amp;Refresh</source>
            <translation>&amp;Aktualisieren</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>&amp;Beenden</translation>
        </message>
        <message>
            <source>&amp;Theme</source>
            <translation>&amp;Farbschema</translation>
        </message>
        <message>
            <source>As the &amp;desktop</source>
            <translation>Wie der &amp;Desktop</translation>
        </message>
        <message>
            <source>&amp;Light</source>
            <translation>&amp;Hell</translation>
        </message>
        <message>
            <source>D&amp;ark</source>
            <translation>D&amp;unkel</translation>
        </message>
        <message>
            <source>L&amp;anguage</source>
            <translation>S&amp;prache</translation>
        </message>
        <message>
            <source>As the desktop</source>
            <translation>Wie der Desktop</translation>
        </message>
        <message>
            <source>The language changes when the console is started again.</source>
            <translation>Die Sprache wechselt beim nächsten Start der Konsole.</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>&amp;Ansicht</translation>
        </message>
        <message>
            <source>&amp;Search…</source>
            <translation>&amp;Suchen …</translation>
        </message>
        <message>
            <source>&amp;Range…</source>
            <translation>&amp;Bereich …</translation>
        </message>
        <message>
            <source>&amp;Restore</source>
            <translation>Wieder&amp;herstellen</translation>
        </message>
        <message>
            <source>&amp;History</source>
            <translation>&amp;Verlauf</translation>
        </message>
        <message>
            <source>&amp;Window</source>
            <translation>&amp;Fenster</translation>
        </message>
        <message>
            <source>&amp;Reset the layout</source>
            <translation>Anordnung &amp;zurücksetzen</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Tasten</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>&amp;Hilfe</translation>
        </message>
        <message>
            <source>&amp;Keys…</source>
            <translation>&amp;Tasten …</translation>
        </message>
        <message>
            <source>&amp;About Isotherm…</source>
            <translation>Ü&amp;ber Isotherm …</translation>
        </message>
        <message>
            <source>About Isotherm</source>
            <translation>Über Isotherm</translation>
        </message>
        <message>
            <source>&lt;h3&gt;Isotherm %1&lt;/h3&gt;&lt;p&gt;Runs a sharded database by temperature.&lt;/p&gt;&lt;p&gt;The console is free software under the GNU General Public License, version 3 or later.&lt;/p&gt;</source>
            <translation>&lt;h3&gt;Isotherm %1&lt;/h3&gt;&lt;p&gt;Betreibt eine aufgeteilte Datenbank nach Temperatur.&lt;/p&gt;&lt;p&gt;Die Konsole ist freie Software unter der GNU General Public License, Version 3 oder neuer.&lt;/p&gt;</translation>
        </message>
        <message>
            <source>H&amp;eat</source>
            <translation>&amp;Wärme</translation>
        </message>
        <message>
            <source>E&amp;xport the view</source>
            <translation>Ansicht e&amp;xportieren</translation>
        </message>
        <message>
            <source>As P&amp;NG…</source>
            <translation>Als P&amp;NG …</translation>
        </message>
        <message>
            <source>As &amp;SVG…</source>
            <translation>Als &amp;SVG …</translation>
        </message>
        <message>
            <source>As &amp;CSV…</source>
            <translation>Als &amp;CSV …</translation>
        </message>
        <message>
            <source>&lt;table cellpadding='4'&gt;&lt;tr&gt;&lt;td&gt;Ctrl+1 … Ctrl+6&lt;/td&gt;&lt;td&gt;views&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+K&lt;/td&gt;&lt;td&gt;search&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F5&lt;/td&gt;&lt;td&gt;refresh&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;drag&lt;/td&gt;&lt;td&gt;select shards and a time&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;wheel, + and −, 0&lt;/td&gt;&lt;td&gt;zoom the time, all of it&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+wheel&lt;/td&gt;&lt;td&gt;zoom the keys&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Shift+wheel, Alt+drag&lt;/td&gt;&lt;td&gt;move&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Enter, Backspace&lt;/td&gt;&lt;td&gt;zoom to the selection, and back&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;arrows, Shift+arrows&lt;/td&gt;&lt;td&gt;move the cell, select&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Space&lt;/td&gt;&lt;td&gt;pin the numbers&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;R&lt;/td&gt;&lt;td&gt;restore the selection&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;L&lt;/td&gt;&lt;td&gt;follow live&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F&lt;/td&gt;&lt;td&gt;show forecasts&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Esc&lt;/td&gt;&lt;td&gt;cancel&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;</source>
            <translation>&lt;table cellpadding='4'&gt;&lt;tr&gt;&lt;td&gt;Ctrl+1 … Ctrl+6&lt;/td&gt;&lt;td&gt;Ansichten&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+K&lt;/td&gt;&lt;td&gt;suchen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F5&lt;/td&gt;&lt;td&gt;aktualisieren&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;ziehen&lt;/td&gt;&lt;td&gt;Shards und eine Zeit auswählen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Rad, + und −, 0&lt;/td&gt;&lt;td&gt;die Zeit vergrößern, alles zeigen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Strg+Rad&lt;/td&gt;&lt;td&gt;die Schlüssel vergrößern&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Umschalt+Rad, Alt+Ziehen&lt;/td&gt;&lt;td&gt;verschieben&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Eingabe, Rücktaste&lt;/td&gt;&lt;td&gt;Auswahl vergrößern, und zurück&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Pfeile, Umschalt+Pfeile&lt;/td&gt;&lt;td&gt;Zelle bewegen, auswählen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Leertaste&lt;/td&gt;&lt;td&gt;Zahlen anheften&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;R&lt;/td&gt;&lt;td&gt;Auswahl wiederherstellen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;L&lt;/td&gt;&lt;td&gt;live folgen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F&lt;/td&gt;&lt;td&gt;Vorhersagen zeigen&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Esc&lt;/td&gt;&lt;td&gt;abbrechen&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;</translation>
        </message>
    </context>
    <context>
        <name>Recovery</name>
        <message>
            <source>%1 inserted</source>
            <translation>%1 eingefügt</translation>
        </message>
        <message>
            <source>%1 updated</source>
            <translation>%1 geändert</translation>
        </message>
        <message>
            <source>%1 deleted</source>
            <translation>%1 gelöscht</translation>
        </message>
        <message>
            <source>%1 rows of today set aside</source>
            <translation>%1 heutige Zeilen zur Seite gelegt</translation>
        </message>
        <message>
            <source>made or dropped as a whole</source>
            <translation>als Ganzes angelegt oder gelöscht</translation>
        </message>
        <message>
            <source>%1 were as wanted</source>
            <translation>%1 waren schon wie gewünscht</translation>
        </message>
        <message>
            <source>%1 conflicts left alone</source>
            <translation>%1 Konflikte belassen</translation>
        </message>
        <message>
            <source>holds %1 rows</source>
            <translation>enthält %1 Zeilen</translation>
        </message>
        <message>
            <source>Copied back</source>
            <translation>Zurückkopiert</translation>
        </message>
        <message>
            <source>Replaced</source>
            <translation>Ersetzt</translation>
        </message>
        <message>
            <source>Written elsewhere</source>
            <translation>Anderswohin geschrieben</translation>
        </message>
        <message>
            <source>Undone</source>
            <translation>Rückgängig gemacht</translation>
        </message>
        <message>
            <source>Dropped</source>
            <translation>Gelöscht</translation>
        </message>
    </context>
    <context>
        <name>Text</name>
        <message>
            <source>reads/s</source>
            <translation>Lesungen/s</translation>
        </message>
        <message>
            <source>writes/s</source>
            <translation>Schreibungen/s</translation>
        </message>
        <message>
            <source>rows/s</source>
            <translation>Zeilen/s</translation>
        </message>
        <message>
            <source>B/s</source>
            <translation>B/s</translation>
        </message>
        <message>
            <source>Rows read</source>
            <translation>Gelesene Zeilen</translation>
        </message>
        <message>
            <source>Rows written</source>
            <translation>Geschriebene Zeilen</translation>
        </message>
        <message>
            <source>Rows read and written</source>
            <translation>Gelesene und geschriebene Zeilen</translation>
        </message>
        <message>
            <source>Bytes</source>
            <translation>Bytes</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>Temperatur</translation>
        </message>
        <message>
            <source>%1 ms</source>
            <translation>%1 ms</translation>
        </message>
        <message>
            <source>%1 s</source>
            <translation>%1 s</translation>
        </message>
        <message>
            <source>%1 min</source>
            <translation>%1 min</translation>
        </message>
        <message>
            <source>%1 h</source>
            <translation>%1 h</translation>
        </message>
        <message>
            <source>%1 d</source>
            <translation>%1 d</translation>
        </message>
        <message>
            <source>queued</source>
            <translation>wartet</translation>
        </message>
        <message>
            <source>running</source>
            <translation>läuft</translation>
        </message>
        <message>
            <source>done</source>
            <translation>fertig</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>fehlgeschlagen</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>abgebrochen</translation>
        </message>
        <message>
            <source>rolled back</source>
            <translation>zurückgerollt</translation>
        </message>
        <message>
            <source>backup</source>
            <translation>Sicherung</translation>
        </message>
        <message>
            <source>restore</source>
            <translation>Wiederherstellung</translation>
        </message>
        <message>
            <source>verify</source>
            <translation>Prüfung</translation>
        </message>
        <message>
            <source>full</source>
            <translation>voll</translation>
        </message>
        <message>
            <source>incremental</source>
            <translation>inkrementell</translation>
        </message>
        <message>
            <source>unchanged</source>
            <translation>unverändert</translation>
        </message>
        <message>
            <source>not verified</source>
            <translation>nicht geprüft</translation>
        </message>
        <message>
            <source>files present</source>
            <translation>Dateien vorhanden</translation>
        </message>
        <message>
            <source>decodes</source>
            <translation>lesbar</translation>
        </message>
        <message>
            <source>checksums verified</source>
            <translation>Prüfsummen geprüft</translation>
        </message>
        <message>
            <source>loaded</source>
            <translation>geladen</translation>
        </message>
        <message>
            <source>compared with the database</source>
            <translation>mit der Datenbank verglichen</translation>
        </message>
        <message>
            <source>viewer</source>
            <translation>Betrachter</translation>
        </message>
        <message>
            <source>operator</source>
            <translation>Operator</translation>
        </message>
        <message>
            <source>admin</source>
            <translation>Administrator</translation>
        </message>
        <message>
            <source>Hint: %1</source>
            <translation>Hinweis: %1</translation>
        </message>
        <message>
            <source>upkeep</source>
            <translation>Pflege</translation>
        </message>
        <message>
            <source>trial restore</source>
            <translation>Probe</translation>
        </message>
        <message>
            <source>reshard</source>
            <translation>Umschneiden</translation>
        </message>
        <message>
            <source>synthetic full</source>
            <translation>synthetisch voll</translation>
        </message>
    </context>
    <context>
        <name>isotherm::AlertsPanel</name>
        <message>
            <source>Nothing to report. The agent has no diagnostics now.</source>
            <translation>Nichts zu melden. Der Agent hat zurzeit keine Diagnosen.</translation>
        </message>
        <message>
            <source>Alerts</source>
            <translation>Warnungen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ApprovalsModel</name>
        <message>
            <source>State</source>
            <translation>Status</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Änderung</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Warum</translation>
        </message>
        <message>
            <source>To copy</source>
            <translation>Zu kopieren</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Pause</translation>
        </message>
        <message>
            <source>Expires</source>
            <translation>Läuft ab</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ApprovalsPanel</name>
        <message>
            <source>Nothing waits for a decision, and no change runs.</source>
            <translation>Nichts wartet auf eine Entscheidung, und keine Änderung läuft.</translation>
        </message>
        <message>
            <source>Review…</source>
            <translation>Prüfen …</translation>
        </message>
        <message>
            <source>Approvals</source>
            <translation>Freigaben</translation>
        </message>
        <message>
            <source>Choose a change first.</source>
            <translation>Erst eine Änderung wählen.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::AuditModel</name>
        <message>
            <source>SHA-256 %1</source>
            <translation>SHA-256 %1</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>Nr.</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>Wer</translation>
        </message>
        <message>
            <source>Action</source>
            <translation>Aktion</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>Ziel</translation>
        </message>
        <message>
            <source>Outcome</source>
            <translation>Ergebnis</translation>
        </message>
        <message>
            <source>From</source>
            <translation>Von</translation>
        </message>
    </context>
    <context>
        <name>isotherm::AuditPage</name>
        <message>
            <source>Filter…</source>
            <translation>Filtern …</translation>
        </message>
        <message>
            <source>Verify the chain</source>
            <translation>Kette prüfen</translation>
        </message>
        <message>
            <source>Export as CSV…</source>
            <translation>Als CSV exportieren …</translation>
        </message>
        <message>
            <source>Audit log</source>
            <translation>Audit-Protokoll</translation>
        </message>
        <message>
            <source>Verifying…</source>
            <translation>Wird geprüft …</translation>
        </message>
        <message>
            <source>The chain of %1 entries is intact.</source>
            <translation>Die Kette aus %1 Einträgen ist unversehrt.</translation>
        </message>
        <message>
            <source>The chain is BROKEN at entry %1 of %2.</source>
            <translation>Die Kette ist bei Eintrag %1 von %2 GEBROCHEN.</translation>
        </message>
        <message>
            <source>Export as CSV</source>
            <translation>Als CSV exportieren</translation>
        </message>
        <message>
            <source>CSV tables (*.csv)</source>
            <translation>CSV-Tabellen (*.csv)</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>%1 gespeichert</translation>
        </message>
        <message>
            <source>Cannot write %1: %2</source>
            <translation>%1 kann nicht geschrieben werden: %2</translation>
        </message>
    </context>
    <context>
        <name>isotherm::BackupLanesView</name>
        <message>
            <source>Backups of each shard along time</source>
            <translation>Sicherungen jedes Shards im Zeitverlauf</translation>
        </message>
        <message>
            <source>now</source>
            <translation>jetzt</translation>
        </message>
        <message>
            <source>never backed up: nothing can be restored</source>
            <translation>nie gesichert: nichts ist wiederherstellbar</translation>
        </message>
        <message>
            <source>+%1 →</source>
            <translation>+%1 →</translation>
        </message>
        <message>
            <source>full</source>
            <translation>voll</translation>
        </message>
        <message>
            <source>unchanged</source>
            <translation>unverändert</translation>
        </message>
        <message>
            <source>within the objective</source>
            <translation>innerhalb des Ziels</translation>
        </message>
        <message>
            <source>%1 backup, state as of %2</source>
            <translation>Sicherung (%1), Stand vom %2</translation>
        </message>
        <message>
            <source>%1 rows, %2 read, %3 stored in tier %4</source>
            <translation>%1 Zeilen, %2 gelesen, %3 gespeichert in Stufe %4</translation>
        </message>
        <message>
            <source>next backup due %1</source>
            <translation>nächste Sicherung fällig %1</translation>
        </message>
        <message>
            <source>%1 backup planned for %2: %3</source>
            <translation>Sicherung (%1) geplant für %2: %3</translation>
        </message>
        <message>
            <source>incremental</source>
            <translation>inkrementell</translation>
        </message>
        <message>
            <source>restorable to any commit</source>
            <translation>auf jeden Commit wiederherstellbar</translation>
        </message>
        <message>
            <source>gap</source>
            <translation>Lücke</translation>
        </message>
        <message>
            <source>objective exceeded</source>
            <translation>Ziel überschritten</translation>
        </message>
        <message>
            <source>full due</source>
            <translation>volle fällig</translation>
        </message>
        <message>
            <source>synthetic full due</source>
            <translation>synthetische volle fällig</translation>
        </message>
        <message>
            <source>incremental due</source>
            <translation>inkrementelle fällig</translation>
        </message>
        <message>
            <source>gap: only the backups beside it can be restored</source>
            <translation>Lücke: nur die Sicherungen daneben sind wiederherstellbar</translation>
        </message>
        <message>
            <source>gap: %1</source>
            <translation>Lücke: %1</translation>
        </message>
        <message>
            <source>nothing can be restored</source>
            <translation>nichts ist wiederherstellbar</translation>
        </message>
        <message>
            <source>only the backups themselves can be restored</source>
            <translation>nur die Sicherungen selbst sind wiederherstellbar</translation>
        </message>
        <message>
            <source>the newest backup was older than the objective</source>
            <translation>die neueste Sicherung war älter als das Ziel</translation>
        </message>
    </context>
    <context>
        <name>isotherm::BackupsPage</name>
        <message>
            <source>Back up now</source>
            <translation>Jetzt sichern</translation>
        </message>
        <message>
            <source>Restore selection…</source>
            <translation>Auswahl wiederherstellen …</translation>
        </message>
        <message>
            <source>Recovery point objectives, worst first</source>
            <translation>Wiederherstellungsziele (RPO), schlechteste zuerst</translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s)</source>
            <translation>
                <numerusform>%n Shard</numerusform>
                <numerusform>%n Shards</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s)</source>
            <translation>
                <numerusform>%n Sicherung</numerusform>
                <numerusform>%n Sicherungen</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 stored</source>
            <translation>%1 gespeichert</translation>
        </message>
        <message numerus="yes">
            <source>%n without backup</source>
            <translation>
                <numerusform>%n ohne Sicherung</numerusform>
                <numerusform>%n ohne Sicherung</numerusform>
            </translation>
        </message>
        <message>
            <source>No shards yet. Adopt a keyspace, or wait for the agent to answer.</source>
            <translation>Noch keine Shards. Übernehmen Sie einen Keyspace, oder warten Sie auf die Antwort des Agenten.</translation>
        </message>
        <message>
            <source>Back up all now</source>
            <translation>Alle jetzt sichern</translation>
        </message>
        <message numerus="yes">
            <source>Back up %n shard(s) now</source>
            <translation>
                <numerusform>%n Shard jetzt sichern</numerusform>
                <numerusform>%n Shards jetzt sichern</numerusform>
            </translation>
        </message>
        <message>
            <source>Starts a backup now, beside the schedule</source>
            <translation>Startet jetzt eine Sicherung, zusätzlich zum Zeitplan</translation>
        </message>
        <message>
            <source>Select one or more shards first.</source>
            <translation>Wählen Sie zuerst einen oder mehrere Shards aus.</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards (R)</source>
            <translation>Zeilen der ausgewählten Shards zurückholen (R)</translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s) started: see Jobs</source>
            <translation>
                <numerusform>%n Sicherung gestartet: siehe Aufträge</numerusform>
                <numerusform>%n Sicherungen gestartet: siehe Aufträge</numerusform>
            </translation>
        </message>
        <message>
            <source>Drill</source>
            <translation>Probe</translation>
        </message>
        <message>
            <source>Rotation ahead</source>
            <translation>Kommende Rotation</translation>
        </message>
        <message>
            <source>Show every backup that is planned for the coming rotation</source>
            <translation>Zeigt jede Sicherung, die für die kommende Rotation geplant ist</translation>
        </message>
        <message numerus="yes">
            <source>Drill %n shard(s)</source>
            <translation>
                <numerusform>%n Shard proben</numerusform>
                <numerusform>%n Shards proben</numerusform>
            </translation>
        </message>
        <message>
            <source>Restores into a scratch table, compares it with the database, and drops it again: the proof that backups can be restored</source>
            <translation>Stellt in eine Hilfstabelle wieder her, vergleicht sie mit der Datenbank und löscht sie wieder: der Beweis, dass Sicherungen taugen</translation>
        </message>
        <message numerus="yes">
            <source>%n trial restore(s) started: see Jobs</source>
            <translation>
                <numerusform>%n Probe begonnen: siehe Aufträge</numerusform>
                <numerusform>%n Proben begonnen: siehe Aufträge</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangeCard</name>
        <message>
            <source>✓  The dry run found nothing in the way.</source>
            <translation>✓  Der Probelauf fand kein Hindernis.</translation>
        </message>
        <message>
            <source>The new shards</source>
            <translation>Die neuen Shards</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Grund</translation>
        </message>
        <message>
            <source>Show on the map</source>
            <translation>Auf der Karte zeigen</translation>
        </message>
        <message>
            <source>Put the cuts back</source>
            <translation>Schnitte zurücksetzen</translation>
        </message>
        <message>
            <source>Propose these cuts</source>
            <translation>Diese Schnitte vorschlagen</translation>
        </message>
        <message>
            <source>Reject</source>
            <translation>Ablehnen</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>Freigeben</translation>
        </message>
        <message>
            <source>limit crossed at %1</source>
            <translation>Grenze überschritten um %1</translation>
        </message>
        <message>
            <source>can be cancelled until the switch</source>
            <translation>bis zum Umschalten abbrechbar</translation>
        </message>
        <message>
            <source>Bars: load; lines: rows. The parts' loads are %1 apart (0 % is even). Drag a cut to try another.</source>
            <translation>Balken: Last; Linien: Zeilen. Die Lasten der Teile liegen %1 auseinander (0 % ist gleich). Einen Schnitt ziehen, um einen anderen zu versuchen.</translation>
        </message>
        <message>
            <source>expires %1</source>
            <translation>läuft %1 ab</translation>
        </message>
        <message>
            <source>proposed by %1 at %2</source>
            <translation>vorgeschlagen von %1 um %2</translation>
        </message>
        <message>
            <source>%1 behind</source>
            <translation>%1 zurück</translation>
        </message>
        <message>
            <source>change %1 takes it back</source>
            <translation>Änderung %1 nimmt es zurück</translation>
        </message>
        <message>
            <source>The agent has been asked.</source>
            <translation>Der Agent ist gefragt.</translation>
        </message>
        <message>
            <source>The cuts were moved: propose them, or put them back.</source>
            <translation>Die Schnitte wurden verschoben: vorschlagen oder zurücksetzen.</translation>
        </message>
        <message>
            <source>Say why first.</source>
            <translation>Erst den Grund nennen.</translation>
        </message>
        <message>
            <source>Starts once enough people have said yes</source>
            <translation>Beginnt, sobald genug zugestimmt haben</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangePartsModel</name>
        <message>
            <source>%1 (one hot key)</source>
            <translation>%1 (ein heißer Schlüssel)</translation>
        </message>
        <message>
            <source>New shard</source>
            <translation>Neuer Shard</translation>
        </message>
        <message>
            <source>Share of the load</source>
            <translation>Anteil der Last</translation>
        </message>
        <message>
            <source>Load now</source>
            <translation>Last jetzt</translation>
        </message>
        <message>
            <source>Forecast peak</source>
            <translation>Vorhergesagte Spitze</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangesPage</name>
        <message>
            <source>Check (dry run)</source>
            <translation>Prüfen (Probelauf)</translation>
        </message>
        <message>
            <source>Hot, and not split</source>
            <translation>Heiß und nicht geteilt</translation>
        </message>
        <message>
            <source>The changes could not be read</source>
            <translation>Die Änderungen konnten nicht gelesen werden</translation>
        </message>
        <message>
            <source>Reading changes…</source>
            <translation>Änderungen werden gelesen …</translation>
        </message>
        <message>
            <source>Not connected</source>
            <translation>Nicht verbunden</translation>
        </message>
        <message>
            <source>No split or merge has been proposed.

The planner proposes one when a shard is or will be too hot. To propose one yourself, select a shard (split) or neighbours (merge).</source>
            <translation>Keine Teilung oder Zusammenlegung ist vorgeschlagen.

Der Planer schlägt eine vor, wenn ein Shard zu heiß ist oder wird. Um selbst eine vorzuschlagen, einen Shard (teilen) oder Nachbarn (zusammenlegen) wählen.</translation>
        </message>
        <message numerus="yes">
            <source>%n wait(s) for a decision</source>
            <translation>
                <numerusform>%n wartet auf eine Entscheidung</numerusform>
                <numerusform>%n warten auf eine Entscheidung</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hot shard(s) not split</source>
            <translation>
                <numerusform>%n heißer Shard nicht geteilt</numerusform>
                <numerusform>%n heiße Shards nicht geteilt</numerusform>
            </translation>
        </message>
        <message>
            <source>Next: %1</source>
            <translation>Als Nächstes: %1</translation>
        </message>
        <message>
            <source>Propose a merge</source>
            <translation>Zusammenlegung vorschlagen</translation>
        </message>
        <message>
            <source>Propose a split</source>
            <translation>Teilung vorschlagen</translation>
        </message>
        <message>
            <source>Select a shard to split, or neighbours to merge, on the heat map.</source>
            <translation>Auf der Wärmekarte einen Shard zum Teilen oder Nachbarn zum Zusammenlegen auswählen.</translation>
        </message>
        <message>
            <source>Proposed: %1</source>
            <translation>Vorgeschlagen: %1</translation>
        </message>
        <message>
            <source>This was only looked at: propose it to have it decided.</source>
            <translation>Das war nur eine Prüfung: zum Entscheiden vorschlagen.</translation>
        </message>
        <message>
            <source>Approved: %1</source>
            <translation>Freigegeben: %1</translation>
        </message>
        <message>
            <source>Rejected: %1</source>
            <translation>Abgelehnt: %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::CliPanel</name>
        <message>
            <source>The same on the command line</source>
            <translation>Dasselbe auf der Kommandozeile</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ClusterBadge</name>
        <message>
            <source>no cluster</source>
            <translation>kein Cluster</translation>
        </message>
        <message>
            <source>%1 %2, agent %3</source>
            <translation>%1 %2, Agent %3</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ClusterState</name>
        <message>
            <source>Not connected to the agent: changes are off until the connection is back.</source>
            <translation>Keine Verbindung zum Agenten: Änderungen sind aus, bis sie wieder besteht.</translation>
        </message>
        <message>
            <source>Your role is viewer: changes need the role operator.</source>
            <translation>Ihre Rolle ist Betrachter: Änderungen brauchen die Rolle Operator.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ConnectDialog</name>
        <message>
            <source>Test the connection</source>
            <translation>Verbindung testen</translation>
        </message>
        <message>
            <source>Connect</source>
            <translation>Verbinden</translation>
        </message>
        <message>
            <source>Connect to an agent</source>
            <translation>Mit einem Agenten verbinden</translation>
        </message>
        <message>
            <source>A profile holds the agent's address and your certificate. An administrator makes one with “isotherm-agent enroll NAME --role operator --out profile.json”.</source>
            <translation>Ein Profil enthält die Adresse des Agenten und Ihr Zertifikat. Ein Administrator erstellt es mit „isotherm-agent enroll NAME --role operator --out profile.json“.</translation>
        </message>
        <message>
            <source>Browse…</source>
            <translation>Durchsuchen …</translation>
        </message>
        <message>
            <source>Profile file</source>
            <translation>Profildatei</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>Passphrase</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Profiles (*.json);;All files (*)</source>
            <translation>Profile (*.json);;Alle Dateien (*)</translation>
        </message>
        <message>
            <source>not needed</source>
            <translation>nicht nötig</translation>
        </message>
        <message>
            <source>Asking %1…</source>
            <translation>%1 wird gefragt …</translation>
        </message>
        <message>
            <source>The agent answers: cluster %1 (%2), agent %3, you are %4 (%5).</source>
            <translation>Der Agent antwortet: Cluster %1 (%2), Agent %3, Sie sind %4 (%5).</translation>
        </message>
    </context>
    <context>
        <name>isotherm::DiagnosticsModel</name>
        <message>
            <source>note</source>
            <translation>Hinweis</translation>
        </message>
        <message>
            <source>warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <source>critical</source>
            <translation>kritisch</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>Stufe</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Was</translation>
        </message>
        <message>
            <source>What to do</source>
            <translation>Was zu tun ist</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Name</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ForecastErrorChart</name>
        <message>
            <source>Forecast error by how long ahead</source>
            <translation>Vorhersagefehler nach Vorlauf</translation>
        </message>
        <message>
            <source>Forecast error (0.1 is about 10 %)</source>
            <translation>Vorhersagefehler (0,1 sind etwa 10 %)</translation>
        </message>
        <message>
            <source>Isotherm</source>
            <translation>Isotherm</translation>
        </message>
        <message>
            <source>as yesterday or last week</source>
            <translation>wie gestern oder letzte Woche</translation>
        </message>
        <message>
            <source>no forecast has come true yet</source>
            <translation>noch ist keine Vorhersage eingetreten</translation>
        </message>
        <message>
            <source>made ahead by</source>
            <translation>Vorlauf</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ForecastPanel</name>
        <message>
            <source>made %1</source>
            <translation>gemacht %1</translation>
        </message>
        <message>
            <source>learned from %1 on</source>
            <translation>gelernt ab %1</translation>
        </message>
        <message>
            <source>%1 of %2 series drift</source>
            <translation>%1 von %2 Reihen weichen ab</translation>
        </message>
        <message>
            <source>forecast only: nothing acts on it</source>
            <translation>nur Vorhersage: nichts handelt danach</translation>
        </message>
        <message>
            <source>%1 ahead without %2: it loses to yesterday or last week</source>
            <translation>%1 voraus ohne %2: es verliert gegen gestern oder letzte Woche</translation>
        </message>
        <message>
            <source>No forecast yet.</source>
            <translation>Noch keine Vorhersage.</translation>
        </message>
        <message>
            <source>Select a shard to see what is expected of it</source>
            <translation>Einen Shard wählen, um zu sehen, was von ihm erwartet wird</translation>
        </message>
        <message>
            <source>Forecasts are of rows read and written: choose that metric</source>
            <translation>Vorhersagen gelten gelesenen und geschriebenen Zeilen: diese Messgröße wählen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatActions</name>
        <message>
            <source>Inferno</source>
            <translation>Inferno</translation>
        </message>
        <message>
            <source>Cividis</source>
            <translation>Cividis</translation>
        </message>
        <message>
            <source>Viridis</source>
            <translation>Viridis</translation>
        </message>
        <message>
            <source>Greys</source>
            <translation>Graustufen</translation>
        </message>
        <message>
            <source>&amp;Zoom to selection</source>
            <translation>&amp;Auswahl vergrößern</translation>
        </message>
        <message>
            <source>Show only what is selected (Enter)</source>
            <translation>Nur die Auswahl zeigen (Eingabe)</translation>
        </message>
        <message>
            <source>&amp;Restore selection…</source>
            <translation>Auswahl &amp;wiederherstellen …</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards, as they were before the selected time (R)</source>
            <translation>Zeilen der ausgewählten Shards zurückholen, wie sie vor der ausgewählten Zeit waren (R)</translation>
        </message>
        <message>
            <source>Zoom &amp;in</source>
            <translation>Ver&amp;größern</translation>
        </message>
        <message>
            <source>Show half of the time (+)</source>
            <translation>Die Hälfte der Zeit zeigen (+)</translation>
        </message>
        <message>
            <source>Zoom &amp;out</source>
            <translation>Ver&amp;kleinern</translation>
        </message>
        <message>
            <source>Show twice the time (−)</source>
            <translation>Die doppelte Zeit zeigen (−)</translation>
        </message>
        <message>
            <source>&amp;Back</source>
            <translation>&amp;Zurück</translation>
        </message>
        <message>
            <source>To where you zoomed in from (Backspace)</source>
            <translation>Dorthin, von wo Sie vergrößert haben (Rücktaste)</translation>
        </message>
        <message>
            <source>R&amp;eset</source>
            <translation>Alles &amp;zeigen</translation>
        </message>
        <message>
            <source>Show all rows and the whole range (0)</source>
            <translation>Alle Zeilen und den ganzen Bereich zeigen (0)</translation>
        </message>
        <message>
            <source>&amp;Follow live</source>
            <translation>&amp;Live folgen</translation>
        </message>
        <message>
            <source>Keep the right edge at now (L)</source>
            <translation>Den rechten Rand bei jetzt halten (L)</translation>
        </message>
        <message>
            <source>&amp;Logarithmic scale</source>
            <translation>&amp;Logarithmisch</translation>
        </message>
        <message>
            <source>Three decades: small differences among cold shards show</source>
            <translation>Drei Dekaden: kleine Unterschiede kalter Shards werden sichtbar</translation>
        </message>
        <message>
            <source>Show &amp;peaks</source>
            <translation>&amp;Spitzen zeigen</translation>
        </message>
        <message>
            <source>Draw the maximum of each cell; off: the mean</source>
            <translation>Das Maximum jeder Zelle zeichnen; aus: den Mittelwert</translation>
        </message>
        <message>
            <source>Show as &amp;table…</source>
            <translation>Als &amp;Tabelle zeigen …</translation>
        </message>
        <message>
            <source>The same numbers as a table, for screen readers</source>
            <translation>Dieselben Zahlen als Tabelle, für Bildschirmleser</translation>
        </message>
        <message>
            <source>Export as P&amp;NG…</source>
            <translation>Als P&amp;NG exportieren …</translation>
        </message>
        <message>
            <source>Save the picture</source>
            <translation>Das Bild speichern</translation>
        </message>
        <message>
            <source>Export as &amp;CSV…</source>
            <translation>Als &amp;CSV exportieren …</translation>
        </message>
        <message>
            <source>Save the numbers on screen</source>
            <translation>Die gezeigten Zahlen speichern</translation>
        </message>
        <message>
            <source>&amp;Metric</source>
            <translation>&amp;Messgröße</translation>
        </message>
        <message>
            <source>&amp;Colours</source>
            <translation>&amp;Farben</translation>
        </message>
        <message>
            <source>Show &amp;forecasts</source>
            <translation>&amp;Vorhersagen zeigen</translation>
        </message>
        <message>
            <source>Draw what is expected right of now, hatched (F)</source>
            <translation>Zeichnet rechts von jetzt schraffiert, was erwartet wird (F)</translation>
        </message>
        <message>
            <source>Show &amp;past forecasts</source>
            <translation>&amp;Frühere Vorhersagen zeigen</translation>
        </message>
        <message>
            <source>Lay what was expected an hour before over what happened, along the lower edge of each row</source>
            <translation>Legt, was eine Stunde zuvor erwartet wurde, am unteren Rand jeder Zeile über das, was geschah</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatCanvas</name>
        <message>
            <source>Heat map</source>
            <translation>Wärmekarte</translation>
        </message>
        <message>
            <source>Heat by key and time. Arrow keys move the cell, Shift and arrow keys select, R restores the selection. The same numbers are in Heat, Show as table.</source>
            <translation>Wärme nach Schlüssel und Zeit. Pfeiltasten bewegen die Zelle, Umschalt und Pfeiltasten wählen aus, R stellt die Auswahl wieder her. Dieselben Zahlen stehen unter Wärme, Als Tabelle zeigen.</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>nicht gemessen</translation>
        </message>
        <message>
            <source>mean %1</source>
            <translation>Mittel %1</translation>
        </message>
        <message>
            <source>max %1</source>
            <translation>Maximum %1</translation>
        </message>
        <message>
            <source>until %1 (%2)</source>
            <translation>bis %1 (%2)</translation>
        </message>
        <message>
            <source>expected %1</source>
            <translation>erwartet %1</translation>
        </message>
        <message>
            <source>80 %: %1 to %2</source>
            <translation>80 %: %1 bis %2</translation>
        </message>
        <message>
            <source>an hour before, %1 was expected</source>
            <translation>eine Stunde zuvor wurde %1 erwartet</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatLegend</name>
        <message>
            <source>Colour scale</source>
            <translation>Farbskala</translation>
        </message>
        <message>
            <source>hot</source>
            <translation>heiß</translation>
        </message>
        <message>
            <source>warm</source>
            <translation>warm</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>nicht gemessen</translation>
        </message>
        <message>
            <source>forecast</source>
            <translation>Vorhersage</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatPage</name>
        <message>
            <source>Metric</source>
            <translation>Messgröße</translation>
        </message>
        <message>
            <source>What the colours show</source>
            <translation>Was die Farben zeigen</translation>
        </message>
        <message>
            <source>Brightness</source>
            <translation>Helligkeit</translation>
        </message>
        <message>
            <source>Lifts or lowers the colours of small values; the legend follows</source>
            <translation>Hebt oder senkt die Farben kleiner Werte; die Legende folgt</translation>
        </message>
        <message>
            <source>Drag over the map to select shards and a time first.</source>
            <translation>Ziehen Sie zuerst über die Karte, um Shards und eine Zeit auszuwählen.</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards, as they were before the selected time (R)</source>
            <translation>Zeilen der ausgewählten Shards zurückholen, wie sie vor der ausgewählten Zeit waren (R)</translation>
        </message>
        <message>
            <source>The heat of this range could not be read</source>
            <translation>Die Wärme dieses Bereichs konnte nicht gelesen werden</translation>
        </message>
        <message>
            <source>Not connected</source>
            <translation>Nicht verbunden</translation>
        </message>
        <message>
            <source>Heat appears as soon as the agent answers.</source>
            <translation>Die Wärme erscheint, sobald der Agent antwortet.</translation>
        </message>
        <message>
            <source>Reading heat…</source>
            <translation>Wärme wird gelesen …</translation>
        </message>
        <message>
            <source>No samples yet</source>
            <translation>Noch keine Messwerte</translation>
        </message>
        <message>
            <source>The first column appears in about 10 s.</source>
            <translation>Die erste Spalte erscheint in etwa 10 s.</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>%1 gespeichert</translation>
        </message>
        <message>
            <source>Cannot write %1: %2</source>
            <translation>%1 kann nicht geschrieben werden: %2</translation>
        </message>
        <message>
            <source>Export as PNG</source>
            <translation>Als PNG exportieren</translation>
        </message>
        <message>
            <source>PNG pictures (*.png)</source>
            <translation>PNG-Bilder (*.png)</translation>
        </message>
        <message>
            <source>Export as CSV</source>
            <translation>Als CSV exportieren</translation>
        </message>
        <message>
            <source>CSV tables (*.csv)</source>
            <translation>CSV-Tabellen (*.csv)</translation>
        </message>
        <message>
            <source>There is no forecast of this metric yet: forecasts are of rows and of temperature</source>
            <translation>Für diese Messgröße gibt es noch keine Vorhersage: es gibt sie für Zeilen und Temperatur</translation>
        </message>
        <message>
            <source>Draw what is expected right of now, hatched (F)</source>
            <translation>Zeichnet rechts von jetzt schraffiert, was erwartet wird (F)</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatTableDialog</name>
        <message>
            <source>Heat as a table</source>
            <translation>Wärme als Tabelle</translation>
        </message>
        <message>
            <source>%1, mean of each column of time, newest first. The tool tip has the maximum.</source>
            <translation>%1, Mittel jeder Zeitspalte, neueste zuerst. Der Kurzhinweis zeigt das Maximum.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatTableModel</name>
        <message>
            <source>not measured</source>
            <translation>nicht gemessen</translation>
        </message>
        <message>
            <source>max %1</source>
            <translation>Maximum %1</translation>
        </message>
        <message>
            <source>forecast %1</source>
            <translation>Vorhersage %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatView</name>
        <message>
            <source>Mean of each row over the time on screen</source>
            <translation>Mittel jeder Zeile über die gezeigte Zeit</translation>
        </message>
        <message>
            <source>up to %1</source>
            <translation>bis %1</translation>
        </message>
        <message>
            <source>The histogram above: mean of all rows on screen</source>
            <translation>Das Histogramm oben: Mittel aller gezeigten Zeilen</translation>
        </message>
        <message>
            <source>The histogram above: all rows on screen together</source>
            <translation>Das Histogramm oben: alle gezeigten Zeilen zusammen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::InspectorPanel</name>
        <message>
            <source>Restore selection…</source>
            <translation>Auswahl wiederherstellen …</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards (R)</source>
            <translation>Zeilen der ausgewählten Shards zurückholen (R)</translation>
        </message>
        <message>
            <source>Nothing selected</source>
            <translation>Nichts ausgewählt</translation>
        </message>
        <message>
            <source>Drag over the heat map, or click a shard in the Navigator.</source>
            <translation>Ziehen Sie über die Wärmekarte, oder klicken Sie im Navigator auf einen Shard.</translation>
        </message>
        <message>
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <source>Until</source>
            <translation>Bis</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>Temperatur</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>Vorhergesagt</translation>
        </message>
        <message>
            <source>Load</source>
            <translation>Last</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>Größe</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>Knoten</translation>
        </message>
        <message>
            <source>Objective</source>
            <translation>Ziel</translation>
        </message>
        <message>
            <source>At risk now</source>
            <translation>Jetzt gefährdet</translation>
        </message>
        <message>
            <source>everything: no backup</source>
            <translation>alles: keine Sicherung</translation>
        </message>
        <message>
            <source>Last backup</source>
            <translation>Letzte Sicherung</translation>
        </message>
        <message>
            <source>never</source>
            <translation>nie</translation>
        </message>
        <message>
            <source>Next backup</source>
            <translation>Nächste Sicherung</translation>
        </message>
        <message>
            <source>Why then</source>
            <translation>Warum dann</translation>
        </message>
        <message>
            <source>Tier</source>
            <translation>Stufe</translation>
        </message>
        <message>
            <source>Proof</source>
            <translation>Nachweis</translation>
        </message>
        <message>
            <source>Not covered</source>
            <translation>Nicht enthalten</translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s)</source>
            <translation>
                <numerusform>%n Shard</numerusform>
                <numerusform>%n Shards</numerusform>
            </translation>
        </message>
        <message>
            <source>Hottest</source>
            <translation>Am heißesten</translation>
        </message>
    </context>
    <context>
        <name>isotherm::JobsModel</name>
        <message>
            <source>%1 rows</source>
            <translation>%1 Zeilen</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 von %2</translation>
        </message>
        <message>
            <source>asked for by %1</source>
            <translation>angefordert von %1</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>Job</source>
            <translation>Auftrag</translation>
        </message>
        <message>
            <source>Phase</source>
            <translation>Phase</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>Fortschritt</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>Rate</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>Erstellt</translation>
        </message>
        <message>
            <source>Outcome</source>
            <translation>Ergebnis</translation>
        </message>
    </context>
    <context>
        <name>isotherm::JobsPanel</name>
        <message>
            <source>Cancel job</source>
            <translation>Auftrag abbrechen</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>Aufträge</translation>
        </message>
        <message>
            <source>Jobs belong to the agent: you may close this window.</source>
            <translation>Aufträge gehören dem Agenten: Sie dürfen dieses Fenster schließen.</translation>
        </message>
        <message>
            <source>Stops the job; what it made so far is rolled back</source>
            <translation>Hält den Auftrag an; was er bisher getan hat, wird zurückgenommen</translation>
        </message>
        <message>
            <source>Choose a job that runs or waits.</source>
            <translation>Wählen Sie einen Auftrag, der läuft oder wartet.</translation>
        </message>
        <message>
            <source>Asked the agent to cancel the job.</source>
            <translation>Der Agent wurde gebeten, den Auftrag abzubrechen.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::KeyAxis</name>
        <message>
            <source>Click a key range to select its shard; Shift adds to the selection.</source>
            <translation>Klicken Sie auf einen Schlüsselbereich, um seinen Shard auszuwählen; Umschalt erweitert die Auswahl.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::KeyHistogramView</name>
        <message>
            <source>Load along the keys, with cut points</source>
            <translation>Last entlang der Schlüssel, mit Schnitten</translation>
        </message>
        <message>
            <source>no keys were sampled yet</source>
            <translation>noch keine Schlüssel erfasst</translation>
        </message>
        <message>
            <source>the key %1</source>
            <translation>der Schlüssel %1</translation>
        </message>
        <message>
            <source>keys from %1</source>
            <translation>Schlüssel ab %1</translation>
        </message>
        <message>
            <source>%1 of the load, %2 of the rows</source>
            <translation>%1 der Last, %2 der Zeilen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::LogPanel</name>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>connecting to %1</source>
            <translation>Verbindung zu %1 wird aufgebaut</translation>
        </message>
        <message>
            <source>connected to %1</source>
            <translation>mit %1 verbunden</translation>
        </message>
        <message>
            <source>connection to %1 lost: %2</source>
            <translation>Verbindung zu %1 verloren: %2</translation>
        </message>
    </context>
    <context>
        <name>isotherm::MainWindow</name>
        <message>
            <source>Isotherm</source>
            <translation>Isotherm</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Überblick</translation>
        </message>
        <message>
            <source>Heat</source>
            <translation>Wärme</translation>
        </message>
        <message>
            <source>Backups</source>
            <translation>Sicherungen</translation>
        </message>
        <message>
            <source>Restores</source>
            <translation>Wiederherstellungen</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>Audit</translation>
        </message>
        <message>
            <source>Range and zone</source>
            <translation>Bereich und Zeitzone</translation>
        </message>
        <message>
            <source>Navigator</source>
            <translation>Navigator</translation>
        </message>
        <message>
            <source>Inspector</source>
            <translation>Inspektor</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>Aufträge</translation>
        </message>
        <message>
            <source>Alerts</source>
            <translation>Warnungen</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Jobs (%1)</source>
            <translation>Aufträge (%1)</translation>
        </message>
        <message>
            <source>Alerts (%1)</source>
            <translation>Warnungen (%1)</translation>
        </message>
        <message>
            <source>%1 (%2): Isotherm</source>
            <translation>%1 (%2): Isotherm</translation>
        </message>
        <message>
            <source>Not connected to %1: %2</source>
            <translation>Keine Verbindung zu %1: %2</translation>
        </message>
        <message>
            <source>What you see is %1 old. Changes are off.</source>
            <translation>Was Sie sehen, ist %1 alt. Änderungen sind aus.</translation>
        </message>
        <message>
            <source>Next try in %1.</source>
            <translation>Nächster Versuch in %1.</translation>
        </message>
        <message>
            <source>Retry now</source>
            <translation>Jetzt versuchen</translation>
        </message>
        <message>
            <source>Hint: %1</source>
            <translation>Hinweis: %1</translation>
        </message>
        <message>
            <source>All alerts</source>
            <translation>Alle Warnungen</translation>
        </message>
        <message>
            <source>view</source>
            <translation>Ansicht</translation>
        </message>
        <message>
            <source>command</source>
            <translation>Befehl</translation>
        </message>
        <message>
            <source>shard, temperature %1</source>
            <translation>Shard, Temperatur %1</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>Änderungen</translation>
        </message>
        <message>
            <source>Approvals</source>
            <translation>Freigaben</translation>
        </message>
        <message>
            <source>Forecasts</source>
            <translation>Vorhersagen</translation>
        </message>
        <message>
            <source>CLI</source>
            <translation>CLI</translation>
        </message>
        <message>
            <source>Approvals (%1)</source>
            <translation>Freigaben (%1)</translation>
        </message>
    </context>
    <context>
        <name>isotherm::NavigatorPanel</name>
        <message>
            <source>Navigator</source>
            <translation>Navigator</translation>
        </message>
        <message>
            <source>Filter shards…</source>
            <translation>Shards filtern …</translation>
        </message>
    </context>
    <context>
        <name>isotherm::OverviewPage</name>
        <message>
            <source>Worst recovery point</source>
            <translation>Schlechtester Wiederherstellungspunkt</translation>
        </message>
        <message>
            <source>Hottest shard now</source>
            <translation>Heißester Shard jetzt</translation>
        </message>
        <message>
            <source>Jobs running</source>
            <translation>Laufende Aufträge</translation>
        </message>
        <message>
            <source>Repository</source>
            <translation>Repository</translation>
        </message>
        <message>
            <source>Shard</source>
            <translation>Shard</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>Temperatur</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>Vorhergesagt</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>Rate</translation>
        </message>
        <message>
            <source>Due</source>
            <translation>Fällig</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>Art</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Warum</translation>
        </message>
        <message>
            <source>Hottest shards</source>
            <translation>Heißeste Shards</translation>
        </message>
        <message>
            <source>Next backups</source>
            <translation>Nächste Sicherungen</translation>
        </message>
        <message>
            <source>waiting for the agent</source>
            <translation>warten auf den Agenten</translation>
        </message>
        <message>
            <source>no shards yet</source>
            <translation>noch keine Shards</translation>
        </message>
        <message>
            <source>no backup</source>
            <translation>keine Sicherung</translation>
        </message>
        <message>
            <source>%1, objective %2</source>
            <translation>%1, Ziel %2</translation>
        </message>
        <message>
            <source>nothing runs now</source>
            <translation>zurzeit läuft nichts</translation>
        </message>
        <message>
            <source>%1 together</source>
            <translation>zusammen %1</translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s)</source>
            <translation>
                <numerusform>%n Sicherung</numerusform>
                <numerusform>%n Sicherungen</numerusform>
            </translation>
        </message>
        <message>
            <source>every shard has one</source>
            <translation>jeder Shard hat eine</translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s) have none</source>
            <translation>
                <numerusform>%n Shard hat keine</numerusform>
                <numerusform>%n Shards haben keine</numerusform>
            </translation>
        </message>
        <message>
            <source>no temperature measured yet</source>
            <translation>noch keine Temperatur gemessen</translation>
        </message>
        <message>
            <source>Waiting for a decision</source>
            <translation>Wartet auf Entscheidung</translation>
        </message>
        <message>
            <source>Last trial restore</source>
            <translation>Letzte Probe</translation>
        </message>
        <message>
            <source>expected next: %1 at %2</source>
            <translation>als Nächstes erwartet: %1 mit %2</translation>
        </message>
        <message numerus="yes">
            <source>%n hot shard(s) not split</source>
            <translation>
                <numerusform>%n heißer Shard nicht geteilt</numerusform>
                <numerusform>%n heiße Shards nicht geteilt</numerusform>
            </translation>
        </message>
        <message>
            <source>never</source>
            <translation>nie</translation>
        </message>
        <message>
            <source>no backup has been restored on trial yet</source>
            <translation>noch keine Sicherung wurde zur Probe wiederhergestellt</translation>
        </message>
        <message>
            <source>passed</source>
            <translation>bestanden</translation>
        </message>
        <message>
            <source>FAILED</source>
            <translation>FEHLGESCHLAGEN</translation>
        </message>
    </context>
    <context>
        <name>isotherm::PlanPartsModel</name>
        <message>
            <source>backup %1 at LSN %2</source>
            <translation>Sicherung %1 bei LSN %2</translation>
        </message>
        <message>
            <source>≤ %1</source>
            <translation>≤ %1</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>Key range</source>
            <translation>Schlüsselbereich</translation>
        </message>
        <message>
            <source>State as of</source>
            <translation>Stand vom</translation>
        </message>
        <message>
            <source>Runs</source>
            <translation>Läufe</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>To read</source>
            <translation>Zu lesen</translation>
        </message>
        <message>
            <source>Tier</source>
            <translation>Stufe</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RangeDialog</name>
        <message>
            <source>Range</source>
            <translation>Bereich</translation>
        </message>
        <message>
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <source>Until</source>
            <translation>Bis</translation>
        </message>
        <message>
            <source>Zone</source>
            <translation>Zeitzone</translation>
        </message>
        <message>
            <source>A range lasts at least 5 s and ends after it begins.</source>
            <translation>Ein Bereich dauert mindestens 5 s und endet nach seinem Anfang.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RangePicker</name>
        <message>
            <source>Range</source>
            <translation>Bereich</translation>
        </message>
        <message>
            <source>One range back</source>
            <translation>Einen Bereich zurück</translation>
        </message>
        <message>
            <source>One range forth</source>
            <translation>Einen Bereich vor</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>Automatisch</translation>
        </message>
        <message>
            <source>Last %1</source>
            <translation>Letzte %1</translation>
        </message>
        <message>
            <source>Custom…</source>
            <translation>Eigener …</translation>
        </message>
        <message>
            <source>The range already ends now</source>
            <translation>Der Bereich endet bereits jetzt</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ReceiptView</name>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>Restored to</source>
            <translation>Wiederhergestellt nach</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <source>Checksum</source>
            <translation>Prüfsumme</translation>
        </message>
        <message>
            <source>Verified</source>
            <translation>Geprüft</translation>
        </message>
        <message>
            <source>Receipt: every row count and checksum was read back and agrees</source>
            <translation>Beleg: alle Zeilenzahlen und Prüfsummen wurden zurückgelesen und stimmen</translation>
        </message>
        <message>
            <source>Receipt: NOT verified, see the tables below</source>
            <translation>Beleg: NICHT geprüft, siehe die Tabellen unten</translation>
        </message>
        <message>
            <source>Job %1  ·  plan %2  ·  finished %3  ·  took %4  ·  %5 read</source>
            <translation>Auftrag %1  ·  Plan %2  ·  beendet %3  ·  Dauer %4  ·  %5 gelesen</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
        <message>
            <source>NO</source>
            <translation>NEIN</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RecoveryReceiptView</name>
        <message>
            <source>Undo…</source>
            <translation>Rückgängig …</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>What was done</source>
            <translation>Was getan wurde</translation>
        </message>
        <message>
            <source>Kept as</source>
            <translation>Behalten als</translation>
        </message>
        <message>
            <source>%1: read back, and as wanted</source>
            <translation>%1: zurückgelesen und wie gewünscht</translation>
        </message>
        <message>
            <source>%1: NOT verified, see below</source>
            <translation>%1: NICHT geprüft, siehe unten</translation>
        </message>
        <message>
            <source>Job %1  ·  plan %2  ·  finished %3  ·  took %4</source>
            <translation>Auftrag %1  ·  Plan %2  ·  fertig %3  ·  dauerte %4</translation>
        </message>
        <message>
            <source>Undone by job %1.</source>
            <translation>Rückgängig gemacht von Auftrag %1.</translation>
        </message>
        <message>
            <source>This cannot be undone.</source>
            <translation>Das lässt sich nicht rückgängig machen.</translation>
        </message>
        <message>
            <source>Can be undone until %1.</source>
            <translation>Lässt sich bis %1 rückgängig machen.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RecoveryReview</name>
        <message>
            <source>Show SQL</source>
            <translation>SQL zeigen</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <source>Nothing has been done yet. What you review here is what runs.</source>
            <translation>Noch ist nichts geschehen. Ausgeführt wird, was hier steht.</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>What is done</source>
            <translation>Was getan wird</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>Schritte</translation>
        </message>
        <message>
            <source>SQL that will be run</source>
            <translation>SQL, das ausgeführt wird</translation>
        </message>
        <message>
            <source>Type %1 to go on:</source>
            <translation>Zum Fortfahren %1 eintippen:</translation>
        </message>
        <message>
            <source>Copy back</source>
            <translation>Zurückkopieren</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>Ersetzen</translation>
        </message>
        <message>
            <source>Restore elsewhere</source>
            <translation>Anderswo wiederherstellen</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Rückgängig machen</translation>
        </message>
        <message>
            <source>Drop</source>
            <translation>Löschen</translation>
        </message>
        <message>
            <source>Type the name first.</source>
            <translation>Erst den Namen eintippen.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RecoveryView</name>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Rows then, and rows now</source>
            <translation>Zeilen damals und heute</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestorablePicker</name>
        <message>
            <source>Moment to restore to</source>
            <translation>Moment der Wiederherstellung</translation>
        </message>
        <message>
            <source>gap: nothing can be restored to in here</source>
            <translation>Lücke: hierhin lässt sich nichts wiederherstellen</translation>
        </message>
        <message>
            <source>gap: %1</source>
            <translation>Lücke: %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestorePlanStep</name>
        <message>
            <source>The plan</source>
            <translation>Der Plan</translation>
        </message>
        <message>
            <source>Nothing has been done yet. What you review here is what runs.</source>
            <translation>Noch ist nichts geschehen. Was Sie hier prüfen, wird ausgeführt.</translation>
        </message>
        <message>
            <source>Parts of the plan</source>
            <translation>Teile des Plans</translation>
        </message>
        <message>
            <source>Making the plan…</source>
            <translation>Plan wird erstellt …</translation>
        </message>
        <message>
            <source>Reads %1 for at most %2 rows</source>
            <translation>Liest %1 für höchstens %2 Zeilen</translation>
        </message>
        <message>
            <source>expected to take %1 to %2</source>
            <translation>dauert voraussichtlich %1 bis %2</translation>
        </message>
        <message>
            <source>no estimate of the time: no restore like this has run yet</source>
            <translation>keine Schätzung der Dauer: so eine Wiederherstellung lief noch nie</translation>
        </message>
        <message numerus="yes">
            <source>%n part(s)</source>
            <translation>
                <numerusform>%n Teil</numerusform>
                <numerusform>%n Teile</numerusform>
            </translation>
        </message>
        <message>
            <source>plan %1</source>
            <translation>Plan %1</translation>
        </message>
        <message>
            <source>New tables: %1</source>
            <translation>Neue Tabellen: %1</translation>
        </message>
        <message>
            <source>No plan could be made</source>
            <translation>Es konnte kein Plan erstellt werden</translation>
        </message>
        <message numerus="yes">
            <source>%n transaction(s) also changed other shards, which stay as they are.</source>
            <translation>
                <numerusform>%n Transaktion änderte auch andere Shards, die bleiben, wie sie sind.</numerusform>
                <numerusform>%n Transaktionen änderten auch andere Shards, die bleiben, wie sie sind.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>transaction %1 of %2 is undone here, and kept in %n other shard(s)</source>
            <translation>
                <numerusform>Transaktion %1 von %2 wird hier rückgängig gemacht und bleibt in %n anderen Shard</numerusform>
                <numerusform>Transaktion %1 von %2 wird hier rückgängig gemacht und bleibt in %n anderen Shards</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>transaction %1 of %2 comes back here, beside %n other shard(s) as of today</source>
            <translation>
                <numerusform>Transaktion %1 von %2 kommt hier zurück, neben %n anderen Shard von heute</numerusform>
                <numerusform>Transaktion %1 von %2 kommt hier zurück, neben %n anderen Shards von heute</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreProgressStep</name>
        <message>
            <source>The restore</source>
            <translation>Die Wiederherstellung</translation>
        </message>
        <message>
            <source>Starting…</source>
            <translation>Wird gestartet …</translation>
        </message>
        <message>
            <source>The job belongs to the agent: you may close this window.</source>
            <translation>Der Auftrag gehört dem Agenten: Sie dürfen dieses Fenster schließen.</translation>
        </message>
        <message>
            <source>%1 rows  ·  %2 read</source>
            <translation>%1 Zeilen  ·  %2 gelesen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhatStep</name>
        <message>
            <source>What to bring back</source>
            <translation>Was zurückgeholt wird</translation>
        </message>
        <message>
            <source>Only the runs and blocks that hold these rows are read from the repository.</source>
            <translation>Nur die Läufe und Blöcke mit diesen Zeilen werden aus dem Repository gelesen.</translation>
        </message>
        <message>
            <source>Tables</source>
            <translation>Tabellen</translation>
        </message>
        <message>
            <source>Only rows whose key fits (optional)</source>
            <translation>Nur Zeilen mit passendem Schlüssel (optional)</translation>
        </message>
        <message>
            <source>Key predicate</source>
            <translation>Bedingung für den Schlüssel</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>und %n weiterer</numerusform>
                <numerusform>und %n weitere</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s) of keyspace %1:</source>
            <translation>
                <numerusform>%n Shard des Keyspace %1:</numerusform>
                <numerusform>%n Shards des Keyspace %1:</numerusform>
            </translation>
        </message>
        <message>
            <source>key</source>
            <translation>Schlüssel</translation>
        </message>
        <message>
            <source>%1 between 100 and 200</source>
            <translation>%1 between 100 and 200</translation>
        </message>
        <message>
            <source>Empty: all rows of the selected shards. Key columns: %1</source>
            <translation>Leer: alle Zeilen der ausgewählten Shards. Schlüsselspalten: %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhenStep</name>
        <message>
            <source>The newest backup</source>
            <translation>Die neueste Sicherung</translation>
        </message>
        <message>
            <source>From when</source>
            <translation>Von wann</translation>
        </message>
        <message>
            <source>Moment</source>
            <translation>Zeitpunkt</translation>
        </message>
        <message>
            <source>Nothing can be restored: none of the selected shards has a backup.</source>
            <translation>Nichts ist wiederherstellbar: keiner der ausgewählten Shards hat eine Sicherung.</translation>
        </message>
        <message>
            <source>State as of %1</source>
            <translation>Stand vom %1</translation>
        </message>
        <message>
            <source>States between %1 and %2, shard by shard</source>
            <translation>Stände zwischen %1 und %2, Shard für Shard</translation>
        </message>
        <message>
            <source>Nothing is restorable that early: moved to the first moment that every shard can be brought back to.</source>
            <translation>So früh ist nichts wiederherstellbar: auf den ersten Zeitpunkt verschoben, zu dem jeder Shard zurückgeholt werden kann.</translation>
        </message>
        <message>
            <source>%1 of %2 shards have a backup at that moment.</source>
            <translation>%1 von %2 Shards haben zu diesem Zeitpunkt eine Sicherung.</translation>
        </message>
        <message>
            <source>At</source>
            <translation>Um</translation>
        </message>
        <message>
            <source>Just before a transaction</source>
            <translation>Kurz vor einer Transaktion</translation>
        </message>
        <message>
            <source>Largest losses first</source>
            <translation>Größte Verluste zuerst</translation>
        </message>
        <message>
            <source>Set target just before this one</source>
            <translation>Ziel kurz vor diese setzen</translation>
        </message>
        <message>
            <source>To undo an accident, find its transaction in the list and restore to just before it.</source>
            <translation>Um ein Versehen rückgängig zu machen: seine Transaktion in der Liste suchen und kurz davor wiederherstellen.</translation>
        </message>
        <message>
            <source>Transactions around the moment</source>
            <translation>Transaktionen um den Moment</translation>
        </message>
        <message>
            <source>Transactions within</source>
            <translation>Transaktionen innerhalb</translation>
        </message>
        <message>
            <source>± %1</source>
            <translation>± %1</translation>
        </message>
        <message>
            <source>Choose a transaction in the list.</source>
            <translation>Eine Transaktion in der Liste wählen.</translation>
        </message>
        <message>
            <source>Choose a transaction in the list, then press the button above it.</source>
            <translation>Eine Transaktion in der Liste wählen, dann den Knopf darüber drücken.</translation>
        </message>
        <message>
            <source>No transaction that touched these shards is known in this time. Changes can be listed once they are backed up.</source>
            <translation>In dieser Zeit ist keine Transaktion bekannt, die diese Shards berührt hat. Änderungen erscheinen, sobald sie gesichert sind.</translation>
        </message>
        <message>
            <source>State just before transaction %1 committed at %2</source>
            <translation>Stand kurz vor Transaktion %1, festgeschrieben %2</translation>
        </message>
        <message>
            <source>That transaction deleted %1, updated %2 and inserted %3 rows.</source>
            <translation>Diese Transaktion löschte %1, änderte %2 und fügte %3 Zeilen ein.</translation>
        </message>
        <message>
            <source>That moment cannot be restored to: moved to the nearest before it that can.</source>
            <translation>Dieser Moment ist nicht wiederherstellbar: auf den nächsten davor verschoben, der es ist.</translation>
        </message>
        <message>
            <source>Gap: %1</source>
            <translation>Lücke: %1</translation>
        </message>
        <message>
            <source>State as of %1, to the commit</source>
            <translation>Stand von %1, auf den Commit genau</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhereStep</name>
        <message>
            <source>Where to</source>
            <translation>Wohin</translation>
        </message>
        <message>
            <source>Side tables (safe)</source>
            <translation>Nebentabellen (sicher)</translation>
        </message>
        <message>
            <source>Schema for the side tables</source>
            <translation>Schema für die Nebentabellen</translation>
        </message>
        <message>
            <source>Compare with the rows of today, then copy back</source>
            <translation>Mit den heutigen Zeilen vergleichen, dann zurückkopieren</translation>
        </message>
        <message>
            <source>Elsewhere: another database, or files</source>
            <translation>Anderswo: andere Datenbank oder Dateien</translation>
        </message>
        <message>
            <source>Rows come back into new tables beside the old ones. The tables in use are not touched.</source>
            <translation>Zeilen kommen in neue Tabellen neben den alten zurück. Die benutzten Tabellen bleiben unberührt.</translation>
        </message>
        <message>
            <source>Shows which rows are missing or changed. What is copied back, or whether whole shards are replaced, is reviewed once more before anything is written, and can be undone.</source>
            <translation>Zeigt, welche Zeilen fehlen oder geändert sind. Was zurückkopiert wird oder ob ganze Shards ersetzt werden, wird vor dem Schreiben noch einmal geprüft und lässt sich rückgängig machen.</translation>
        </message>
        <message>
            <source>Name of a [target.NAME] section of the agent's configuration</source>
            <translation>Name eines Abschnitts [target.NAME] der Agenten-Konfiguration</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>Ziel</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWizard</name>
        <message>
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Was</translation>
        </message>
        <message>
            <source>When</source>
            <translation>Wann</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>Wohin</translation>
        </message>
        <message>
            <source>Plan</source>
            <translation>Plan</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>Wiederherstellen</translation>
        </message>
        <message>
            <source>Select shards on the heat map or in Backups first.</source>
            <translation>Wählen Sie zuerst Shards auf der Wärmekarte oder unter Sicherungen aus.</translation>
        </message>
        <message>
            <source>Choose at least one table.</source>
            <translation>Wählen Sie mindestens eine Tabelle.</translation>
        </message>
        <message>
            <source>Make the plan</source>
            <translation>Plan erstellen</translation>
        </message>
        <message>
            <source>Start the restore</source>
            <translation>Wiederherstellung starten</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>Weiter</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Preview rows…</source>
            <translation>Zeilen ansehen …</translation>
        </message>
        <message>
            <source>Name the target first.</source>
            <translation>Erst das Ziel nennen.</translation>
        </message>
        <message>
            <source>Compare the rows</source>
            <translation>Zeilen vergleichen</translation>
        </message>
        <message>
            <source>Review…</source>
            <translation>Prüfen …</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoresPage</name>
        <message>
            <source>Restore selection…</source>
            <translation>Auswahl wiederherstellen …</translation>
        </message>
        <message>
            <source>No restore has run yet.

On the heat map, drag over the shards and the time of the accident, then press R.</source>
            <translation>Es lief noch keine Wiederherstellung.

Ziehen Sie auf der Wärmekarte über die Shards und die Zeit des Missgeschicks, und drücken Sie R.</translation>
        </message>
        <message>
            <source>Restores</source>
            <translation>Wiederherstellungen</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards (R)</source>
            <translation>Zeilen der ausgewählten Shards zurückholen (R)</translation>
        </message>
        <message>
            <source>Select shards on the heat map or in Backups first.</source>
            <translation>Wählen Sie zuerst Shards auf der Wärmekarte oder unter Sicherungen aus.</translation>
        </message>
        <message>
            <source>Preview rows…</source>
            <translation>Zeilen ansehen …</translation>
        </message>
        <message>
            <source>Drop side tables…</source>
            <translation>Nebentabellen löschen …</translation>
        </message>
        <message>
            <source>Choose a finished side restore in the list.</source>
            <translation>Eine fertige Wiederherstellung in der Liste wählen.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RowDiffModel</name>
        <message>
            <source>missing</source>
            <translation>fehlt</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>geändert</translation>
        </message>
        <message>
            <source>only now</source>
            <translation>nur jetzt</translation>
        </message>
        <message>
            <source>then: %1</source>
            <translation>damals: %1</translation>
        </message>
        <message>
            <source>now: the row is not there</source>
            <translation>jetzt: die Zeile fehlt</translation>
        </message>
        <message>
            <source>now: %1</source>
            <translation>jetzt: %1</translation>
        </message>
        <message>
            <source>Row</source>
            <translation>Zeile</translation>
        </message>
        <message>
            <source>part of the key</source>
            <translation>Teil des Schlüssels</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RowDiffPanel</name>
        <message>
            <source>Differing rows</source>
            <translation>Abweichende Zeilen</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>Tabelle</translation>
        </message>
        <message>
            <source>Pick all shown</source>
            <translation>Alle gezeigten wählen</translation>
        </message>
        <message>
            <source>Pick none</source>
            <translation>Keine wählen</translation>
        </message>
        <message>
            <source>Rows to copy back</source>
            <translation>Zurückzukopierende Zeilen</translation>
        </message>
        <message>
            <source>All missing rows</source>
            <translation>Alle fehlenden Zeilen</translation>
        </message>
        <message>
            <source>All missing and changed rows</source>
            <translation>Alle fehlenden und geänderten Zeilen</translation>
        </message>
        <message>
            <source>The rows that are picked</source>
            <translation>Die gewählten Zeilen</translation>
        </message>
        <message>
            <source>Rows that changed meanwhile</source>
            <translation>Inzwischen geänderte Zeilen</translation>
        </message>
        <message>
            <source>Changed meanwhile: stop</source>
            <translation>Inzwischen geändert: anhalten</translation>
        </message>
        <message>
            <source>Changed meanwhile: leave alone</source>
            <translation>Inzwischen geändert: belassen</translation>
        </message>
        <message>
            <source>Changed meanwhile: overwrite</source>
            <translation>Inzwischen geändert: überschreiben</translation>
        </message>
        <message>
            <source>Triggers</source>
            <translation>Trigger</translation>
        </message>
        <message>
            <source>Triggers stay quiet</source>
            <translation>Trigger schweigen</translation>
        </message>
        <message>
            <source>Triggers fire</source>
            <translation>Trigger feuern</translation>
        </message>
        <message>
            <source>Show SQL…</source>
            <translation>SQL zeigen …</translation>
        </message>
        <message>
            <source>Replace the shards…</source>
            <translation>Shards ersetzen …</translation>
        </message>
        <message>
            <source>Copy back…</source>
            <translation>Zurückkopieren …</translation>
        </message>
        <message>
            <source>%1 missing, %2 changed, %3 the same, %4 only now</source>
            <translation>%1 fehlen, %2 geändert, %3 gleich, %4 nur jetzt</translation>
        </message>
        <message>
            <source>Compared with the state %1.</source>
            <translation>Verglichen mit dem Stand %1.</translation>
        </message>
        <message>
            <source>Only the first %1 differing rows are kept; the counts are right.</source>
            <translation>Nur die ersten %1 abweichenden Zeilen sind aufbewahrt; die Anzahlen stimmen.</translation>
        </message>
        <message>
            <source>Kept until %1.</source>
            <translation>Aufbewahrt bis %1.</translation>
        </message>
        <message>
            <source>Missing (%1)</source>
            <translation>Fehlend (%1)</translation>
        </message>
        <message>
            <source>Changed (%1)</source>
            <translation>Geändert (%1)</translation>
        </message>
        <message>
            <source>Only now (%1)</source>
            <translation>Nur jetzt (%1)</translation>
        </message>
        <message>
            <source>Pick rows in the list first.</source>
            <translation>Erst Zeilen in der Liste wählen.</translation>
        </message>
        <message>
            <source>No row is missing.</source>
            <translation>Keine Zeile fehlt.</translation>
        </message>
        <message>
            <source>Nothing differs that could be copied back.</source>
            <translation>Nichts weicht ab, das zurückkopiert werden könnte.</translation>
        </message>
        <message>
            <source>Shows what will be done before anything is</source>
            <translation>Zeigt erst, was getan wird</translation>
        </message>
        <message>
            <source>Swaps whole shards for their state then; the old ones are kept for undo</source>
            <translation>Tauscht ganze Shards gegen ihren damaligen Stand; die alten bleiben zum Rückgängigmachen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RpoModel</name>
        <message>
            <source>never backed up</source>
            <translation>nie gesichert</translation>
        </message>
        <message>
            <source>objective breached</source>
            <translation>Ziel verfehlt</translation>
        </message>
        <message>
            <source>less than a fifth of the objective is left</source>
            <translation>weniger als ein Fünftel des Ziels ist übrig</translation>
        </message>
        <message>
            <source>no objective set</source>
            <translation>kein Ziel gesetzt</translation>
        </message>
        <message>
            <source>objective met</source>
            <translation>Ziel erreicht</translation>
        </message>
        <message>
            <source>no backup</source>
            <translation>keine Sicherung</translation>
        </message>
        <message>
            <source>Shard</source>
            <translation>Shard</translation>
        </message>
        <message>
            <source>Objective</source>
            <translation>Ziel</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>Jetzt</translation>
        </message>
        <message>
            <source>Margin</source>
            <translation>Spielraum</translation>
        </message>
        <message>
            <source>never</source>
            <translation>nie</translation>
        </message>
        <message>
            <source>No trial restore of this shard has passed yet.</source>
            <translation>Noch keine Probe dieses Shards hat bestanden.</translation>
        </message>
        <message>
            <source>Last proven restore</source>
            <translation>Zuletzt bewiesen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::Screenshot</name>
        <message>
            <source>connected, but no heat arrived within %1 s</source>
            <translation>verbunden, aber innerhalb von %1 s kam keine Wärme an</translation>
        </message>
        <message>
            <source>cannot connect to %1: %2</source>
            <translation>keine Verbindung zu %1: %2</translation>
        </message>
        <message>
            <source>cannot write %1</source>
            <translation>%1 kann nicht geschrieben werden</translation>
        </message>
    </context>
    <context>
        <name>isotherm::SearchPalette</name>
        <message>
            <source>Jump to a shard, a view or a command</source>
            <translation>Zu einem Shard, einer Ansicht oder einem Befehl springen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ShardForecastChart</name>
        <message>
            <source>Measured and expected load of the shard</source>
            <translation>Gemessene und erwartete Last des Shards</translation>
        </message>
        <message>
            <source>80 % interval</source>
            <translation>80-%-Intervall</translation>
        </message>
        <message>
            <source>expected</source>
            <translation>erwartet</translation>
        </message>
        <message>
            <source>measured</source>
            <translation>gemessen</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ShardTreeModel</name>
        <message>
            <source>default</source>
            <translation>Rest</translation>
        </message>
        <message>
            <source>database</source>
            <translation>Datenbank</translation>
        </message>
        <message>
            <source>%1, temperature %2</source>
            <translation>%1, Temperatur %2</translation>
        </message>
    </context>
    <context>
        <name>isotherm::StatusLine</name>
        <message>
            <source>agent %1</source>
            <translation>Agent %1</translation>
        </message>
        <message>
            <source>connecting to agent %1</source>
            <translation>Verbindung zu Agent %1 wird aufgebaut</translation>
        </message>
        <message>
            <source>agent %1 not reachable</source>
            <translation>Agent %1 nicht erreichbar</translation>
        </message>
        <message>
            <source>no agent chosen</source>
            <translation>kein Agent gewählt</translation>
        </message>
        <message>
            <source>data %1 old</source>
            <translation>Daten %1 alt</translation>
        </message>
        <message>
            <source>clock skew %1 ms</source>
            <translation>Uhrabweichung %1 ms</translation>
        </message>
    </context>
    <context>
        <name>isotherm::TopBar</name>
        <message>
            <source>Range</source>
            <translation>Bereich</translation>
        </message>
        <message>
            <source>Zone</source>
            <translation>Zeitzone</translation>
        </message>
        <message>
            <source>Time zone</source>
            <translation>Zeitzone</translation>
        </message>
        <message>
            <source>Local: %1</source>
            <translation>Lokal: %1</translation>
        </message>
        <message>
            <source>Search…   Ctrl+K</source>
            <translation>Suchen …   Ctrl+K</translation>
        </message>
        <message>
            <source>Jump to a shard, a view or a command</source>
            <translation>Zu einem Shard, einer Ansicht oder einem Befehl springen</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 bis %2</translation>
        </message>
        <message>
            <source>○ offline</source>
            <translation>○ offline</translation>
        </message>
        <message>
            <source>No connection to the agent</source>
            <translation>Keine Verbindung zum Agenten</translation>
        </message>
        <message>
            <source>● live</source>
            <translation>● live</translation>
        </message>
        <message>
            <source>The right edge is now. Click to hold the picture.</source>
            <translation>Der rechte Rand ist jetzt. Klicken hält das Bild an.</translation>
        </message>
        <message>
            <source>❚❚ held</source>
            <translation>❚❚ angehalten</translation>
        </message>
        <message>
            <source>The picture is held. Click to follow now again.</source>
            <translation>Das Bild ist angehalten. Klicken folgt wieder.</translation>
        </message>
    </context>
    <context>
        <name>isotherm::TransactionsModel</name>
        <message>
            <source>Transaction %1, committed %2 at %3</source>
            <translation>Transaktion %1, festgeschrieben %2 bei %3</translation>
        </message>
        <message>
            <source>It also changed tables that are not captured.</source>
            <translation>Sie änderte auch Tabellen, die nicht erfasst werden.</translation>
        </message>
        <message>
            <source>It was replicated into the database from elsewhere.</source>
            <translation>Sie wurde von anderswo in die Datenbank repliziert.</translation>
        </message>
        <message>
            <source>Committed</source>
            <translation>Festgeschrieben</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>Gelöscht</translation>
        </message>
        <message>
            <source>Truncates</source>
            <translation>Geleert</translation>
        </message>
        <message>
            <source>Updated</source>
            <translation>Geändert</translation>
        </message>
        <message>
            <source>Inserted</source>
            <translation>Eingefügt</translation>
        </message>
        <message>
            <source>Shards</source>
            <translation>Shards</translation>
        </message>
        <message>
            <source>Transaction</source>
            <translation>Transaktion</translation>
        </message>
    </context>
    <context>
        <name>isotherm::WhyHotPanel</name>
        <message>
            <source>Why hot?</source>
            <translation>Warum heiß?</translation>
        </message>
        <message>
            <source>Most used keys</source>
            <translation>Meistbenutzte Schlüssel</translation>
        </message>
        <message>
            <source>Statements that take most time</source>
            <translation>Anweisungen, die am längsten dauern</translation>
        </message>
        <message>
            <source>%1 of a reference of %2: %3</source>
            <translation>%1 von einem Bezug von %2: %3</translation>
        </message>
        <message>
            <source>Expected to peak at %1 (%2) within %3: %4</source>
            <translation>Erwartete Spitze %1 (%2) binnen %3: %4</translation>
        </message>
        <message>
            <source>Becomes %1 at %2</source>
            <translation>Wird %1 um %2</translation>
        </message>
        <message>
            <source>Forecast: %1</source>
            <translation>Vorhersage: %1</translation>
        </message>
        <message>
            <source>Forecast only: the schedule does not follow it.</source>
            <translation>Nur Vorhersage: der Zeitplan folgt ihr nicht.</translation>
        </message>
        <message>
            <source>%1 reads, %2 writes: %3 and %4</source>
            <translation>%1 Lesen, %2 Schreiben: %3 und %4</translation>
        </message>
        <message>
            <source>between %1 and %2 of the shard's accesses, %3 of them reads</source>
            <translation>zwischen %1 und %2 der Zugriffe des Shards, davon %3 lesend</translation>
        </message>
        <message>
            <source>No key stands out.</source>
            <translation>Kein Schlüssel sticht hervor.</translation>
        </message>
        <message>
            <source>Only %1 accesses were seen by key: do not conclude from them. Reads: %2. Writes: %3.</source>
            <translation>Nur %1 Zugriffe wurden nach Schlüssel gesehen: daraus nichts schließen. Lesen: %2. Schreiben: %3.</translation>
        </message>
        <message>
            <source>%1 calls and %2 rows a second, on the whole tables</source>
            <translation>%1 Aufrufe und %2 Zeilen je Sekunde, auf den ganzen Tabellen</translation>
        </message>
        <message>
            <source>No statements: %1</source>
            <translation>Keine Anweisungen: %1</translation>
        </message>
    </context>
</TS>
