<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
    <context>
        <name>Change</name>
        <message numerus="yes">
            <source>Merge %n shard(s): %1</source>
            <translation>
                <numerusform>合并 %n 个分片：%1</numerusform>
            </translation>
        </message>
        <message>
            <source>Split %1 into %2</source>
            <translation>将 %1 拆分为 %2 个</translation>
        </message>
        <message>
            <source>waits for a decision</source>
            <translation>等待决定</translation>
        </message>
        <message>
            <source>running</source>
            <translation>执行中</translation>
        </message>
        <message>
            <source>done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>已拒绝</translation>
        </message>
        <message>
            <source>expired</source>
            <translation>已过期</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>good</source>
            <translation>良好</translation>
        </message>
        <message>
            <source>note</source>
            <translation>注意</translation>
        </message>
        <message>
            <source>blocks</source>
            <translation>阻止</translation>
        </message>
        <message>
            <source>%1 of the limit now</source>
            <translation>当前为上限的 %1</translation>
        </message>
        <message>
            <source>forecast peak %1</source>
            <translation>预测峰值 %1</translation>
        </message>
        <message>
            <source>overload %1 probable</source>
            <translation>过载概率 %1</translation>
        </message>
        <message>
            <source>node %1 busy</source>
            <translation>节点繁忙 %1</translation>
        </message>
        <message>
            <source>%1 of the node's load</source>
            <translation>占节点负载的 %1</translation>
        </message>
        <message>
            <source>copies %1, %2 rows</source>
            <translation>复制 %1，%2 行</translation>
        </message>
        <message>
            <source>about %1</source>
            <translation>约 %1</translation>
        </message>
        <message>
            <source>writers wait at most %1 at the switch</source>
            <translation>切换时写入最多等待 %1</translation>
        </message>
        <message>
            <source>%1 said yes</source>
            <translation>%1 同意</translation>
        </message>
        <message>
            <source>%1 said no</source>
            <translation>%1 反对</translation>
        </message>
        <message>
            <source>%1 of %2 approvals</source>
            <translation>已获 %1/%2 个同意</translation>
        </message>
    </context>
    <context>
        <name>Exporter</name>
        <message>
            <source>PNG pictures (*.png)</source>
            <translation>PNG 图片 (*.png)</translation>
        </message>
        <message>
            <source>SVG drawings (*.svg)</source>
            <translation>SVG 图形 (*.svg)</translation>
        </message>
        <message>
            <source>CSV tables (*.csv)</source>
            <translation>CSV 表格 (*.csv)</translation>
        </message>
        <message>
            <source>Export the view</source>
            <translation>导出视图</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>已保存 %1</translation>
        </message>
        <message>
            <source>Cannot write %1: %2</source>
            <translation>无法写入 %1：%2</translation>
        </message>
    </context>
    <context>
        <name>Menus</name>
        <message>
            <source>&amp;Cluster</source>
            <translation>集群(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Connect…</source>
            <translation>连接(&amp;C)…</translation>
        </message>
        <message>
            <source>&amp;Refresh</source>
            <translation>刷新(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>退出(&amp;Q)</translation>
        </message>
        <message>
            <source>&amp;Theme</source>
            <translation>主题(&amp;T)</translation>
        </message>
        <message>
            <source>As the &amp;desktop</source>
            <translation>跟随桌面(&amp;D)</translation>
        </message>
        <message>
            <source>&amp;Light</source>
            <translation>浅色(&amp;L)</translation>
        </message>
        <message>
            <source>D&amp;ark</source>
            <translation>深色(&amp;A)</translation>
        </message>
        <message>
            <source>L&amp;anguage</source>
            <translation>语言(&amp;A)</translation>
        </message>
        <message>
            <source>As the desktop</source>
            <translation>跟随桌面</translation>
        </message>
        <message>
            <source>The language changes when the console is started again.</source>
            <translation>重新启动控制台后语言生效。</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <source>&amp;Search…</source>
            <translation>搜索(&amp;S)…</translation>
        </message>
        <message>
            <source>&amp;Range…</source>
            <translation>范围(&amp;R)…</translation>
        </message>
        <message>
            <source>&amp;Restore</source>
            <translation>恢复(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;History</source>
            <translation>历史(&amp;H)</translation>
        </message>
        <message>
            <source>&amp;Window</source>
            <translation>窗口(&amp;W)</translation>
        </message>
        <message>
            <source>&amp;Reset the layout</source>
            <translation>重置布局(&amp;R)</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>按键</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <source>&amp;Keys…</source>
            <translation>按键(&amp;K)…</translation>
        </message>
        <message>
            <source>&amp;About Isotherm…</source>
            <translation>关于 Isotherm(&amp;A)…</translation>
        </message>
        <message>
            <source>About Isotherm</source>
            <translation>关于 Isotherm</translation>
        </message>
        <message>
            <source>&lt;h3&gt;Isotherm %1&lt;/h3&gt;&lt;p&gt;Runs a sharded database by temperature.&lt;/p&gt;&lt;p&gt;The console is free software under the GNU General Public License, version 3 or later.&lt;/p&gt;</source>
            <translation>&lt;h3&gt;Isotherm %1&lt;/h3&gt;&lt;p&gt;按温度运行分片数据库。&lt;/p&gt;&lt;p&gt;本控制台是自由软件，遵循 GNU 通用公共许可证第 3 版或更新版本。&lt;/p&gt;</translation>
        </message>
        <message>
            <source>H&amp;eat</source>
            <translation>热度(&amp;E)</translation>
        </message>
        <message>
            <source>E&amp;xport the view</source>
            <translation>导出视图(&amp;X)</translation>
        </message>
        <message>
            <source>As P&amp;NG…</source>
            <translation>PNG(&amp;N)…</translation>
        </message>
        <message>
            <source>As &amp;SVG…</source>
            <translation>SVG(&amp;S)…</translation>
        </message>
        <message>
            <source>As &amp;CSV…</source>
            <translation>CSV(&amp;C)…</translation>
        </message>
        <message>
            <source>&lt;table cellpadding='4'&gt;&lt;tr&gt;&lt;td&gt;Ctrl+1 … Ctrl+6&lt;/td&gt;&lt;td&gt;views&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+K&lt;/td&gt;&lt;td&gt;search&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F5&lt;/td&gt;&lt;td&gt;refresh&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;drag&lt;/td&gt;&lt;td&gt;select shards and a time&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;wheel, + and −, 0&lt;/td&gt;&lt;td&gt;zoom the time, all of it&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+wheel&lt;/td&gt;&lt;td&gt;zoom the keys&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Shift+wheel, Alt+drag&lt;/td&gt;&lt;td&gt;move&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Enter, Backspace&lt;/td&gt;&lt;td&gt;zoom to the selection, and back&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;arrows, Shift+arrows&lt;/td&gt;&lt;td&gt;move the cell, select&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Space&lt;/td&gt;&lt;td&gt;pin the numbers&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;R&lt;/td&gt;&lt;td&gt;restore the selection&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;L&lt;/td&gt;&lt;td&gt;follow live&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F&lt;/td&gt;&lt;td&gt;show forecasts&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Esc&lt;/td&gt;&lt;td&gt;cancel&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;</source>
            <translation>&lt;table cellpadding='4'&gt;&lt;tr&gt;&lt;td&gt;Ctrl+1 … Ctrl+6&lt;/td&gt;&lt;td&gt;视图&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+K&lt;/td&gt;&lt;td&gt;搜索&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F5&lt;/td&gt;&lt;td&gt;刷新&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;拖动&lt;/td&gt;&lt;td&gt;选择分片和时间&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;滚轮、+ 和 −、0&lt;/td&gt;&lt;td&gt;缩放时间，显示全部&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Ctrl+滚轮&lt;/td&gt;&lt;td&gt;缩放键&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Shift+滚轮、Alt+拖动&lt;/td&gt;&lt;td&gt;移动&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Enter、Backspace&lt;/td&gt;&lt;td&gt;缩放到所选，以及返回&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;方向键、Shift+方向键&lt;/td&gt;&lt;td&gt;移动单元格，选择&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;空格&lt;/td&gt;&lt;td&gt;固定数字&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;R&lt;/td&gt;&lt;td&gt;恢复所选&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;L&lt;/td&gt;&lt;td&gt;实时跟随&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;F&lt;/td&gt;&lt;td&gt;显示预测&lt;/td&gt;&lt;/tr&gt;&lt;tr&gt;&lt;td&gt;Esc&lt;/td&gt;&lt;td&gt;取消&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;</translation>
        </message>
    </context>
    <context>
        <name>Recovery</name>
        <message>
            <source>%1 inserted</source>
            <translation>插入 %1</translation>
        </message>
        <message>
            <source>%1 updated</source>
            <translation>更新 %1</translation>
        </message>
        <message>
            <source>%1 deleted</source>
            <translation>删除 %1</translation>
        </message>
        <message>
            <source>%1 rows of today set aside</source>
            <translation>搁置今日 %1 行</translation>
        </message>
        <message>
            <source>made or dropped as a whole</source>
            <translation>整体创建或删除</translation>
        </message>
        <message>
            <source>%1 were as wanted</source>
            <translation>%1 已符合要求</translation>
        </message>
        <message>
            <source>%1 conflicts left alone</source>
            <translation>保留 %1 个冲突</translation>
        </message>
        <message>
            <source>holds %1 rows</source>
            <translation>含 %1 行</translation>
        </message>
        <message>
            <source>Copied back</source>
            <translation>已拷回</translation>
        </message>
        <message>
            <source>Replaced</source>
            <translation>已替换</translation>
        </message>
        <message>
            <source>Written elsewhere</source>
            <translation>已写到别处</translation>
        </message>
        <message>
            <source>Undone</source>
            <translation>已撤销</translation>
        </message>
        <message>
            <source>Dropped</source>
            <translation>已删除</translation>
        </message>
    </context>
    <context>
        <name>Text</name>
        <message>
            <source>reads/s</source>
            <translation>读/秒</translation>
        </message>
        <message>
            <source>writes/s</source>
            <translation>写/秒</translation>
        </message>
        <message>
            <source>rows/s</source>
            <translation>行/秒</translation>
        </message>
        <message>
            <source>B/s</source>
            <translation>B/s</translation>
        </message>
        <message>
            <source>Rows read</source>
            <translation>读取的行</translation>
        </message>
        <message>
            <source>Rows written</source>
            <translation>写入的行</translation>
        </message>
        <message>
            <source>Rows read and written</source>
            <translation>读写的行</translation>
        </message>
        <message>
            <source>Bytes</source>
            <translation>字节</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>温度</translation>
        </message>
        <message>
            <source>%1 ms</source>
            <translation>%1 毫秒</translation>
        </message>
        <message>
            <source>%1 s</source>
            <translation>%1 秒</translation>
        </message>
        <message>
            <source>%1 min</source>
            <translation>%1 分</translation>
        </message>
        <message>
            <source>%1 h</source>
            <translation>%1 小时</translation>
        </message>
        <message>
            <source>%1 d</source>
            <translation>%1 天</translation>
        </message>
        <message>
            <source>queued</source>
            <translation>排队中</translation>
        </message>
        <message>
            <source>running</source>
            <translation>运行中</translation>
        </message>
        <message>
            <source>done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>rolled back</source>
            <translation>已回滚</translation>
        </message>
        <message>
            <source>backup</source>
            <translation>备份</translation>
        </message>
        <message>
            <source>restore</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>verify</source>
            <translation>校验</translation>
        </message>
        <message>
            <source>full</source>
            <translation>全量</translation>
        </message>
        <message>
            <source>incremental</source>
            <translation>增量</translation>
        </message>
        <message>
            <source>unchanged</source>
            <translation>无变化</translation>
        </message>
        <message>
            <source>not verified</source>
            <translation>未校验</translation>
        </message>
        <message>
            <source>files present</source>
            <translation>文件存在</translation>
        </message>
        <message>
            <source>decodes</source>
            <translation>可解码</translation>
        </message>
        <message>
            <source>checksums verified</source>
            <translation>校验和已验证</translation>
        </message>
        <message>
            <source>loaded</source>
            <translation>已加载</translation>
        </message>
        <message>
            <source>compared with the database</source>
            <translation>已与数据库比对</translation>
        </message>
        <message>
            <source>viewer</source>
            <translation>查看者</translation>
        </message>
        <message>
            <source>operator</source>
            <translation>操作员</translation>
        </message>
        <message>
            <source>admin</source>
            <translation>管理员</translation>
        </message>
        <message>
            <source>Hint: %1</source>
            <translation>提示：%1</translation>
        </message>
        <message>
            <source>upkeep</source>
            <translation>维护</translation>
        </message>
        <message>
            <source>trial restore</source>
            <translation>演练</translation>
        </message>
        <message>
            <source>reshard</source>
            <translation>重分片</translation>
        </message>
        <message>
            <source>synthetic full</source>
            <translation>合成全量</translation>
        </message>
    </context>
    <context>
        <name>isotherm::AlertsPanel</name>
        <message>
            <source>Nothing to report. The agent has no diagnostics now.</source>
            <translation>没有需要报告的内容。代理目前没有诊断信息。</translation>
        </message>
        <message>
            <source>Alerts</source>
            <translation>告警</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ApprovalsModel</name>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>变更</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>To copy</source>
            <translation>需复制</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>停顿</translation>
        </message>
        <message>
            <source>Expires</source>
            <translation>到期</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ApprovalsPanel</name>
        <message>
            <source>Nothing waits for a decision, and no change runs.</source>
            <translation>没有待决事项，也没有变更在执行。</translation>
        </message>
        <message>
            <source>Review…</source>
            <translation>审阅…</translation>
        </message>
        <message>
            <source>Approvals</source>
            <translation>审批</translation>
        </message>
        <message>
            <source>Choose a change first.</source>
            <translation>请先选择一项变更。</translation>
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
            <translation>序号</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>谁</translation>
        </message>
        <message>
            <source>Action</source>
            <translation>操作</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>对象</translation>
        </message>
        <message>
            <source>Outcome</source>
            <translation>结果</translation>
        </message>
        <message>
            <source>From</source>
            <translation>来源</translation>
        </message>
    </context>
    <context>
        <name>isotherm::AuditPage</name>
        <message>
            <source>Filter…</source>
            <translation>筛选…</translation>
        </message>
        <message>
            <source>Verify the chain</source>
            <translation>校验链</translation>
        </message>
        <message>
            <source>Export as CSV…</source>
            <translation>导出为 CSV…</translation>
        </message>
        <message>
            <source>Audit log</source>
            <translation>审计日志</translation>
        </message>
        <message>
            <source>Verifying…</source>
            <translation>正在校验…</translation>
        </message>
        <message>
            <source>The chain of %1 entries is intact.</source>
            <translation>包含 %1 条记录的链完好无损。</translation>
        </message>
        <message>
            <source>The chain is BROKEN at entry %1 of %2.</source>
            <translation>链在第 %1 条（共 %2 条）处已断裂。</translation>
        </message>
        <message>
            <source>Export as CSV</source>
            <translation>导出为 CSV</translation>
        </message>
        <message>
            <source>CSV tables (*.csv)</source>
            <translation>CSV 表格 (*.csv)</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>已保存 %1</translation>
        </message>
        <message>
            <source>Cannot write %1: %2</source>
            <translation>无法写入 %1：%2</translation>
        </message>
    </context>
    <context>
        <name>isotherm::BackupLanesView</name>
        <message>
            <source>Backups of each shard along time</source>
            <translation>各分片随时间的备份</translation>
        </message>
        <message>
            <source>now</source>
            <translation>现在</translation>
        </message>
        <message>
            <source>never backed up: nothing can be restored</source>
            <translation>从未备份：无法恢复任何内容</translation>
        </message>
        <message>
            <source>+%1 →</source>
            <translation>+%1 →</translation>
        </message>
        <message>
            <source>full</source>
            <translation>全量</translation>
        </message>
        <message>
            <source>unchanged</source>
            <translation>无变化</translation>
        </message>
        <message>
            <source>within the objective</source>
            <translation>在目标之内</translation>
        </message>
        <message>
            <source>%1 backup, state as of %2</source>
            <translation>%1备份，状态截至 %2</translation>
        </message>
        <message>
            <source>%1 rows, %2 read, %3 stored in tier %4</source>
            <translation>%1 行，读取 %2，在存储层 %4 中存储 %3</translation>
        </message>
        <message>
            <source>next backup due %1</source>
            <translation>下次备份时间 %1</translation>
        </message>
        <message>
            <source>%1 backup planned for %2: %3</source>
            <translation>计划于 %2 进行%1备份：%3</translation>
        </message>
        <message>
            <source>incremental</source>
            <translation>增量</translation>
        </message>
        <message>
            <source>restorable to any commit</source>
            <translation>可恢复到任意提交</translation>
        </message>
        <message>
            <source>gap</source>
            <translation>缺口</translation>
        </message>
        <message>
            <source>objective exceeded</source>
            <translation>超出目标</translation>
        </message>
        <message>
            <source>full due</source>
            <translation>全量到期</translation>
        </message>
        <message>
            <source>synthetic full due</source>
            <translation>合成全量到期</translation>
        </message>
        <message>
            <source>incremental due</source>
            <translation>增量到期</translation>
        </message>
        <message>
            <source>gap: only the backups beside it can be restored</source>
            <translation>缺口：只能恢复其两侧的备份</translation>
        </message>
        <message>
            <source>gap: %1</source>
            <translation>缺口：%1</translation>
        </message>
        <message>
            <source>nothing can be restored</source>
            <translation>无可恢复的内容</translation>
        </message>
        <message>
            <source>only the backups themselves can be restored</source>
            <translation>只能恢复备份本身</translation>
        </message>
        <message>
            <source>the newest backup was older than the objective</source>
            <translation>最新备份早于目标要求</translation>
        </message>
    </context>
    <context>
        <name>isotherm::BackupsPage</name>
        <message>
            <source>Back up now</source>
            <translation>立即备份</translation>
        </message>
        <message>
            <source>Restore selection…</source>
            <translation>恢复所选…</translation>
        </message>
        <message>
            <source>Recovery point objectives, worst first</source>
            <translation>恢复点目标（RPO），最差的在前</translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s)</source>
            <translation>
                <numerusform>%n 个分片</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s)</source>
            <translation>
                <numerusform>%n 个备份</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 stored</source>
            <translation>已存储 %1</translation>
        </message>
        <message numerus="yes">
            <source>%n without backup</source>
            <translation>
                <numerusform>%n 个没有备份</numerusform>
            </translation>
        </message>
        <message>
            <source>No shards yet. Adopt a keyspace, or wait for the agent to answer.</source>
            <translation>还没有分片。请接管一个键空间，或等待代理响应。</translation>
        </message>
        <message>
            <source>Back up all now</source>
            <translation>立即备份全部</translation>
        </message>
        <message numerus="yes">
            <source>Back up %n shard(s) now</source>
            <translation>
                <numerusform>立即备份 %n 个分片</numerusform>
            </translation>
        </message>
        <message>
            <source>Starts a backup now, beside the schedule</source>
            <translation>立即开始备份，不影响计划</translation>
        </message>
        <message>
            <source>Select one or more shards first.</source>
            <translation>请先选择一个或多个分片。</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards (R)</source>
            <translation>找回所选分片的行 (R)</translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s) started: see Jobs</source>
            <translation>
                <numerusform>已启动 %n 个备份：见“任务”</numerusform>
            </translation>
        </message>
        <message>
            <source>Drill</source>
            <translation>演练</translation>
        </message>
        <message>
            <source>Rotation ahead</source>
            <translation>未来轮换</translation>
        </message>
        <message>
            <source>Show every backup that is planned for the coming rotation</source>
            <translation>显示下一轮换计划的所有备份</translation>
        </message>
        <message numerus="yes">
            <source>Drill %n shard(s)</source>
            <translation>
                <numerusform>演练 %n 个分片</numerusform>
            </translation>
        </message>
        <message>
            <source>Restores into a scratch table, compares it with the database, and drops it again: the proof that backups can be restored</source>
            <translation>恢复到临时表，与数据库比对后删除：证明备份可恢复</translation>
        </message>
        <message numerus="yes">
            <source>%n trial restore(s) started: see Jobs</source>
            <translation>
                <numerusform>已开始 %n 个演练：见作业</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangeCard</name>
        <message>
            <source>✓  The dry run found nothing in the way.</source>
            <translation>✓  试运行未发现障碍。</translation>
        </message>
        <message>
            <source>The new shards</source>
            <translation>新分片</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>理由</translation>
        </message>
        <message>
            <source>Show on the map</source>
            <translation>在图上显示</translation>
        </message>
        <message>
            <source>Put the cuts back</source>
            <translation>还原切点</translation>
        </message>
        <message>
            <source>Propose these cuts</source>
            <translation>提议这些切点</translation>
        </message>
        <message>
            <source>Reject</source>
            <translation>拒绝</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>批准</translation>
        </message>
        <message>
            <source>limit crossed at %1</source>
            <translation>将于 %1 越过上限</translation>
        </message>
        <message>
            <source>can be cancelled until the switch</source>
            <translation>切换前可取消</translation>
        </message>
        <message>
            <source>Bars: load; lines: rows. The parts' loads are %1 apart (0 % is even). Drag a cut to try another.</source>
            <translation>条形：负载；线：行数。各部分负载相差 %1（0 % 为均衡）。拖动切点可尝试其他位置。</translation>
        </message>
        <message>
            <source>expires %1</source>
            <translation>%1 到期</translation>
        </message>
        <message>
            <source>proposed by %1 at %2</source>
            <translation>由 %1 于 %2 提议</translation>
        </message>
        <message>
            <source>%1 behind</source>
            <translation>落后 %1</translation>
        </message>
        <message>
            <source>change %1 takes it back</source>
            <translation>变更 %1 将其撤回</translation>
        </message>
        <message>
            <source>The agent has been asked.</source>
            <translation>已向代理发出请求。</translation>
        </message>
        <message>
            <source>The cuts were moved: propose them, or put them back.</source>
            <translation>切点已移动：请提议或还原。</translation>
        </message>
        <message>
            <source>Say why first.</source>
            <translation>请先说明理由。</translation>
        </message>
        <message>
            <source>Starts once enough people have said yes</source>
            <translation>获得足够同意后开始</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangePartsModel</name>
        <message>
            <source>%1 (one hot key)</source>
            <translation>%1（单个热键）</translation>
        </message>
        <message>
            <source>New shard</source>
            <translation>新分片</translation>
        </message>
        <message>
            <source>Share of the load</source>
            <translation>负载占比</translation>
        </message>
        <message>
            <source>Load now</source>
            <translation>当前负载</translation>
        </message>
        <message>
            <source>Forecast peak</source>
            <translation>预测峰值</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ChangesPage</name>
        <message>
            <source>Check (dry run)</source>
            <translation>检查（试运行）</translation>
        </message>
        <message>
            <source>Hot, and not split</source>
            <translation>过热但未拆分</translation>
        </message>
        <message>
            <source>The changes could not be read</source>
            <translation>无法读取变更</translation>
        </message>
        <message>
            <source>Reading changes…</source>
            <translation>正在读取变更…</translation>
        </message>
        <message>
            <source>Not connected</source>
            <translation>未连接</translation>
        </message>
        <message>
            <source>No split or merge has been proposed.

The planner proposes one when a shard is or will be too hot. To propose one yourself, select a shard (split) or neighbours (merge).</source>
            <translation>尚无拆分或合并提议。

当分片过热或即将过热时，规划器会提议。要自行提议，请选择一个分片（拆分）或相邻分片（合并）。</translation>
        </message>
        <message numerus="yes">
            <source>%n wait(s) for a decision</source>
            <translation>
                <numerusform>%n 项等待决定</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hot shard(s) not split</source>
            <translation>
                <numerusform>%n 个过热分片未拆分</numerusform>
            </translation>
        </message>
        <message>
            <source>Next: %1</source>
            <translation>下一步：%1</translation>
        </message>
        <message>
            <source>Propose a merge</source>
            <translation>提议合并</translation>
        </message>
        <message>
            <source>Propose a split</source>
            <translation>提议拆分</translation>
        </message>
        <message>
            <source>Select a shard to split, or neighbours to merge, on the heat map.</source>
            <translation>请在热力图上选择要拆分的分片或要合并的相邻分片。</translation>
        </message>
        <message>
            <source>Proposed: %1</source>
            <translation>已提议：%1</translation>
        </message>
        <message>
            <source>This was only looked at: propose it to have it decided.</source>
            <translation>这只是检查：如需决定请提议。</translation>
        </message>
        <message>
            <source>Approved: %1</source>
            <translation>已批准：%1</translation>
        </message>
        <message>
            <source>Rejected: %1</source>
            <translation>已拒绝：%1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::CliPanel</name>
        <message>
            <source>The same on the command line</source>
            <translation>对应的命令行</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ClusterBadge</name>
        <message>
            <source>no cluster</source>
            <translation>无集群</translation>
        </message>
        <message>
            <source>%1 %2, agent %3</source>
            <translation>%1 %2，代理 %3</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ClusterState</name>
        <message>
            <source>Not connected to the agent: changes are off until the connection is back.</source>
            <translation>未连接到代理：连接恢复前无法进行更改。</translation>
        </message>
        <message>
            <source>Your role is viewer: changes need the role operator.</source>
            <translation>您的角色是查看者：更改需要操作员角色（operator）。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ConnectDialog</name>
        <message>
            <source>Test the connection</source>
            <translation>测试连接</translation>
        </message>
        <message>
            <source>Connect</source>
            <translation>连接</translation>
        </message>
        <message>
            <source>Connect to an agent</source>
            <translation>连接到代理</translation>
        </message>
        <message>
            <source>A profile holds the agent's address and your certificate. An administrator makes one with “isotherm-agent enroll NAME --role operator --out profile.json”.</source>
            <translation>配置文件包含代理的地址和您的证书。管理员可用“isotherm-agent enroll NAME --role operator --out profile.json”创建。</translation>
        </message>
        <message>
            <source>Browse…</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>Profile file</source>
            <translation>配置文件</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>密码短语</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Profiles (*.json);;All files (*)</source>
            <translation>配置文件 (*.json);;所有文件 (*)</translation>
        </message>
        <message>
            <source>not needed</source>
            <translation>不需要</translation>
        </message>
        <message>
            <source>Asking %1…</source>
            <translation>正在询问 %1…</translation>
        </message>
        <message>
            <source>The agent answers: cluster %1 (%2), agent %3, you are %4 (%5).</source>
            <translation>代理已响应：集群 %1（%2），代理 %3，您是 %4（%5）。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::DiagnosticsModel</name>
        <message>
            <source>note</source>
            <translation>提示</translation>
        </message>
        <message>
            <source>warning</source>
            <translation>警告</translation>
        </message>
        <message>
            <source>critical</source>
            <translation>严重</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>级别</translation>
        </message>
        <message>
            <source>What</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>What to do</source>
            <translation>处理办法</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ForecastErrorChart</name>
        <message>
            <source>Forecast error by how long ahead</source>
            <translation>按提前量的预测误差</translation>
        </message>
        <message>
            <source>Forecast error (0.1 is about 10 %)</source>
            <translation>预测误差（0.1 约为 10 %）</translation>
        </message>
        <message>
            <source>Isotherm</source>
            <translation>Isotherm</translation>
        </message>
        <message>
            <source>as yesterday or last week</source>
            <translation>同昨日或上周</translation>
        </message>
        <message>
            <source>no forecast has come true yet</source>
            <translation>尚无预测到期</translation>
        </message>
        <message>
            <source>made ahead by</source>
            <translation>提前量</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ForecastPanel</name>
        <message>
            <source>made %1</source>
            <translation>制作于 %1</translation>
        </message>
        <message>
            <source>learned from %1 on</source>
            <translation>学习自 %1 起</translation>
        </message>
        <message>
            <source>%1 of %2 series drift</source>
            <translation>%2 个序列中有 %1 个漂移</translation>
        </message>
        <message>
            <source>forecast only: nothing acts on it</source>
            <translation>仅预测：不据此行动</translation>
        </message>
        <message>
            <source>%1 ahead without %2: it loses to yesterday or last week</source>
            <translation>提前 %1 时不用 %2：不如昨日或上周</translation>
        </message>
        <message>
            <source>No forecast yet.</source>
            <translation>暂无预测。</translation>
        </message>
        <message>
            <source>Select a shard to see what is expected of it</source>
            <translation>选择分片以查看其预期</translation>
        </message>
        <message>
            <source>Forecasts are of rows read and written: choose that metric</source>
            <translation>预测针对读写行数：请选择该指标</translation>
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
            <translation>灰度</translation>
        </message>
        <message>
            <source>&amp;Zoom to selection</source>
            <translation>缩放到所选(&amp;Z)</translation>
        </message>
        <message>
            <source>Show only what is selected (Enter)</source>
            <translation>仅显示所选内容 (Enter)</translation>
        </message>
        <message>
            <source>&amp;Restore selection…</source>
            <translation>恢复所选(&amp;R)…</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards, as they were before the selected time (R)</source>
            <translation>找回所选分片的行，恢复到所选时间之前的状态 (R)</translation>
        </message>
        <message>
            <source>Zoom &amp;in</source>
            <translation>放大(&amp;I)</translation>
        </message>
        <message>
            <source>Show half of the time (+)</source>
            <translation>显示一半的时间 (+)</translation>
        </message>
        <message>
            <source>Zoom &amp;out</source>
            <translation>缩小(&amp;O)</translation>
        </message>
        <message>
            <source>Show twice the time (−)</source>
            <translation>显示两倍的时间 (−)</translation>
        </message>
        <message>
            <source>&amp;Back</source>
            <translation>后退(&amp;B)</translation>
        </message>
        <message>
            <source>To where you zoomed in from (Backspace)</source>
            <translation>回到放大之前的位置 (Backspace)</translation>
        </message>
        <message>
            <source>R&amp;eset</source>
            <translation>重置(&amp;E)</translation>
        </message>
        <message>
            <source>Show all rows and the whole range (0)</source>
            <translation>显示所有行和整个范围 (0)</translation>
        </message>
        <message>
            <source>&amp;Follow live</source>
            <translation>实时跟随(&amp;F)</translation>
        </message>
        <message>
            <source>Keep the right edge at now (L)</source>
            <translation>右边缘保持在当前时间 (L)</translation>
        </message>
        <message>
            <source>&amp;Logarithmic scale</source>
            <translation>对数刻度(&amp;L)</translation>
        </message>
        <message>
            <source>Three decades: small differences among cold shards show</source>
            <translation>三个数量级：可看出冷分片之间的细微差别</translation>
        </message>
        <message>
            <source>Show &amp;peaks</source>
            <translation>显示峰值(&amp;P)</translation>
        </message>
        <message>
            <source>Draw the maximum of each cell; off: the mean</source>
            <translation>绘制每个单元格的最大值；关闭时为平均值</translation>
        </message>
        <message>
            <source>Show as &amp;table…</source>
            <translation>显示为表格(&amp;T)…</translation>
        </message>
        <message>
            <source>The same numbers as a table, for screen readers</source>
            <translation>以表格显示相同的数字，供屏幕阅读器使用</translation>
        </message>
        <message>
            <source>Export as P&amp;NG…</source>
            <translation>导出为 PNG(&amp;N)…</translation>
        </message>
        <message>
            <source>Save the picture</source>
            <translation>保存图片</translation>
        </message>
        <message>
            <source>Export as &amp;CSV…</source>
            <translation>导出为 CSV(&amp;C)…</translation>
        </message>
        <message>
            <source>Save the numbers on screen</source>
            <translation>保存屏幕上的数字</translation>
        </message>
        <message>
            <source>&amp;Metric</source>
            <translation>指标(&amp;M)</translation>
        </message>
        <message>
            <source>&amp;Colours</source>
            <translation>颜色(&amp;C)</translation>
        </message>
        <message>
            <source>Show &amp;forecasts</source>
            <translation>显示预测(&amp;F)</translation>
        </message>
        <message>
            <source>Draw what is expected right of now, hatched (F)</source>
            <translation>在“现在”右侧以阴影线绘制预期值 (F)</translation>
        </message>
        <message>
            <source>Show &amp;past forecasts</source>
            <translation>显示过去的预测(&amp;P)</translation>
        </message>
        <message>
            <source>Lay what was expected an hour before over what happened, along the lower edge of each row</source>
            <translation>沿每行下缘叠加一小时前的预期</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatCanvas</name>
        <message>
            <source>Heat map</source>
            <translation>热力图</translation>
        </message>
        <message>
            <source>Heat by key and time. Arrow keys move the cell, Shift and arrow keys select, R restores the selection. The same numbers are in Heat, Show as table.</source>
            <translation>按键和时间显示热度。方向键移动单元格，Shift 加方向键选择，R 恢复所选内容。相同的数字见“热度 – 显示为表格”。</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>未测量</translation>
        </message>
        <message>
            <source>mean %1</source>
            <translation>平均 %1</translation>
        </message>
        <message>
            <source>max %1</source>
            <translation>最大 %1</translation>
        </message>
        <message>
            <source>until %1 (%2)</source>
            <translation>至 %1（%2）</translation>
        </message>
        <message>
            <source>expected %1</source>
            <translation>预期 %1</translation>
        </message>
        <message>
            <source>80 %: %1 to %2</source>
            <translation>80 %：%1 至 %2</translation>
        </message>
        <message>
            <source>an hour before, %1 was expected</source>
            <translation>一小时前预期 %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatLegend</name>
        <message>
            <source>Colour scale</source>
            <translation>颜色刻度</translation>
        </message>
        <message>
            <source>hot</source>
            <translation>热</translation>
        </message>
        <message>
            <source>warm</source>
            <translation>温</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>未测量</translation>
        </message>
        <message>
            <source>forecast</source>
            <translation>预测</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatPage</name>
        <message>
            <source>Metric</source>
            <translation>指标</translation>
        </message>
        <message>
            <source>What the colours show</source>
            <translation>颜色表示的内容</translation>
        </message>
        <message>
            <source>Brightness</source>
            <translation>亮度</translation>
        </message>
        <message>
            <source>Lifts or lowers the colours of small values; the legend follows</source>
            <translation>提高或降低小数值的颜色；图例随之变化</translation>
        </message>
        <message>
            <source>Drag over the map to select shards and a time first.</source>
            <translation>请先在图上拖动以选择分片和时间。</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards, as they were before the selected time (R)</source>
            <translation>找回所选分片的行，恢复到所选时间之前的状态 (R)</translation>
        </message>
        <message>
            <source>The heat of this range could not be read</source>
            <translation>无法读取此范围的热度</translation>
        </message>
        <message>
            <source>Not connected</source>
            <translation>未连接</translation>
        </message>
        <message>
            <source>Heat appears as soon as the agent answers.</source>
            <translation>代理响应后即显示热度。</translation>
        </message>
        <message>
            <source>Reading heat…</source>
            <translation>正在读取热度…</translation>
        </message>
        <message>
            <source>No samples yet</source>
            <translation>还没有采样</translation>
        </message>
        <message>
            <source>The first column appears in about 10 s.</source>
            <translation>第一列约在 10 秒后出现。</translation>
        </message>
        <message>
            <source>Saved %1</source>
            <translation>已保存 %1</translation>
        </message>
        <message>
            <source>Cannot write %1: %2</source>
            <translation>无法写入 %1：%2</translation>
        </message>
        <message>
            <source>Export as PNG</source>
            <translation>导出为 PNG</translation>
        </message>
        <message>
            <source>PNG pictures (*.png)</source>
            <translation>PNG 图片 (*.png)</translation>
        </message>
        <message>
            <source>Export as CSV</source>
            <translation>导出为 CSV</translation>
        </message>
        <message>
            <source>CSV tables (*.csv)</source>
            <translation>CSV 表格 (*.csv)</translation>
        </message>
        <message>
            <source>There is no forecast of this metric yet: forecasts are of rows and of temperature</source>
            <translation>此指标暂无预测：仅行数和温度有预测</translation>
        </message>
        <message>
            <source>Draw what is expected right of now, hatched (F)</source>
            <translation>在“现在”右侧以阴影线绘制预期值 (F)</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatTableDialog</name>
        <message>
            <source>Heat as a table</source>
            <translation>热度表格</translation>
        </message>
        <message>
            <source>%1, mean of each column of time, newest first. The tool tip has the maximum.</source>
            <translation>%1，每个时间列的平均值，最新的在前。提示中显示最大值。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatTableModel</name>
        <message>
            <source>not measured</source>
            <translation>未测量</translation>
        </message>
        <message>
            <source>max %1</source>
            <translation>最大 %1</translation>
        </message>
        <message>
            <source>forecast %1</source>
            <translation>预测 %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::HeatView</name>
        <message>
            <source>Mean of each row over the time on screen</source>
            <translation>每行在所示时间内的平均值</translation>
        </message>
        <message>
            <source>up to %1</source>
            <translation>最高 %1</translation>
        </message>
        <message>
            <source>The histogram above: mean of all rows on screen</source>
            <translation>上方直方图：屏幕上所有行的平均值</translation>
        </message>
        <message>
            <source>The histogram above: all rows on screen together</source>
            <translation>上方直方图：屏幕上所有行的总和</translation>
        </message>
    </context>
    <context>
        <name>isotherm::InspectorPanel</name>
        <message>
            <source>Restore selection…</source>
            <translation>恢复所选…</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards (R)</source>
            <translation>找回所选分片的行 (R)</translation>
        </message>
        <message>
            <source>Nothing selected</source>
            <translation>未选择任何内容</translation>
        </message>
        <message>
            <source>Drag over the heat map, or click a shard in the Navigator.</source>
            <translation>在热力图上拖动，或在导航器中单击一个分片。</translation>
        </message>
        <message>
            <source>From</source>
            <translation>从</translation>
        </message>
        <message>
            <source>Until</source>
            <translation>至</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>温度</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>预测</translation>
        </message>
        <message>
            <source>Load</source>
            <translation>负载</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行数</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大小</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>Objective</source>
            <translation>目标</translation>
        </message>
        <message>
            <source>At risk now</source>
            <translation>当前风险</translation>
        </message>
        <message>
            <source>everything: no backup</source>
            <translation>全部：没有备份</translation>
        </message>
        <message>
            <source>Last backup</source>
            <translation>上次备份</translation>
        </message>
        <message>
            <source>never</source>
            <translation>从未</translation>
        </message>
        <message>
            <source>Next backup</source>
            <translation>下次备份</translation>
        </message>
        <message>
            <source>Why then</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Tier</source>
            <translation>存储层</translation>
        </message>
        <message>
            <source>Proof</source>
            <translation>验证</translation>
        </message>
        <message>
            <source>Not covered</source>
            <translation>未涵盖</translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s)</source>
            <translation>
                <numerusform>%n 个分片</numerusform>
            </translation>
        </message>
        <message>
            <source>Hottest</source>
            <translation>最热</translation>
        </message>
    </context>
    <context>
        <name>isotherm::JobsModel</name>
        <message>
            <source>%1 rows</source>
            <translation>%1 行</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 / %2</translation>
        </message>
        <message>
            <source>asked for by %1</source>
            <translation>请求者：%1</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Job</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Phase</source>
            <translation>阶段</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>速率</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>创建时间</translation>
        </message>
        <message>
            <source>Outcome</source>
            <translation>结果</translation>
        </message>
    </context>
    <context>
        <name>isotherm::JobsPanel</name>
        <message>
            <source>Cancel job</source>
            <translation>取消任务</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Jobs belong to the agent: you may close this window.</source>
            <translation>任务由代理执行：您可以关闭此窗口。</translation>
        </message>
        <message>
            <source>Stops the job; what it made so far is rolled back</source>
            <translation>停止任务；已完成的部分将被回滚</translation>
        </message>
        <message>
            <source>Choose a job that runs or waits.</source>
            <translation>请选择正在运行或等待的任务。</translation>
        </message>
        <message>
            <source>Asked the agent to cancel the job.</source>
            <translation>已请求代理取消该任务。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::KeyAxis</name>
        <message>
            <source>Click a key range to select its shard; Shift adds to the selection.</source>
            <translation>单击键范围以选择其分片；按住 Shift 可添加到所选。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::KeyHistogramView</name>
        <message>
            <source>Load along the keys, with cut points</source>
            <translation>按键的负载及切点</translation>
        </message>
        <message>
            <source>no keys were sampled yet</source>
            <translation>尚未采样到键</translation>
        </message>
        <message>
            <source>the key %1</source>
            <translation>键 %1</translation>
        </message>
        <message>
            <source>keys from %1</source>
            <translation>自 %1 起的键</translation>
        </message>
        <message>
            <source>%1 of the load, %2 of the rows</source>
            <translation>%1 的负载，%2 的行</translation>
        </message>
    </context>
    <context>
        <name>isotherm::LogPanel</name>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>connecting to %1</source>
            <translation>正在连接 %1</translation>
        </message>
        <message>
            <source>connected to %1</source>
            <translation>已连接到 %1</translation>
        </message>
        <message>
            <source>connection to %1 lost: %2</source>
            <translation>与 %1 的连接已断开：%2</translation>
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
            <translation>概览</translation>
        </message>
        <message>
            <source>Heat</source>
            <translation>热度</translation>
        </message>
        <message>
            <source>Backups</source>
            <translation>备份</translation>
        </message>
        <message>
            <source>Restores</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>审计</translation>
        </message>
        <message>
            <source>Range and zone</source>
            <translation>范围与时区</translation>
        </message>
        <message>
            <source>Navigator</source>
            <translation>导航器</translation>
        </message>
        <message>
            <source>Inspector</source>
            <translation>检查器</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>任务</translation>
        </message>
        <message>
            <source>Alerts</source>
            <translation>告警</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Jobs (%1)</source>
            <translation>任务 (%1)</translation>
        </message>
        <message>
            <source>Alerts (%1)</source>
            <translation>告警 (%1)</translation>
        </message>
        <message>
            <source>%1 (%2): Isotherm</source>
            <translation>%1（%2）：Isotherm</translation>
        </message>
        <message>
            <source>Not connected to %1: %2</source>
            <translation>未连接到 %1：%2</translation>
        </message>
        <message>
            <source>What you see is %1 old. Changes are off.</source>
            <translation>您看到的是 %1 之前的数据。更改已停用。</translation>
        </message>
        <message>
            <source>Next try in %1.</source>
            <translation>%1 后重试。</translation>
        </message>
        <message>
            <source>Retry now</source>
            <translation>立即重试</translation>
        </message>
        <message>
            <source>Hint: %1</source>
            <translation>提示：%1</translation>
        </message>
        <message>
            <source>All alerts</source>
            <translation>所有告警</translation>
        </message>
        <message>
            <source>view</source>
            <translation>视图</translation>
        </message>
        <message>
            <source>command</source>
            <translation>命令</translation>
        </message>
        <message>
            <source>shard, temperature %1</source>
            <translation>分片，温度 %1</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>变更</translation>
        </message>
        <message>
            <source>Approvals</source>
            <translation>审批</translation>
        </message>
        <message>
            <source>Forecasts</source>
            <translation>预测</translation>
        </message>
        <message>
            <source>CLI</source>
            <translation>命令行</translation>
        </message>
        <message>
            <source>Approvals (%1)</source>
            <translation>审批 (%1)</translation>
        </message>
    </context>
    <context>
        <name>isotherm::NavigatorPanel</name>
        <message>
            <source>Navigator</source>
            <translation>导航器</translation>
        </message>
        <message>
            <source>Filter shards…</source>
            <translation>筛选分片…</translation>
        </message>
    </context>
    <context>
        <name>isotherm::OverviewPage</name>
        <message>
            <source>Worst recovery point</source>
            <translation>最差恢复点</translation>
        </message>
        <message>
            <source>Hottest shard now</source>
            <translation>当前最热分片</translation>
        </message>
        <message>
            <source>Jobs running</source>
            <translation>运行中的任务</translation>
        </message>
        <message>
            <source>Repository</source>
            <translation>备份库</translation>
        </message>
        <message>
            <source>Shard</source>
            <translation>分片</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>温度</translation>
        </message>
        <message>
            <source>Predicted</source>
            <translation>预测</translation>
        </message>
        <message>
            <source>Rate</source>
            <translation>速率</translation>
        </message>
        <message>
            <source>Due</source>
            <translation>到期</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Hottest shards</source>
            <translation>最热分片</translation>
        </message>
        <message>
            <source>Next backups</source>
            <translation>接下来的备份</translation>
        </message>
        <message>
            <source>waiting for the agent</source>
            <translation>等待代理</translation>
        </message>
        <message>
            <source>no shards yet</source>
            <translation>还没有分片</translation>
        </message>
        <message>
            <source>no backup</source>
            <translation>无备份</translation>
        </message>
        <message>
            <source>%1, objective %2</source>
            <translation>%1，目标 %2</translation>
        </message>
        <message>
            <source>nothing runs now</source>
            <translation>当前没有任务运行</translation>
        </message>
        <message>
            <source>%1 together</source>
            <translation>合计 %1</translation>
        </message>
        <message numerus="yes">
            <source>%n backup(s)</source>
            <translation>
                <numerusform>%n 个备份</numerusform>
            </translation>
        </message>
        <message>
            <source>every shard has one</source>
            <translation>每个分片都有</translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s) have none</source>
            <translation>
                <numerusform>%n 个分片没有</numerusform>
            </translation>
        </message>
        <message>
            <source>no temperature measured yet</source>
            <translation>尚未测得温度</translation>
        </message>
        <message>
            <source>Waiting for a decision</source>
            <translation>等待决定</translation>
        </message>
        <message>
            <source>Last trial restore</source>
            <translation>最近演练</translation>
        </message>
        <message>
            <source>expected next: %1 at %2</source>
            <translation>预期下一个：%1，%2</translation>
        </message>
        <message numerus="yes">
            <source>%n hot shard(s) not split</source>
            <translation>
                <numerusform>%n 个过热分片未拆分</numerusform>
            </translation>
        </message>
        <message>
            <source>never</source>
            <translation>从未</translation>
        </message>
        <message>
            <source>no backup has been restored on trial yet</source>
            <translation>尚未演练恢复过备份</translation>
        </message>
        <message>
            <source>passed</source>
            <translation>通过</translation>
        </message>
        <message>
            <source>FAILED</source>
            <translation>失败</translation>
        </message>
    </context>
    <context>
        <name>isotherm::PlanPartsModel</name>
        <message>
            <source>backup %1 at LSN %2</source>
            <translation>备份 %1，LSN %2</translation>
        </message>
        <message>
            <source>≤ %1</source>
            <translation>≤ %1</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>表</translation>
        </message>
        <message>
            <source>Key range</source>
            <translation>键范围</translation>
        </message>
        <message>
            <source>State as of</source>
            <translation>状态截至</translation>
        </message>
        <message>
            <source>Runs</source>
            <translation>数据段</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行数</translation>
        </message>
        <message>
            <source>To read</source>
            <translation>待读取</translation>
        </message>
        <message>
            <source>Tier</source>
            <translation>存储层</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RangeDialog</name>
        <message>
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <source>From</source>
            <translation>从</translation>
        </message>
        <message>
            <source>Until</source>
            <translation>至</translation>
        </message>
        <message>
            <source>Zone</source>
            <translation>时区</translation>
        </message>
        <message>
            <source>A range lasts at least 5 s and ends after it begins.</source>
            <translation>范围至少 5 秒，且结束晚于开始。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RangePicker</name>
        <message>
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <source>One range back</source>
            <translation>后退一个范围</translation>
        </message>
        <message>
            <source>One range forth</source>
            <translation>前进一个范围</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>Last %1</source>
            <translation>最近 %1</translation>
        </message>
        <message>
            <source>Custom…</source>
            <translation>自定义…</translation>
        </message>
        <message>
            <source>The range already ends now</source>
            <translation>范围已到当前时间</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ReceiptView</name>
        <message>
            <source>Table</source>
            <translation>表</translation>
        </message>
        <message>
            <source>Restored to</source>
            <translation>恢复到</translation>
        </message>
        <message>
            <source>Rows</source>
            <translation>行数</translation>
        </message>
        <message>
            <source>Checksum</source>
            <translation>校验和</translation>
        </message>
        <message>
            <source>Verified</source>
            <translation>已验证</translation>
        </message>
        <message>
            <source>Receipt: every row count and checksum was read back and agrees</source>
            <translation>回执：所有行数和校验和均已回读且一致</translation>
        </message>
        <message>
            <source>Receipt: NOT verified, see the tables below</source>
            <translation>回执：未通过验证，请查看下方表格</translation>
        </message>
        <message>
            <source>Job %1  ·  plan %2  ·  finished %3  ·  took %4  ·  %5 read</source>
            <translation>任务 %1  ·  计划 %2  ·  完成于 %3  ·  用时 %4  ·  读取 %5</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>是</translation>
        </message>
        <message>
            <source>NO</source>
            <translation>否</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RecoveryReceiptView</name>
        <message>
            <source>Undo…</source>
            <translation>撤销…</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>表</translation>
        </message>
        <message>
            <source>What was done</source>
            <translation>所做操作</translation>
        </message>
        <message>
            <source>Kept as</source>
            <translation>保留为</translation>
        </message>
        <message>
            <source>%1: read back, and as wanted</source>
            <translation>%1：已回读，符合要求</translation>
        </message>
        <message>
            <source>%1: NOT verified, see below</source>
            <translation>%1：未验证，见下</translation>
        </message>
        <message>
            <source>Job %1  ·  plan %2  ·  finished %3  ·  took %4</source>
            <translation>作业 %1  ·  计划 %2  ·  完成于 %3  ·  用时 %4</translation>
        </message>
        <message>
            <source>Undone by job %1.</source>
            <translation>已由作业 %1 撤销。</translation>
        </message>
        <message>
            <source>This cannot be undone.</source>
            <translation>无法撤销。</translation>
        </message>
        <message>
            <source>Can be undone until %1.</source>
            <translation>可在 %1 前撤销。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RecoveryReview</name>
        <message>
            <source>Show SQL</source>
            <translation>显示 SQL</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>审阅</translation>
        </message>
        <message>
            <source>Nothing has been done yet. What you review here is what runs.</source>
            <translation>尚未执行任何操作。此处所审即所行。</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>表</translation>
        </message>
        <message>
            <source>What is done</source>
            <translation>将做操作</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>步骤</translation>
        </message>
        <message>
            <source>SQL that will be run</source>
            <translation>将执行的 SQL</translation>
        </message>
        <message>
            <source>Type %1 to go on:</source>
            <translation>输入 %1 以继续：</translation>
        </message>
        <message>
            <source>Copy back</source>
            <translation>拷回</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <source>Restore elsewhere</source>
            <translation>恢复到别处</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>撤销</translation>
        </message>
        <message>
            <source>Drop</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Type the name first.</source>
            <translation>请先输入名称。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RecoveryView</name>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Rows then, and rows now</source>
            <translation>当时与现在的行</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestorablePicker</name>
        <message>
            <source>Moment to restore to</source>
            <translation>恢复到的时刻</translation>
        </message>
        <message>
            <source>gap: nothing can be restored to in here</source>
            <translation>缺口：此处无法恢复</translation>
        </message>
        <message>
            <source>gap: %1</source>
            <translation>缺口：%1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestorePlanStep</name>
        <message>
            <source>The plan</source>
            <translation>计划</translation>
        </message>
        <message>
            <source>Nothing has been done yet. What you review here is what runs.</source>
            <translation>尚未执行任何操作。您在此审阅的内容就是将要执行的内容。</translation>
        </message>
        <message>
            <source>Parts of the plan</source>
            <translation>计划的各部分</translation>
        </message>
        <message>
            <source>Making the plan…</source>
            <translation>正在制定计划…</translation>
        </message>
        <message>
            <source>Reads %1 for at most %2 rows</source>
            <translation>读取 %1，最多 %2 行</translation>
        </message>
        <message>
            <source>expected to take %1 to %2</source>
            <translation>预计用时 %1 至 %2</translation>
        </message>
        <message>
            <source>no estimate of the time: no restore like this has run yet</source>
            <translation>无法估计用时：还没有执行过类似的恢复</translation>
        </message>
        <message numerus="yes">
            <source>%n part(s)</source>
            <translation>
                <numerusform>%n 个部分</numerusform>
            </translation>
        </message>
        <message>
            <source>plan %1</source>
            <translation>计划 %1</translation>
        </message>
        <message>
            <source>New tables: %1</source>
            <translation>新表：%1</translation>
        </message>
        <message>
            <source>No plan could be made</source>
            <translation>无法制定计划</translation>
        </message>
        <message numerus="yes">
            <source>%n transaction(s) also changed other shards, which stay as they are.</source>
            <translation>
                <numerusform>%n 个事务还更改了其他分片，这些分片保持不变。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>transaction %1 of %2 is undone here, and kept in %n other shard(s)</source>
            <translation>
                <numerusform>事务 %1（%2）在此撤销，但保留在其他 %n 个分片中</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>transaction %1 of %2 comes back here, beside %n other shard(s) as of today</source>
            <translation>
                <numerusform>事务 %1（%2）在此恢复，其他 %n 个分片为今日状态</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreProgressStep</name>
        <message>
            <source>The restore</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Starting…</source>
            <translation>正在启动…</translation>
        </message>
        <message>
            <source>The job belongs to the agent: you may close this window.</source>
            <translation>该任务由代理执行：您可以关闭此窗口。</translation>
        </message>
        <message>
            <source>%1 rows  ·  %2 read</source>
            <translation>%1 行  ·  读取 %2</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhatStep</name>
        <message>
            <source>What to bring back</source>
            <translation>要找回什么</translation>
        </message>
        <message>
            <source>Only the runs and blocks that hold these rows are read from the repository.</source>
            <translation>只从备份库读取包含这些行的数据段和块。</translation>
        </message>
        <message>
            <source>Tables</source>
            <translation>表</translation>
        </message>
        <message>
            <source>Only rows whose key fits (optional)</source>
            <translation>仅限键符合条件的行（可选）</translation>
        </message>
        <message>
            <source>Key predicate</source>
            <translation>键条件</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>以及另外 %n 个</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n shard(s) of keyspace %1:</source>
            <translation>
                <numerusform>键空间 %1 的 %n 个分片：</numerusform>
            </translation>
        </message>
        <message>
            <source>key</source>
            <translation>键</translation>
        </message>
        <message>
            <source>%1 between 100 and 200</source>
            <translation>%1 between 100 and 200</translation>
        </message>
        <message>
            <source>Empty: all rows of the selected shards. Key columns: %1</source>
            <translation>留空：所选分片的所有行。键列：%1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhenStep</name>
        <message>
            <source>The newest backup</source>
            <translation>最新备份</translation>
        </message>
        <message>
            <source>From when</source>
            <translation>恢复到何时</translation>
        </message>
        <message>
            <source>Moment</source>
            <translation>时刻</translation>
        </message>
        <message>
            <source>Nothing can be restored: none of the selected shards has a backup.</source>
            <translation>无法恢复：所选分片都没有备份。</translation>
        </message>
        <message>
            <source>State as of %1</source>
            <translation>状态截至 %1</translation>
        </message>
        <message>
            <source>States between %1 and %2, shard by shard</source>
            <translation>各分片的状态在 %1 与 %2 之间</translation>
        </message>
        <message>
            <source>Nothing is restorable that early: moved to the first moment that every shard can be brought back to.</source>
            <translation>此前没有可恢复的内容：已移至每个分片都可恢复的最早时刻。</translation>
        </message>
        <message>
            <source>%1 of %2 shards have a backup at that moment.</source>
            <translation>该时刻有备份的分片：%1 / %2。</translation>
        </message>
        <message>
            <source>At</source>
            <translation>时刻</translation>
        </message>
        <message>
            <source>Just before a transaction</source>
            <translation>某事务之前</translation>
        </message>
        <message>
            <source>Largest losses first</source>
            <translation>损失最大的在前</translation>
        </message>
        <message>
            <source>Set target just before this one</source>
            <translation>将目标设为此事务之前</translation>
        </message>
        <message>
            <source>To undo an accident, find its transaction in the list and restore to just before it.</source>
            <translation>要撤销误操作，请在列表中找到其事务并恢复到它之前。</translation>
        </message>
        <message>
            <source>Transactions around the moment</source>
            <translation>该时刻前后的事务</translation>
        </message>
        <message>
            <source>Transactions within</source>
            <translation>事务范围</translation>
        </message>
        <message>
            <source>± %1</source>
            <translation>± %1</translation>
        </message>
        <message>
            <source>Choose a transaction in the list.</source>
            <translation>请在列表中选择事务。</translation>
        </message>
        <message>
            <source>Choose a transaction in the list, then press the button above it.</source>
            <translation>请在列表中选择事务，再按其上方的按钮。</translation>
        </message>
        <message>
            <source>No transaction that touched these shards is known in this time. Changes can be listed once they are backed up.</source>
            <translation>此时段没有涉及这些分片的已知事务。变更在备份后才会列出。</translation>
        </message>
        <message>
            <source>State just before transaction %1 committed at %2</source>
            <translation>事务 %1（提交于 %2）之前的状态</translation>
        </message>
        <message>
            <source>That transaction deleted %1, updated %2 and inserted %3 rows.</source>
            <translation>该事务删除 %1、更新 %2、插入 %3 行。</translation>
        </message>
        <message>
            <source>That moment cannot be restored to: moved to the nearest before it that can.</source>
            <translation>无法恢复到该时刻：已移至此前最近的可恢复时刻。</translation>
        </message>
        <message>
            <source>Gap: %1</source>
            <translation>缺口：%1</translation>
        </message>
        <message>
            <source>State as of %1, to the commit</source>
            <translation>截至 %1 的状态，精确到提交</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWhereStep</name>
        <message>
            <source>Where to</source>
            <translation>恢复到哪里</translation>
        </message>
        <message>
            <source>Side tables (safe)</source>
            <translation>旁表（安全）</translation>
        </message>
        <message>
            <source>Schema for the side tables</source>
            <translation>旁表的模式</translation>
        </message>
        <message>
            <source>Compare with the rows of today, then copy back</source>
            <translation>与当前行比较后拷回</translation>
        </message>
        <message>
            <source>Elsewhere: another database, or files</source>
            <translation>别处：其他数据库或文件</translation>
        </message>
        <message>
            <source>Rows come back into new tables beside the old ones. The tables in use are not touched.</source>
            <translation>行恢复到旧表旁的新表中，不触及在用的表。</translation>
        </message>
        <message>
            <source>Shows which rows are missing or changed. What is copied back, or whether whole shards are replaced, is reviewed once more before anything is written, and can be undone.</source>
            <translation>显示缺失或已更改的行。拷回哪些行、是否替换整个分片，会在写入前再次审阅，并可撤销。</translation>
        </message>
        <message>
            <source>Name of a [target.NAME] section of the agent's configuration</source>
            <translation>代理配置中 [target.NAME] 小节的名称</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>目标</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoreWizard</name>
        <message>
            <source>Back</source>
            <translation>上一步</translation>
        </message>
        <message>
            <source>What</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>When</source>
            <translation>时间</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>位置</translation>
        </message>
        <message>
            <source>Plan</source>
            <translation>计划</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Select shards on the heat map or in Backups first.</source>
            <translation>请先在热力图或备份视图中选择分片。</translation>
        </message>
        <message>
            <source>Choose at least one table.</source>
            <translation>请至少选择一个表。</translation>
        </message>
        <message>
            <source>Make the plan</source>
            <translation>制定计划</translation>
        </message>
        <message>
            <source>Start the restore</source>
            <translation>开始恢复</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>下一步</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Preview rows…</source>
            <translation>预览行…</translation>
        </message>
        <message>
            <source>Name the target first.</source>
            <translation>请先指定目标。</translation>
        </message>
        <message>
            <source>Compare the rows</source>
            <translation>比较行</translation>
        </message>
        <message>
            <source>Review…</source>
            <translation>审阅…</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RestoresPage</name>
        <message>
            <source>Restore selection…</source>
            <translation>恢复所选…</translation>
        </message>
        <message>
            <source>No restore has run yet.

On the heat map, drag over the shards and the time of the accident, then press R.</source>
            <translation>还没有执行过恢复。

在热力图上拖选事故涉及的分片和时间，然后按 R。</translation>
        </message>
        <message>
            <source>Restores</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Bring back rows of the selected shards (R)</source>
            <translation>找回所选分片的行 (R)</translation>
        </message>
        <message>
            <source>Select shards on the heat map or in Backups first.</source>
            <translation>请先在热力图或备份视图中选择分片。</translation>
        </message>
        <message>
            <source>Preview rows…</source>
            <translation>预览行…</translation>
        </message>
        <message>
            <source>Drop side tables…</source>
            <translation>删除旁表…</translation>
        </message>
        <message>
            <source>Choose a finished side restore in the list.</source>
            <translation>请在列表中选择已完成的旁表恢复。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RowDiffModel</name>
        <message>
            <source>missing</source>
            <translation>缺失</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>已更改</translation>
        </message>
        <message>
            <source>only now</source>
            <translation>仅现在有</translation>
        </message>
        <message>
            <source>then: %1</source>
            <translation>当时：%1</translation>
        </message>
        <message>
            <source>now: the row is not there</source>
            <translation>现在：该行不存在</translation>
        </message>
        <message>
            <source>now: %1</source>
            <translation>现在：%1</translation>
        </message>
        <message>
            <source>Row</source>
            <translation>行</translation>
        </message>
        <message>
            <source>part of the key</source>
            <translation>键的一部分</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RowDiffPanel</name>
        <message>
            <source>Differing rows</source>
            <translation>有差异的行</translation>
        </message>
        <message>
            <source>Table</source>
            <translation>表</translation>
        </message>
        <message>
            <source>Pick all shown</source>
            <translation>选中所示全部</translation>
        </message>
        <message>
            <source>Pick none</source>
            <translation>全不选</translation>
        </message>
        <message>
            <source>Rows to copy back</source>
            <translation>要拷回的行</translation>
        </message>
        <message>
            <source>All missing rows</source>
            <translation>所有缺失行</translation>
        </message>
        <message>
            <source>All missing and changed rows</source>
            <translation>所有缺失和更改的行</translation>
        </message>
        <message>
            <source>The rows that are picked</source>
            <translation>所选的行</translation>
        </message>
        <message>
            <source>Rows that changed meanwhile</source>
            <translation>期间更改的行</translation>
        </message>
        <message>
            <source>Changed meanwhile: stop</source>
            <translation>期间更改：停止</translation>
        </message>
        <message>
            <source>Changed meanwhile: leave alone</source>
            <translation>期间更改：保留</translation>
        </message>
        <message>
            <source>Changed meanwhile: overwrite</source>
            <translation>期间更改：覆盖</translation>
        </message>
        <message>
            <source>Triggers</source>
            <translation>触发器</translation>
        </message>
        <message>
            <source>Triggers stay quiet</source>
            <translation>不触发触发器</translation>
        </message>
        <message>
            <source>Triggers fire</source>
            <translation>触发触发器</translation>
        </message>
        <message>
            <source>Show SQL…</source>
            <translation>显示 SQL…</translation>
        </message>
        <message>
            <source>Replace the shards…</source>
            <translation>替换分片…</translation>
        </message>
        <message>
            <source>Copy back…</source>
            <translation>拷回…</translation>
        </message>
        <message>
            <source>%1 missing, %2 changed, %3 the same, %4 only now</source>
            <translation>缺失 %1，更改 %2，相同 %3，仅现在 %4</translation>
        </message>
        <message>
            <source>Compared with the state %1.</source>
            <translation>与状态 %1 比较。</translation>
        </message>
        <message>
            <source>Only the first %1 differing rows are kept; the counts are right.</source>
            <translation>仅保留前 %1 个差异行；计数准确。</translation>
        </message>
        <message>
            <source>Kept until %1.</source>
            <translation>保留至 %1。</translation>
        </message>
        <message>
            <source>Missing (%1)</source>
            <translation>缺失 (%1)</translation>
        </message>
        <message>
            <source>Changed (%1)</source>
            <translation>更改 (%1)</translation>
        </message>
        <message>
            <source>Only now (%1)</source>
            <translation>仅现在 (%1)</translation>
        </message>
        <message>
            <source>Pick rows in the list first.</source>
            <translation>请先在列表中选择行。</translation>
        </message>
        <message>
            <source>No row is missing.</source>
            <translation>没有缺失的行。</translation>
        </message>
        <message>
            <source>Nothing differs that could be copied back.</source>
            <translation>没有可拷回的差异。</translation>
        </message>
        <message>
            <source>Shows what will be done before anything is</source>
            <translation>先显示将做的操作</translation>
        </message>
        <message>
            <source>Swaps whole shards for their state then; the old ones are kept for undo</source>
            <translation>将整个分片换为当时状态；旧分片保留以供撤销</translation>
        </message>
    </context>
    <context>
        <name>isotherm::RpoModel</name>
        <message>
            <source>never backed up</source>
            <translation>从未备份</translation>
        </message>
        <message>
            <source>objective breached</source>
            <translation>未达目标</translation>
        </message>
        <message>
            <source>less than a fifth of the objective is left</source>
            <translation>目标余量不足五分之一</translation>
        </message>
        <message>
            <source>no objective set</source>
            <translation>未设目标</translation>
        </message>
        <message>
            <source>objective met</source>
            <translation>达到目标</translation>
        </message>
        <message>
            <source>no backup</source>
            <translation>无备份</translation>
        </message>
        <message>
            <source>Shard</source>
            <translation>分片</translation>
        </message>
        <message>
            <source>Objective</source>
            <translation>目标</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>当前</translation>
        </message>
        <message>
            <source>Margin</source>
            <translation>余量</translation>
        </message>
        <message>
            <source>never</source>
            <translation>从未</translation>
        </message>
        <message>
            <source>No trial restore of this shard has passed yet.</source>
            <translation>该分片尚无通过的演练。</translation>
        </message>
        <message>
            <source>Last proven restore</source>
            <translation>最近验证的恢复</translation>
        </message>
    </context>
    <context>
        <name>isotherm::Screenshot</name>
        <message>
            <source>connected, but no heat arrived within %1 s</source>
            <translation>已连接，但 %1 秒内没有收到热度数据</translation>
        </message>
        <message>
            <source>cannot connect to %1: %2</source>
            <translation>无法连接到 %1：%2</translation>
        </message>
        <message>
            <source>cannot write %1</source>
            <translation>无法写入 %1</translation>
        </message>
    </context>
    <context>
        <name>isotherm::SearchPalette</name>
        <message>
            <source>Jump to a shard, a view or a command</source>
            <translation>跳转到分片、视图或命令</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ShardForecastChart</name>
        <message>
            <source>Measured and expected load of the shard</source>
            <translation>分片的实测与预期负载</translation>
        </message>
        <message>
            <source>80 % interval</source>
            <translation>80 % 区间</translation>
        </message>
        <message>
            <source>expected</source>
            <translation>预期</translation>
        </message>
        <message>
            <source>measured</source>
            <translation>实测</translation>
        </message>
    </context>
    <context>
        <name>isotherm::ShardTreeModel</name>
        <message>
            <source>default</source>
            <translation>默认</translation>
        </message>
        <message>
            <source>database</source>
            <translation>数据库</translation>
        </message>
        <message>
            <source>%1, temperature %2</source>
            <translation>%1，温度 %2</translation>
        </message>
    </context>
    <context>
        <name>isotherm::StatusLine</name>
        <message>
            <source>agent %1</source>
            <translation>代理 %1</translation>
        </message>
        <message>
            <source>connecting to agent %1</source>
            <translation>正在连接代理 %1</translation>
        </message>
        <message>
            <source>agent %1 not reachable</source>
            <translation>无法连接代理 %1</translation>
        </message>
        <message>
            <source>no agent chosen</source>
            <translation>未选择代理</translation>
        </message>
        <message>
            <source>data %1 old</source>
            <translation>数据延迟 %1</translation>
        </message>
        <message>
            <source>clock skew %1 ms</source>
            <translation>时钟偏差 %1 毫秒</translation>
        </message>
    </context>
    <context>
        <name>isotherm::TopBar</name>
        <message>
            <source>Range</source>
            <translation>范围</translation>
        </message>
        <message>
            <source>Zone</source>
            <translation>时区</translation>
        </message>
        <message>
            <source>Time zone</source>
            <translation>时区</translation>
        </message>
        <message>
            <source>Local: %1</source>
            <translation>本地：%1</translation>
        </message>
        <message>
            <source>Search…   Ctrl+K</source>
            <translation>搜索…   Ctrl+K</translation>
        </message>
        <message>
            <source>Jump to a shard, a view or a command</source>
            <translation>跳转到分片、视图或命令</translation>
        </message>
        <message>
            <source>%1 to %2</source>
            <translation>%1 至 %2</translation>
        </message>
        <message>
            <source>○ offline</source>
            <translation>○ 离线</translation>
        </message>
        <message>
            <source>No connection to the agent</source>
            <translation>未连接到代理</translation>
        </message>
        <message>
            <source>● live</source>
            <translation>● 实时</translation>
        </message>
        <message>
            <source>The right edge is now. Click to hold the picture.</source>
            <translation>右边缘为当前时间。单击可定格画面。</translation>
        </message>
        <message>
            <source>❚❚ held</source>
            <translation>❚❚ 已定格</translation>
        </message>
        <message>
            <source>The picture is held. Click to follow now again.</source>
            <translation>画面已定格。单击以重新跟随。</translation>
        </message>
    </context>
    <context>
        <name>isotherm::TransactionsModel</name>
        <message>
            <source>Transaction %1, committed %2 at %3</source>
            <translation>事务 %1，提交于 %2，位置 %3</translation>
        </message>
        <message>
            <source>It also changed tables that are not captured.</source>
            <translation>它还更改了未捕获的表。</translation>
        </message>
        <message>
            <source>It was replicated into the database from elsewhere.</source>
            <translation>它是从别处复制到数据库的。</translation>
        </message>
        <message>
            <source>Committed</source>
            <translation>提交时间</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Truncates</source>
            <translation>截断</translation>
        </message>
        <message>
            <source>Updated</source>
            <translation>更新</translation>
        </message>
        <message>
            <source>Inserted</source>
            <translation>插入</translation>
        </message>
        <message>
            <source>Shards</source>
            <translation>分片</translation>
        </message>
        <message>
            <source>Transaction</source>
            <translation>事务</translation>
        </message>
    </context>
    <context>
        <name>isotherm::WhyHotPanel</name>
        <message>
            <source>Why hot?</source>
            <translation>为何过热？</translation>
        </message>
        <message>
            <source>Most used keys</source>
            <translation>最常用的键</translation>
        </message>
        <message>
            <source>Statements that take most time</source>
            <translation>耗时最多的语句</translation>
        </message>
        <message>
            <source>%1 of a reference of %2: %3</source>
            <translation>%1，参考值 %2：%3</translation>
        </message>
        <message>
            <source>Expected to peak at %1 (%2) within %3: %4</source>
            <translation>预计 %3 内峰值 %1（%2）：%4</translation>
        </message>
        <message>
            <source>Becomes %1 at %2</source>
            <translation>%2 变为 %1</translation>
        </message>
        <message>
            <source>Forecast: %1</source>
            <translation>预测：%1</translation>
        </message>
        <message>
            <source>Forecast only: the schedule does not follow it.</source>
            <translation>仅预测：调度不据此执行。</translation>
        </message>
        <message>
            <source>%1 reads, %2 writes: %3 and %4</source>
            <translation>读 %1，写 %2：%3 与 %4</translation>
        </message>
        <message>
            <source>between %1 and %2 of the shard's accesses, %3 of them reads</source>
            <translation>占该分片访问的 %1 至 %2，其中读占 %3</translation>
        </message>
        <message>
            <source>No key stands out.</source>
            <translation>没有突出的键。</translation>
        </message>
        <message>
            <source>Only %1 accesses were seen by key: do not conclude from them. Reads: %2. Writes: %3.</source>
            <translation>按键仅观察到 %1 次访问：不宜据此下结论。读：%2。写：%3。</translation>
        </message>
        <message>
            <source>%1 calls and %2 rows a second, on the whole tables</source>
            <translation>整表每秒 %1 次调用、%2 行</translation>
        </message>
        <message>
            <source>No statements: %1</source>
            <translation>无语句：%1</translation>
        </message>
    </context>
</TS>
