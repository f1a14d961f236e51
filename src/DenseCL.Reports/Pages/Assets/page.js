"use strict";
/* Puts the page together, and keeps a live one up to date. */
(() => {
  const { el } = DenseCL;
  const place = document.getElementById("data");
  const data = JSON.parse(place.textContent);
  const live = place.hasAttribute("data-live");
  const charts = new DenseCL.charts(data.runs, data.charts);
  const part = (id, make) => ({ id, make, element: null });
  const moving = [
    part("summary", runs => DenseCL.summary(runs)),
    part("settings", runs => DenseCL.settings(runs)),
    part("environment", runs => DenseCL.environment(runs)),
    part("skipped", runs => runs.some(run => run.skippedCount > 0) ? DenseCL.skipped(runs) : null),
  ];
  const [summary, settings, environment, skipped] = moving;

  function refresh(runs) {
    for (const each of moving) {
      const open = each.element ? [...each.element.querySelectorAll("details")].map(details => details.open) : [];
      const made = each.make(runs) ?? el("div");
      made.querySelectorAll("details").forEach((details, i) => { if (i < open.length) details.open = open[i]; });
      if (each.element) each.element.replaceWith(made);
      each.element = made;
    }
  }

  refresh(data.runs);
  const status = el("p", { className: "status", attributes: { role: "status" } }, live ? "Connecting …" : "Made " + data.made);
  const sections = [
    summary.element,
    DenseCL.section("curves", "Curves", charts.element),
    data.tables.length ? DenseCL.figures(data.tables) : null,
    data.views ? DenseCL.views(data.views) : null,
    data.maps ? DenseCL.maps(data.maps) : null,
    data.neighbours ? DenseCL.neighbours(data.neighbours) : null,
    settings.element,
    environment.element,
    skipped.element,
  ].filter(section => section);
  const theme = el("button", { type: "button", onClick: () => {
    const dark = getComputedStyle(document.documentElement).colorScheme.startsWith("dark");
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    charts.draw();
  } }, "Light or dark");
  document.body.append(
    el("a", { href: "#summary", className: "skip" }, "Skip to the summary"),
    el("header", null, el("h1", null, data.title), status,
      el("nav", { attributes: { "aria-label": "Contents" } }, sections.filter(section => section.id)
        .map(section => el("a", { href: "#" + section.id }, section.querySelector("h2").textContent)), theme)),
    el("main", null, data.notes.map(note => el("p", { className: "note" }, note)), sections),
    el("footer", null, el("p", null, "DenseCL for .NET. What the curves and verdicts mean: docs/health.md.")));
  charts.draw();
  document.documentElement.dataset.ready = "";

  if (live) {
    const events = new EventSource("events");
    events.onmessage = event => {
      const { runs, charts: groups, missing } = JSON.parse(event.data);
      refresh(runs);
      charts.update(runs, groups);
      status.textContent = "Live. " + [...runs.map(run => run.name + ": step " + run.step.toLocaleString("en")),
        ...missing.map(path => "no run yet in " + path)].join("; ");
    };
    events.onerror = () => { status.textContent = "The connection is lost; trying again. Is densecl watch still running?"; };
  }
})();
