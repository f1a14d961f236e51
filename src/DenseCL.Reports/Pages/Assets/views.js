"use strict";
/* Pairs of views, with a line from each position to the one whose features are nearest. */
(() => {
  const { el } = DenseCL;
  const SVG = "http://www.w3.org/2000/svg";
  const SIDE = 100, GAP = 12;         // of the drawing

  function svg(tag, attributes, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function line(side, from, to, right, similarity) {
    const x = position => ((position % side) + 0.5) / side * SIDE, y = position => (Math.floor(position / side) + 0.5) / side * SIDE;
    return svg("line", {
      x1: x(from), y1: y(from), x2: SIDE + GAP + x(to), y2: y(to),
      class: right < 0 ? "unknown" : right ? "right" : "wrong",
    }, svg("title", {}, "similarity " + similarity.toFixed(2) + (right < 0 ? ", not in the other view" : right ? ", right" : ", wrong")));
  }

  DenseCL.views = views => {
    const state = { network: views.networks.length - 1, mutual: false, least: -1 };
    const drawings = views.pairs.map(pair => {
      const lines = svg("g", { class: "lines" });
      const drawing = svg("svg", { viewBox: `0 0 ${2 * SIDE + GAP} ${SIDE}`, role: "img", "aria-label": "Two views of " + pair.name + " and their matches" },
        svg("image", { href: DenseCL.jpeg(pair.first), x: 0, y: 0, width: SIDE, height: SIDE }),
        svg("image", { href: DenseCL.jpeg(pair.second), x: SIDE + GAP, y: 0, width: SIDE, height: SIDE }), lines);
      const says = el("figcaption");
      return { pair, lines, says, figure: el("figure", { className: "pair" }, drawing, says) };
    });
    const table = el("div");
    const shown = matches => matches.to.map((to, from) => from)
      .filter(i => (!state.mutual || matches.mutual[i]) && matches.similarity[i] >= state.least);
    const share = (matches, kept) => {
      const known = kept.filter(i => matches.right[i] >= 0), right = known.filter(i => matches.right[i] === 1);
      return [right.length, known.length];
    };

    function draw() {
      for (const { pair, lines, says } of drawings) {
        const matches = pair.matches[state.network], kept = shown(matches), [right, known] = share(matches, kept);
        lines.replaceChildren(...kept.map(i => line(views.side, i, matches.to[i], matches.right[i], matches.similarity[i])));
        says.replaceChildren(DenseCL.name(pair.name), ": " + kept.length + " lines; " + right + " of " + known + " whose place the other view shows are right");
      }
      table.replaceChildren(DenseCL.table(["network", "matches drawn", "their place is in the other view", "right"], views.networks.map((name, n) => {
        let count = 0, known = 0, right = 0;
        for (const pair of views.pairs) {
          const matches = pair.matches[n], kept = shown(matches), [r, k] = share(matches, kept);
          count += kept.length; known += k; right += r;
        }
        return [name, String(count), String(known), known ? right + " (" + DenseCL.percent(right / known) + ")" : "–"];
      }), "All pairs, with this choice of matches"));
    }

    const chosen = DenseCL.select(views.networks, i => { state.network = i; draw(); });
    chosen.selectedIndex = state.network;
    const least = el("output", null, "−1.00");
    draw();
    return DenseCL.section("views", "Views and matches",
      el("p", null, "Pairs of views as the training makes them. A line leads from each position to the position of the other view whose "
        + "features are nearest. Solid green lines are right: within one position of where the known crops put it. Dashed red ones are wrong. "
        + "Dotted grey ones begin at a place that the other view does not show."),
      el("div", { className: "controls" },
        DenseCL.labelled("Network", chosen),
        el("label", null, el("input", { type: "checkbox", onChange: event => { state.mutual = event.target.checked; draw(); } }), " only mutual matches"),
        el("label", null, "similarity at least ", el("input", { type: "range", min: -1, max: 1, step: 0.05, value: -1, onInput: event => {
          state.least = Number(event.target.value);
          least.textContent = state.least.toFixed(2).replace("-", "−");
          draw();
        } }), " ", least)),
      el("div", { className: "pairs" }, drawings.map(drawing => drawing.figure)), table);
  };
})();
