"use strict";
/* Feature maps as colours; and for a chosen position, how similar every position of every picture is to it. */
(() => {
  const { el } = DenseCL;
  const PIXELS = 320;         // about the width of a drawn map
  const HEAT = [[13, 8, 60], [86, 15, 109], [187, 55, 84], [249, 142, 9], [252, 255, 164]];     // dark to bright, in equal steps

  function heat(share) {
    const at = Math.max(0, Math.min(1, share)) * (HEAT.length - 1), i = Math.min(HEAT.length - 2, Math.floor(at)), part = at - i;
    return "rgb(" + HEAT[i].map((low, c) => Math.round(low + part * (HEAT[i + 1][c] - low))).join() + ")";
  }

  DenseCL.maps = maps => {
    const dimensions = maps.dimensions;
    const cells = [];         // one for each image and network that has a map
    const says = el("p", { className: "says", attributes: { "aria-live": "polite", id: "map-says" } });
    let chosen = null;        // { image, x, y }: shares of width and height

    const rows = maps.images.map((image, i) => {
      const mark = el("span", { className: "mark", hidden: true });
      const picture = el("div", { className: "picture", onClick: event => choose(i, ...shares(event)) },
        el("img", { src: DenseCL.jpeg(image.picture), alt: image.name, width: image.width, height: image.height }), mark);
      const row = { image, mark };
      const drawn = image.maps.map((map, n) => {
        if (!map) return el("p", null, "no map");
        const size = Math.max(1, Math.round(PIXELS / map.columns));
        const canvas = el("canvas", { width: map.columns * size, height: map.rows * size, tabIndex: 0, attributes: {
          role: "img", "aria-label": "Feature map of " + image.name + " by " + maps.networks[n] + ". Click, or use the arrow keys, to choose a position.",
        } });
        const vectors = unit(new Int8Array(DenseCL.bytes(map.vectors).buffer));
        const cell = { i, n, map, size, canvas, vectors, colours: DenseCL.bytes(map.colours), similar: null };
        canvas.addEventListener("click", event => choose(i, ...shares(event)));
        canvas.addEventListener("mousemove", event => point(cell, ...shares(event)));
        canvas.addEventListener("keydown", event => key(cell, event));
        cells.push(cell);
        return canvas;
      });
      row.element = el("div", { className: "maps-row" },
        el("figure", null, picture, el("figcaption", null, image.name)),
        drawn.map((canvas, n) => el("figure", null, canvas, el("figcaption", null, maps.networks[n]))));
      return row;
    });

    /** Vectors of length 1: those of the page's data are rounded. */
    function unit(vectors) {
      const scaled = new Float32Array(vectors.length);
      for (let start = 0; start < vectors.length; start += dimensions) {
        const length = Math.hypot(...vectors.subarray(start, start + dimensions)) || 1;
        for (let k = start; k < start + dimensions; k++) scaled[k] = vectors[k] / length;
      }
      return scaled;
    }

    function shares(event) {
      const box = event.currentTarget.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(share => Math.max(0, Math.min(0.9999, share)));
    }

    const positionOf = (map, x, y) => Math.floor(y * map.rows) * map.columns + Math.floor(x * map.columns);

    function draw(cell) {
      const { map, size, canvas, colours, similar } = cell, pen = canvas.getContext("2d");
      let best = 0;
      for (let p = 0; p < map.columns * map.rows; p++) {
        pen.fillStyle = similar ? heat(similar[p]) : "rgb(" + colours.slice(3 * p, 3 * p + 3).join() + ")";
        pen.fillRect((p % map.columns) * size, Math.floor(p / map.columns) * size, size, size);
        if (similar && similar[p] > similar[best]) best = p;
      }
      if (similar) {
        const own = chosen.image === cell.i, p = own ? positionOf(map, chosen.x, chosen.y) : best;
        pen.lineWidth = 2;
        for (const [colour, more] of [["#000", 2], ["#fff", 0]]) {
          pen.strokeStyle = colour;
          pen.strokeRect((p % map.columns) * size - more, Math.floor(p / map.columns) * size - more, size + 2 * more, size + 2 * more);
        }
      }
      return best;
    }

    /** Shows how similar every position is to one; the colours again if there is none. */
    function choose(image, x, y) {
      chosen = image === null ? null : { image, x, y };
      const nearest = [];
      for (const cell of cells) {
        cell.similar = null;
        const source = chosen && cells.find(other => other.i === image && other.n === cell.n);
        if (source) {
          const from = positionOf(source.map, x, y) * dimensions;
          cell.similar = new Float32Array(cell.map.columns * cell.map.rows);
          for (let p = 0; p < cell.similar.length; p++) {
            let sum = 0;
            for (let k = 0; k < dimensions; k++) sum += source.vectors[from + k] * cell.vectors[p * dimensions + k];
            cell.similar[p] = sum;
          }
        }
        const best = draw(cell);
        if (source && cell.i !== image && cell.n === maps.networks.length - 1) nearest.push([cell.similar[best], maps.images[cell.i].name]);
      }
      for (const [i, row] of rows.entries()) {
        row.mark.hidden = !chosen || i !== image;
        row.mark.style.left = 100 * x + "%";
        row.mark.style.top = 100 * y + "%";
      }
      nearest.sort((one, other) => other[0] - one[0]);
      says.replaceChildren(...(!chosen ? [] : ["Position " + Math.round(100 * x) + " % from the left, " + Math.round(100 * y) + " % from the top of ",
        DenseCL.name(maps.images[image].name), "."]), ...(!nearest.length ? [] : [" Most similar by ", DenseCL.name(maps.networks[maps.networks.length - 1]), ": ",
        DenseCL.name(nearest[0][1]), " (" + nearest[0][0].toFixed(2) + ")."]));
    }

    function point(cell, x, y) {
      if (cell.similar) {
        cell.canvas.title = "similarity " + cell.similar[positionOf(cell.map, x, y)].toFixed(2);
      }
    }

    function key(cell, event) {
      const { columns, rows: lines } = cell.map;
      const own = chosen && chosen.image === cell.i;
      const at = own ? positionOf(cell.map, chosen.x, chosen.y) : Math.floor(lines / 2) * columns + Math.floor(columns / 2);
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Enter: [0, 0], " ": [0, 0] };
      if (event.key === "Escape") {
        choose(null);
      } else if (moves[event.key]) {
        event.preventDefault();
        const column = Math.max(0, Math.min(columns - 1, at % columns + (own ? moves[event.key][0] : 0)));
        const line = Math.max(0, Math.min(lines - 1, Math.floor(at / columns) + (own ? moves[event.key][1] : 0)));
        choose(cell.i, (column + 0.5) / columns, (line + 0.5) / lines);
      }
    }

    for (const cell of cells) draw(cell);
    return DenseCL.section("maps", "Feature maps",
      el("p", null, "The first three principal components of each network's features as red, green and blue, fitted on all these pictures together: "
        + "in one column the same colour means the same feature. Colours of different columns cannot be compared."),
      el("p", null, el("strong", null, "Click a position"), ", or choose it with the arrow keys: every column then shows how similar each position of every "
        + "picture is to it, from dark (not at all) to bright (the same). The frame is the chosen position, and in other pictures the most similar one. "
        + "Similarity is the cosine of the first " + dimensions + " components."),
      el("div", { className: "controls" }, el("button", { type: "button", onClick: () => choose(null) }, "Colours again")),
      says, el("div", { className: "maps" }, rows.map(row => row.element)));
  };

  DenseCL.neighbours = found => {
    const picture = name => el("img", { src: DenseCL.jpeg(found.pictures[name]), alt: name, title: name });
    return DenseCL.section("neighbours", "Nearest neighbours",
      el("p", null, "Some images, and those among " + found.among + " whose features (one vector of each image) are nearest. The number is the cosine."),
      el("div", { className: "neighbours" }, found.networks.map((name, n) => el("div", null, el("h3", null, name),
        found.queries[n].map(query => el("div", { className: "query", tabIndex: 0, attributes: {
          role: "group", "aria-label": "Nearest neighbours of " + query.image + " by " + name } },
          el("figure", { className: "asked" }, picture(query.image), el("figcaption", null, query.image)),
          query.nearest.map((other, i) => el("figure", null, picture(other), el("figcaption", null, query.similarity[i].toFixed(2))))))))));
  };
})();
