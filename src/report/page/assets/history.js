// Finished runs over time: small plots by operation, what they say, and the figures.

const PLOTS = [
  ["Time", (run) => run.duration, duration],
  ["Completed", (run) => (run.items ? (100 * run.completed) / run.items : null), (value) => Math.round(value) + "%"],
  ["Parallelism", (run) => run.parallelism, (value) => value.toFixed(1) + "×"],
  ["Tokens an item", (run) => run.tokens_per_item, shortCount],
  ["Cost", (run) => run.cost, dollars],
  ["Forecast error", (run) => (run.forecast_error === null ? null : 100 * Math.abs(run.forecast_error)), (value) => Math.round(value) + "%"],
  ["Conflicts", (run) => run.conflicts, String],
];

class HistoryView {
  constructor(place, _, source) {
    document.title = "batchprp: history";
    this.place = place;
    this.closed = false;
    this.close = () => (this.closed = true);
    source.history().then((history) => this.closed || this.show(history), (why) => place.replaceChildren(problem(String(why.message || why))));
  }

  show({ operations }) {
    this.place.replaceChildren(h("h1", {}, "History"),
      ...(operations.length ? operations.map(operation) : [h("p", { class: "dim" }, "No run has ended yet.")]));
  }

  key() {
    return false;
  }
}

function operation({ operation, findings, runs }) {
  const plots = PLOTS.map(([name, value, show]) => plot(name, runs.map((run) => [run, value(run)]), show)).filter(Boolean);
  const rows = [...runs].reverse().map((run) => [
    h("a", { href: runAddress(run.run) }, day(run.started)), run.batch ?? "", run.completed + "/" + run.items, duration(run.duration),
    run.forecast_error === null ? "" : (run.forecast_error < 0 ? "" : "+") + Math.round(100 * run.forecast_error) + "%",
    run.parallelism === null ? "" : run.parallelism.toFixed(1) + "×", shortCount(run.tokens_per_item), dollars(run.cost), run.conflicts, run.timeouts]);
  const tones = { good: "good", warning: "warn", info: "dim" };
  return section(operation + ": " + numbered(runs.length, "run"),
    h("ul", { class: "plain" }, findings.map((finding) => h("li", { class: tones[finding.weight] }, { good: "✓ ", warning: "⚠ ", info: "ℹ " }[finding.weight] + finding.text, finding.command ? [h("br", {}), h("code", {}, finding.command)] : null))),
    h("div", { class: "plots" }, plots),
    table(["started", "batch", "done", "time", "forecast", "parallel", "tokens/item", "cost", "conflicts", "time-outs"], rows));
}

// A line through the runs, oldest first; unknown values leave a gap. One run shows no line.
function plot(name, points, show) {
  const known = points.map(([run, value], index) => ({ run, value, index })).filter(({ value }) => value !== null);
  if (known.length < 2 || known.every(({ value }) => value === 0)) return null;
  const [width, height, pad] = [300, 96, 8];
  const top = Math.max(...known.map(({ value }) => value)) || 1;
  const x = (index) => pad + ((width - 2 * pad) * index) / Math.max(1, points.length - 1);
  const y = (value) => height - pad - ((height - 2 * pad) * value) / top;
  const line = known.map(({ value, index }, at) => (at ? "L" : "M") + x(index).toFixed(1) + " " + y(value).toFixed(1)).join("");
  const latest = known[known.length - 1].value;
  const words = name + ": latest " + show(latest) + ", most " + show(top);
  return h("figure", { class: "plot" }, h("figcaption", {}, name, h("b", {}, show(latest))),
    s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
      s("line", { class: "floor", x1: pad, x2: width - pad, y1: height - pad, y2: height - pad }),
      s("path", { class: "area", d: line + `L${x(known[known.length - 1].index)} ${height - pad}L${x(known[0].index)} ${height - pad}Z` }),
      s("path", { class: "curve", d: line }),
      known.map(({ run, value, index }) => s("circle", { cx: x(index), cy: y(value), r: 3 }, s("title", {}, day(run.started) + ": " + show(value))))),
    h("span", { class: "dim" }, "most " + show(top)));
}
