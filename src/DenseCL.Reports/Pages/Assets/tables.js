"use strict";
/* What is best read: verdicts, settings, environment, figures, images that were left out. */
(() => {
  const { el } = DenseCL;
  const WORDS = { good: "Good", note: "Note", warning: "Warning", serious: "Serious" };

  DenseCL.summary = runs => DenseCL.section("summary", "Summary", runs.map((run, i) => el("article", { className: "run" },
    el("h3", null, el("span", { className: "swatch run-" + (i % 8), attributes: { "aria-hidden": "true" } }), run.name),
    el("p", null, run.summary + ". " + (run.step === 0 ? "No step is logged yet." : "Step " + run.step.toLocaleString("en") + ".")),
    el("ul", { className: "verdicts" }, run.verdicts.map(verdict => el("li", { className: verdict.severity },
      el("strong", null, WORDS[verdict.severity] + ": "), verdict.finding, verdict.advice ? " " : null,
      verdict.advice ? el("em", null, verdict.advice) : null))))));

  /** A column for each run; rows that differ are marked, and come first where only they are shown. */
  function compared(runs, pairsOf, what) {
    const values = runs.map(run => new Map(pairsOf(run)));
    const names = [...new Set(values.flatMap(map => [...map.keys()]))];
    const differ = name => values.some(map => map.get(name) !== values[0].get(name));
    const row = name => Object.assign([name, ...values.map(map => map.get(name) ?? "–")], { className: differ(name) ? "differs" : "" });
    const heads = [what, ...runs.map(run => run.name)];
    const different = names.filter(differ);
    return [
      runs.length > 1 && different.length > 0 ? DenseCL.table(heads, different.map(row), "What differs between the runs: " + what) : null,
      runs.length > 1 && different.length === 0 ? el("p", null, "Nothing differs between the runs.") : null,
      el("details", { open: runs.length === 1 && names.length < 20 }, el("summary", null, "All of them"), DenseCL.table(heads, names.map(row), "All: " + what)),
    ];
  }

  const pairs = list => list.map(pair => [pair.key, pair.value]);

  DenseCL.settings = runs => DenseCL.section("settings", "Recipe", compared(runs, run => pairs(run.settings), "setting"));

  DenseCL.environment = runs => DenseCL.section("environment", "Environment",
    compared(runs, run => [["folder", run.path], ...pairs(run.environment)], "environment"));

  DenseCL.figures = tables => DenseCL.section("figures", "Evaluations and ablations", tables.map(table => el("div", null,
    el("h3", null, table.title),
    table.tables.length === 0 ? el("p", null, "No results yet.") : null,
    table.tables.map(part => DenseCL.table(part.heads, part.rows, table.title + ", " + part.heads[0])),
    table.lines.map(line => el("p", null, line)))));

  DenseCL.skipped = runs => DenseCL.section("skipped", "Images that were left out", runs.filter(run => run.skippedCount > 0).map(run => el("details", null,
    el("summary", null, DenseCL.name(run.name), ": " + run.skippedCount.toLocaleString("en")),
    DenseCL.table(["file", "reason"], run.skipped, "Left out of " + run.name),
    run.skipped.length < run.skippedCount ? el("p", null, "The first " + run.skipped.length + "; the rest is in skipped.jsonl in the run folder.") : null)));
})();
