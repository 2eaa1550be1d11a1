// Who worked when: a line an item with its wait for a slot, phases, agents, checks and merge.

const LINE = 26;

class Timeline {
  constructor() {
    this.svg = s("svg", { class: "timeline", role: "img", "aria-label": "Timeline of all items" });
    this.element = h("div", {}, this.svg, legend());
    this.width = 0;
    new ResizeObserver(() => this.redraw()).observe(this.element);
  }

  update(store, now) {
    this.last = [store, now];
    this.redraw();
  }

  redraw() {
    // While it is not on the page it has no width.
    const width = this.element.clientWidth;
    if (!this.last || width === 0) return;
    const [store, now] = this.last;
    const { head } = store;
    const begin = head.started || 0;
    const running = head.life === "running";
    const end = Math.max(running ? now : head.latest || begin, begin + 1);
    const room = width < 600 ? 92 : 190;
    const bound = head.bound > 0 ? begin + head.bound * 1000 : null;
    const span = Math.max(end, bound || 0) - begin;
    const x = (at) => room + (width - room - 14) * Math.min(1, Math.max(0, (at - begin) / span));
    const height = store.order.length * LINE + 42;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    const path = new Set(head.critical_path);
    const lines = store.order.map((id, row) => itemLine(store.items.get(id), 22 + row * LINE, x, end, room, path.has(id), head.run));
    const marks = [];
    if (bound) marks.push(upright(x(bound), height, "bound", "at best " + duration(head.bound)));
    if (running) marks.push(upright(x(now), height, "now", ""));
    this.svg.replaceChildren(hatch(), ...axis(begin, span, x, height), ...lines, ...marks);
  }
}

function itemLine(item, y, x, end, room, critical, run) {
  const bar = (from, to, className, title, inset) => {
    const left = x(from);
    return s("rect", { class: className, x: left, y: y + inset, width: Math.max(1, x(to) - left), height: LINE - 8 - 2 * inset, rx: 2 },
      s("title", {}, title));
  };
  const name = item.name.length > room / 7.4 ? item.name.slice(0, Math.floor(room / 7.4) - 1) + "…" : item.name;
  const parts = [];
  if (item.ready && (item.started || end) > item.ready) {
    parts.push(bar(item.ready, item.started || end, "wait", item.name + " waits for a slot " + duration(((item.started || end) - item.ready) / 1000), 5));
  }
  if (item.started) {
    parts.push(bar(item.started, item.finished || end, "work " + TONES[item.standing], item.name + ": " + item.words + " " + duration(((item.finished || end) - item.started) / 1000), 0));
  }
  for (const part of item.parts) {
    const to = part.to || end;
    const title = part.label + " (" + duration((to - part.from) / 1000) + ")";
    const state = part.is_good === false ? " bad" : "";
    if (part.kind === "merge") {
      const at = x(to);
      parts.push(s("path", { class: "merge" + state, d: `M${at - 5} ${y + 9}l5 -6l5 6l-5 6z` }, s("title", {}, title)));
    } else {
      parts.push(bar(part.from, to, part.kind + state, title, part.kind === "phase" ? 1 : 5));
    }
  }
  return s("g", { class: critical ? "critical" : "" },
    s("a", { href: runAddress(run, item.id) }, s("text", { x: 2, y: y + 13, class: "name" }, name, s("title", {}, item.name + ": " + item.title))),
    ...parts);
}

function axis(begin, span, x, height) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400];
  const wanted = Math.max(2, (x(begin + span) - x(begin)) / 90);
  const step = steps.find((step) => span / 1000 / step <= wanted) || span / 1000 / wanted;
  const lines = [];
  for (let at = 0; at <= span / 1000 + step / 1000; at += step) {
    const left = x(begin + at * 1000);
    lines.push(s("line", { class: "tick", x1: left, x2: left, y1: 16, y2: height }));
    lines.push(s("text", { class: "tick", x: left, y: 11 }, at === 0 ? "0" : duration(at)));
  }
  return lines;
}

function upright(x, height, className, words) {
  return s("g", { class: className }, s("line", { x1: x, x2: x, y1: 16, y2: height }),
    words ? s("text", { x: x - 4, y: height - 3, "text-anchor": "end" }, words) : null);
}

function hatch() {
  return s("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("line", { x1: 0, y1: 0, x2: 0, y2: 6 }));
}

function legend() {
  const words = [["wait", "waits for a slot"], ["phase", "phase"], ["agent", "agent at work"], ["check", "check"],
    ["merge", "merge"], ["critical", "critical path"], ["bound", "shortest possible time"]];
  return h("p", { class: "legend" }, words.map(([name, what]) => h("span", {}, h("i", { class: name }), what)));
}
