// The dependency graph: a column a stage, an arrow from what is needed to what needs it.

const NODE = { width: 172, height: 48, gap: 16, columns: 64 };

class Graph {
  constructor() {
    this.svg = s("svg", { class: "graph", role: "group", "aria-label": "Dependency graph" });
    this.element = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Dependency graph" }, this.svg);
    this.drawn = "";
  }

  update(store) {
    const shape = JSON.stringify([store.order, store.head.edges, store.head.critical_path]);
    if (shape !== this.drawn) {
      this.drawn = shape;
      this.draw(store);
    }
    for (const [id, node] of this.nodes) {
      const item = store.items.get(id);
      node.link.setAttribute("class", "node " + TONES[item.standing] + (isBusy(item) ? " busy-now" : "") + (node.critical ? " critical" : ""));
      say(node.word, (MARKS[item.standing] || "") + " " + item.words + (isBusy(item) && item.phases ? " " + phasesOf(item) : ""));
      node.bar.setAttribute("width", (NODE.width - 2) * Math.min(100, item.progress) / 100);
    }
  }

  draw(store) {
    const places = place(store);
    const width = Math.max(...[...places.values()].map((at) => at.x), 0) + NODE.width + 8;
    const height = Math.max(...[...places.values()].map((at) => at.y), 0) + NODE.height + 8;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    const path = store.head.critical_path;
    const critical = new Set(path.slice(1).map((id, index) => path[index] + "\n" + id));
    const edges = store.head.edges.filter((edge) => places.has(edge.from) && places.has(edge.to));
    // What matters most is drawn last and lies on top.
    edges.sort((a, b) => critical.has(a.from + "\n" + a.to) - critical.has(b.from + "\n" + b.to));
    this.nodes = new Map();
    this.svg.replaceChildren(
      arrowHead("arrow"), arrowHead("arrow-critical"),
      ...edges.map((edge) => arrow(edge, places, critical.has(edge.from + "\n" + edge.to))),
      ...store.order.map((id) => this.node(store, store.items.get(id), places.get(id), path.includes(id))));
  }

  node(store, item, at, critical) {
    const word = s("text", { x: 10, y: 37, class: "word" });
    const bar = s("rect", { class: "done", x: 1, y: NODE.height - 4, height: 3, width: 0 });
    const link = s("a", { href: runAddress(store.head.run, item.id), transform: `translate(${at.x} ${at.y})` },
      s("title", {}, item.name + ": " + item.title),
      s("rect", { class: "box", width: NODE.width, height: NODE.height, rx: 7 }),
      s("text", { x: 10, y: 19, class: "name" }, item.name.length > 21 ? item.name.slice(0, 20) + "…" : item.name), word, bar);
    this.nodes.set(item.id, { link, word, bar, critical });
    return link;
  }
}

// Columns are stages. Within one, an item stands near the middle of what it needs: arrows cross less.
function place(store) {
  const columns = new Map();
  for (const id of store.order) {
    const stage = store.items.get(id).stage;
    if (!columns.has(stage)) columns.set(stage, []);
    columns.get(stage).push(id);
  }
  const before = new Map();
  for (const edge of store.head.edges) {
    if (!before.has(edge.to)) before.set(edge.to, []);
    before.get(edge.to).push(edge.from);
  }
  const rows = new Map();
  const places = new Map();
  const tallest = Math.max(...[...columns.values()].map((ids) => ids.length), 1);
  [...columns.keys()].sort((a, b) => a - b).forEach((stage, column) => {
    const ids = columns.get(stage);
    const middle = (id) => {
      const known = (before.get(id) || []).map((other) => rows.get(other)).filter((row) => row !== undefined);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : ids.indexOf(id);
    };
    const order = ids.map((id) => [middle(id), id]).sort((a, b) => a[0] - b[0]);
    const offset = (tallest - ids.length) / 2;
    order.forEach(([, id], row) => {
      rows.set(id, row + offset);
      places.set(id, {
        x: 4 + column * (NODE.width + NODE.columns),
        y: 4 + (row + offset) * (NODE.height + NODE.gap),
      });
    });
  });
  return places;
}

function arrow(edge, places, critical) {
  const [from, to] = [places.get(edge.from), places.get(edge.to)];
  const [x1, y1, x2, y2] = [from.x + NODE.width, from.y + NODE.height / 2, to.x - 5, to.y + NODE.height / 2];
  const bend = Math.max(28, (x2 - x1) / 2);
  const why = edge.reason === "explicit" ? "needs it" : edge.reason === "file" ? "both change " + edge.file : "conflicts with it";
  return s("path", {
    class: "edge " + edge.reason + (critical ? " critical" : ""),
    d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    "marker-end": critical ? "url(#arrow-critical)" : "url(#arrow)",
  }, s("title", {}, edge.to + " waits for " + edge.from + ": " + why));
}

function arrowHead(id) {
  return s("marker", { id, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
    s("path", { d: "M0 0L8 4L0 8z" }));
}
