// Items by stage, one line each. Lines stay the same elements while they change, so that the focus stays where it is.
// Of many items those that are completed are folded, stage by stage.

const MANY = 30;

class Board {
  constructor() {
    this.element = h("div", { class: "board" });
    this.stages = new Map();
    this.rows = new Map();
  }

  update(store, now) {
    for (const id of store.order) {
      const item = store.items.get(id);
      if (!item) continue;
      let row = this.rows.get(id);
      if (!row) {
        row = new BoardRow(store.head.run, item);
        this.rows.set(id, row);
        this.stage(item.stage).list.append(row.element);
      }
      row.update(item, now);
    }
    for (const [id, row] of this.rows) this.fold(row, store.items.get(id), store.order.length > MANY);
    for (const [number, stage] of this.stages) {
      const items = store.order.map((id) => store.items.get(id)).filter((item) => item && item.stage === number);
      const done = items.filter((item) => item.standing === "completed").length;
      stage.finished.hidden = !stage.folded.children.length;
      say(stage.summary, stage.folded.children.length + " completed");
      say(stage.count, done + "/" + items.length);
      stage.count.className = "pill " + (done === items.length ? "good" : items.some(isBusy) ? "busy" : "dim");
    }
  }

  // Moves a line to where it belongs, but not away from whoever is on it.
  fold(row, item, many) {
    const stage = this.stages.get(item.stage);
    const place = many && item.standing === "completed" ? stage.folded : stage.list;
    if (row.element.parentElement !== place && !row.element.contains(document.activeElement)) place.append(row.element);
  }

  // Opens or closes all that is folded.
  unfold() {
    const all = [...this.stages.values()].map((stage) => stage.finished);
    const open = !all.some((finished) => finished.open);
    for (const finished of all) finished.open = open;
  }

  stage(number) {
    let stage = this.stages.get(number);
    if (!stage) {
      stage = { list: h("ul", { class: "rows" }), folded: h("ul", { class: "rows" }), count: h("span", { class: "pill" }), summary: h("summary") };
      stage.finished = h("details", { class: "finished", hidden: true }, stage.summary, stage.folded);
      const element = h("div", { class: "stage" }, h("h3", {}, "Stage " + number + " ", stage.count), stage.list, stage.finished);
      const before = [...this.stages.keys()].filter((other) => other > number).sort((a, b) => a - b)[0];
      this.element.insertBefore(element, before === undefined ? null : this.stages.get(before).element);
      stage.element = element;
      this.stages.set(number, stage);
    }
    return stage;
  }
}

class BoardRow {
  constructor(run, item) {
    this.mark = h("span", { class: "mark", "aria-hidden": "true" });
    this.title = h("span", { class: "title" });
    this.bar = h("progress", { max: 100, "aria-label": "progress" });
    this.phase = h("span", { class: "phase" });
    this.word = h("span", { class: "word" });
    this.doing = h("span", { class: "doing" });
    this.checks = h("span", { class: "checks" });
    this.time = h("span", { class: "time" });
    this.silence = h("span", { class: "silence" });
    this.spent = h("span", { class: "spent" });
    this.link = h("a", { href: runAddress(run, item.id), class: "row" }, this.mark,
      h("span", { class: "who" }, h("b", {}, item.name), this.title),
      h("span", { class: "far" }, this.bar, this.phase),
      h("span", { class: "state" }, this.word, this.doing, this.silence),
      this.checks, this.time, this.spent);
    this.element = h("li", {}, this.link);
  }

  update(item, now) {
    this.link.className = "row " + TONES[item.standing] + (isBusy(item) ? " busy-now" : "");
    this.link.dataset.state = item.standing;
    say(this.mark, MARKS[item.standing] || "");
    say(this.title, item.title);
    this.bar.value = item.progress;
    say(this.phase, phasesOf(item));
    const attempts = item.attempts > 1 ? ", attempt " + item.attempts : "";
    const score = item.score === null ? "" : " " + item.score.toFixed(1) + "/10";
    say(this.word, item.words + score + attempts);
    const waits = item.waits_for.length ? "for " + item.waits_for.join(", ") : "";
    say(this.doing, item.doing || item.reason || waits);
    say(this.silence, silence(item, now));
    this.silence.classList.toggle("warn", isSilent(item, now));
    say(this.checks, item.checks);
    const about = item.expected ? " ≈ " + duration(item.expected) : "";
    say(this.time, item.started ? duration(took(item, now)) + about : "");
    say(this.spent, [item.tokens === null ? "" : shortCount(item.tokens) + " tokens", dollars(item.cost)].filter(Boolean).join(" "));
  }
}
