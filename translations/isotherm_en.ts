<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
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
