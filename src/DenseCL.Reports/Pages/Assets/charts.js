"use strict";
/* Curves over steps, epochs or hours: one chart for each kind of number, a colour for each run, a dash for each curve. */
(() => {
  const { el, number } = DenseCL;
  const HEIGHT = 220, NARROWEST = 240;
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

  const MARKS = ["solid", "dashed", "dotted", "double"];       // of the same lines in the legend

  const AXES = ["step", "epoch", "hours"];

  /** Shows the curves of runs in an element, and again when there are more of them. */
  DenseCL.charts = class {
    constructor(runs, groups) {
      this.runs = runs;
      this.groups = groups;
      this.axis = 0;
      this.log = false;
      this.range = null;
      this.hidden = new Set();
      this.charts = [];
      this.place = el("div", { className: "charts" });
      this.said = el("p", { className: "sr-only", attributes: { "aria-live": "polite" } });
      this.element = el("div", null, this.controls(), this.place, this.said);
      new ResizeObserver(() => this.resize()).observe(this.place);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    }

    controls() {
      this.switches = el("span", { className: "runs", attributes: { role: "group", "aria-label": "Runs that are drawn" } });
      this.drawSwitches();
      return el("div", { className: "controls" },
        DenseCL.labelled("Over", DenseCL.select(AXES.map(axis => axis + (axis === "hours" ? " of training" : "s")), chosen => {
          this.axis = chosen;
          this.range = null;
          this.draw();
        })),
        el("label", null, el("input", { type: "checkbox", onChange: event => { this.log = event.target.checked; this.draw(); } }), " logarithmic"),
        el("button", { type: "button", onClick: () => this.zoom(null) }, "Whole length"),
        this.switches,
        el("p", { className: "hint" }, "Drag across a chart to zoom, double-click for the whole length. "
          + "By keyboard: a chart takes the focus; arrow keys read values, + and − zoom, 0 shows the whole length."));
    }

    drawSwitches() {
      this.switches.replaceChildren(...this.runs.map((run, i) => el("label", null,
        el("input", { type: "checkbox", checked: !this.hidden.has(run.name), onChange: event => {
          if (event.target.checked) this.hidden.delete(run.name); else this.hidden.add(run.name);
          this.draw();
        } }),
        el("span", { className: "swatch run-" + (i % 8), attributes: { "aria-hidden": "true" } }), DenseCL.name(run.name))));
    }

    /** New numbers of the same runs, or other runs. */
    update(runs, groups) {
      const same = runs.length === this.runs.length && runs.every((run, i) => run.name === this.runs[i].name);
      [this.runs, this.groups] = [runs, groups];
      if (!same) this.drawSwitches();
      for (const chart of this.charts) {
        const lines = this.linesOf(chart.group);
        if (!same || lines.map(line => line.label).join() !== chart.lines.map(line => line.label).join()) {
          this.draw();
          return;
        }
        chart.lines = lines;
        chart.plot.setData(this.joined(lines), this.range === null);
        if (this.range !== null) chart.plot.setScale("x", { min: this.range[0], max: this.range[1] });
        this.describe(chart);
      }
      if (this.drawn().length !== this.charts.length) this.draw();
    }

    /** The charts of which some line is shown. */
    drawn() {
      return this.groups.filter(group => this.linesOf(group).length > 0);
    }

    linesOf(group) {
      const lines = [];
      this.runs.forEach((run, i) => {
        if (this.hidden.has(run.name)) return;
        group.curves.forEach(({ key, value: text }, j) => {
          const curve = run.curves[key];
          if (!curve || curve.steps.length === 0 || (this.axis === 2 && run.hours.steps.length === 0)) return;
          lines.push({
            label: this.runs.length > 1 ? run.name + ": " + text : text,
            heading: el("span", null, this.runs.length > 1 ? [DenseCL.name(run.name), ": "] : [], text),
            run: i, dash: DASHES[j % DASHES.length],
            xs: this.across(run, curve.steps), ys: curve.values,
          });
        });
      });
      return lines;
    }

    /** Steps as what the axis counts. */
    across(run, steps) {
      if (this.axis === 1) return steps.map(step => step / Math.max(1, run.stepsPerEpoch));
      if (this.axis === 2) {
        const { steps: known, values: hours } = run.hours, last = known.length - 1;
        let at = 0;
        return steps.map(step => {
          while (at < last && known[at] < step) at++;
          const [from, start] = at === 0 ? [0, 0] : [known[at - 1], hours[at - 1]];
          return start + (hours[at] - start) * (step - from) / (known[at] - from);
        });
      }
      return steps;
    }

    joined(lines) {
      const tables = lines.map(line => [line.xs, this.log ? line.ys.map(y => y > 0 ? y : null) : line.ys]);
      return tables.length === 1 ? tables[0] : uPlot.join(tables);
    }

    /** Where a line has a value near a place of the axis, in which another may have one alone; null beyond its ends. */
    near(ys, index) {
      if (ys[index] !== null && ys[index] !== undefined) return index;
      let before = index, after = index;
      while (before >= 0 && (ys[before] === null || ys[before] === undefined)) before--;
      while (after < ys.length && (ys[after] === null || ys[after] === undefined)) after++;
      if (before < 0 || after === ys.length) return null;
      return index - before <= after - index ? before : after;
    }

    draw() {
      for (const chart of this.charts) chart.plot.destroy();
      this.place.replaceChildren();
      this.charts = this.drawn().map(group => this.make(group));
    }

    make(group) {
      const style = getComputedStyle(document.documentElement);
      const ink = style.getPropertyValue("--ink-soft").trim(), grid = style.getPropertyValue("--grid").trim();
      const lines = this.linesOf(group);
      const canvas = el("div", { className: "plot" });
      const values = el("div");
      const figure = el("figure", { className: "chart", tabIndex: 0, attributes: { "aria-label": group.title + ", a chart" } },
        el("figcaption", null, el("strong", null, group.title), group.about ? " " + group.about : ""),
        canvas, el("details", null, el("summary", null, "Values"), values));
      this.place.append(figure);
      const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: "12px system-ui, sans-serif" };
      const plot = new uPlot({
        width: this.widthOf(figure), height: HEIGHT,
        scales: { x: { time: false }, y: { distr: this.log ? 3 : 1 } },
        axes: [axis, { ...axis, size: 62, values: (_, ticks) => ticks.map(tick => tick === null ? "" : number(tick)) }],
        series: [
          { label: AXES[this.axis], value: (_, x) => number(x) },
          ...lines.map(line => ({
            label: line.heading, stroke: DenseCL.colour(line.run), dash: line.dash, width: 1.75, spanGaps: true,
            points: { show: line.xs.length < 3 }, value: (_, y) => number(y),
          })),
        ],
        legend: { markers: { dash: (_, i) => i === 0 ? "solid" : MARKS[DASHES.indexOf(lines[i - 1].dash)] } },
        cursor: {
          sync: { key: "denseCL" }, dataIdx: (u, series, index) => series === 0 ? index : this.near(u.data[series], index), drag: { x: true, y: false, setScale: false },
          bind: { dblclick: () => () => { this.zoom(null); return null; } },
        },
        hooks: {
          setSelect: [u => {
            if (u.select.width > 2) this.zoom([u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")]);
            if (u.select.width > 0) u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          }],
        },
      }, this.joined(lines), canvas);
      if (this.range !== null) plot.setScale("x", { min: this.range[0], max: this.range[1] });
      plot.ctx.canvas.setAttribute("aria-hidden", "true");
      const chart = { group, lines, plot, figure, values };
      figure.addEventListener("keydown", event => this.key(chart, event));
      this.describe(chart);
      return chart;
    }

    /** The numbers for those who do not see the curves. */
    describe(chart) {
      const rows = chart.lines.map(({ label, xs, ys }) => {
        let low = 0, high = 0;
        ys.forEach((y, i) => { if (y < ys[low]) low = i; if (y > ys[high]) high = i; });
        const at = i => number(ys[i]) + " at " + number(xs[i]);
        return [label, number(ys[0]), at(low), at(high), number(ys[ys.length - 1])];
      });
      chart.values.replaceChildren(DenseCL.table(["line", "first", "lowest", "highest", "last"], rows, chart.group.title + " over " + AXES[this.axis] + "s"));
    }

    /** Shows a part of the axis in all charts; all of it if null. */
    zoom(range) {
      this.range = range;
      for (const { plot } of this.charts) {
        const xs = plot.data[0];
        const [min, max] = range ?? [xs[0], xs[xs.length - 1]];
        plot.setScale("x", { min, max });
      }
    }

    key(chart, event) {
      const { plot } = chart;
      if (event.target !== chart.figure) return;
      const xs = plot.data[0], { min, max } = plot.scales.x;
      const at = plot.cursor.idx ?? 0, middle = xs[at] ?? (min + max) / 2;
      const keys = {
        ArrowLeft: () => this.read(chart, at - (event.shiftKey ? 10 : 1)),
        ArrowRight: () => this.read(chart, at + (event.shiftKey ? 10 : 1)),
        Home: () => this.read(chart, 0),
        End: () => this.read(chart, xs.length - 1),
        "+": () => this.zoom([middle - (max - min) / 4, middle + (max - min) / 4]),
        "-": () => this.zoom([middle - (max - min), middle + (max - min)]),
        0: () => this.zoom(null),
        Escape: () => this.zoom(null),
      };
      if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        keys[event.key]();
      }
    }

    read(chart, index) {
      const { plot } = chart, xs = plot.data[0];
      const i = Math.max(0, Math.min(xs.length - 1, index));
      plot.setCursor({ left: plot.valToPos(xs[i], "x"), top: HEIGHT / 3 });
      this.said.textContent = AXES[this.axis] + " " + number(xs[i]) + ": "
        + chart.lines.map((line, k) => line.label + " " + number(plot.data[k + 1][this.near(plot.data[k + 1], i)])).join(", ");
    }

    widthOf(figure) {
      return Math.max(NARROWEST, figure.clientWidth - 2);
    }

    resize() {
      for (const { plot, figure } of this.charts) {
        const width = this.widthOf(figure);
        if (width !== plot.width) plot.setSize({ width, height: HEIGHT });
      }
    }
  };
})();
