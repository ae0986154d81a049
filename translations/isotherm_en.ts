<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
    <context>
        <name>Change</name>
        <message numerus="yes">
            <source>Merge %n shard(s): %1</source>
            <translation>
                <numerusform>Merge %n shard: %1</numerusform>
                <numerusform>Merge %n shards: %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::BackupsPage</name>
        <message numerus="yes">
            <source>%n shard(s)</source>
            <translation>
                <numerusform>%n shard</numerusform>
                <numerusform>%n shards</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s)</source>
            <translation>
                <numerusform>%n backup</numerusform>
                <numerusform>%n backups</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n without backup</source>
            <translation>
                <numerusform>%n without backup</numerusform>
                <numerusform>%n without backup</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Back up %n shard(s) now</source>
            <translation>
                <numerusform>Back up %n shard now</numerusform>
                <numerusform>Back up %n shards now</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s) started: see Jobs</source>
            <translation>
                <numerusform>%n backup started: see Jobs</numerusform>
                <numerusform>%n backups started: see Jobs</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Drill %n shard(s)</source>
            <translation>
                <numerusform>Drill %n shard</numerusform>
                <numerusform>Drill %n shards</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n trial restore(s) started: see Jobs</source>
            <translation>
                <numerusform>%n trial restore started: see Jobs</numerusform>
                <numerusform>%n trial restores started: see Jobs</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangesPage</name>
        <message numerus="yes">
            <source>%n wait(s) for a decision</source>
            <translation>
                <numerusform>%n waits for a decision</numerusform>
                <numerusform>%n wait for a decision</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hot shard(s) not split</source>
            <translation>
                <numerusform>%n hot shard not split</numerusform>
                <numerusform>%n hot shards not split</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::InspectorPanel</name>
        <message numerus="yes">
            <source>%n shard(s)</source>
            <translation>
                <numerusform>%n shard</numerusform>
                <numerusform>%n shards</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::OverviewPage</name>
        <message numerus="yes">
            <source>%n backup(s)</source>
            <translation>
                <numerusform>%n backup</numerusform>
                <numerusform>%n backups</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s) have none</source>
            <translation>
                <numerusform>%n shard has none</numerusform>
                <numerusform>%n shards have none</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hot shard(s) not split</source>
            <translation>
                <numerusform>%n hot shard not split</numerusform>
                <numerusform>%n hot shards not split</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestorePlanStep</name>
        <message numerus="yes">
            <source>%n part(s)</source>
            <translation>
                <numerusform>%n part</numerusform>
                <numerusform>%n parts</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n transaction(s) also changed other shards, which stay as they are.</source>
            <translation>
                <numerusform>%n transaction also changed other shards, which stay as they are.</numerusform>
                <numerusform>%n transactions also changed other shards, which stay as they are.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>transaction %1 of %2 is undone here, and kept in %n other shard(s)</source>
            <translation>
                <numerusform>transaction %1 of %2 is undone here, and kept in %n other shard</numerusform>
                <numerusform>transaction %1 of %2 is undone here, and kept in %n other shards</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>transaction %1 of %2 comes back here, beside %n other shard(s) as of today</source>
            <translation>
                <numerusform>transaction %1 of %2 comes back here, beside %n other shard as of today</numerusform>
                <numerusform>transaction %1 of %2 comes back here, beside %n other shards as of today</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhatStep</name>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s) of keyspace %1:</source>
            <translation>
                <numerusform>%n shard of keyspace %1:</numerusform>
                <numerusform>%n shards of keyspace %1:</numerusform>
            </translation>
        </message>
    </context>
</TS>
