// The page of a run: figures, what goes on from here, board, graph, timeline, notes.

const JUMPS = { b: 0, t: 1, g: 2 };

class RunView {
  constructor(place, [run], source) {
    this.source = source;
    this.place = place;
    this.store = null;
    this.run = run;
    this.close = source.run(run, undefined, (store) => this.update(store), (why) => place.replaceChildren(problem(why)));
  }

  build() {
    this.pill = h("span");
    this.title = h("h1");
    this.about = h("p", { class: "dim about" });
    this.figures = h("dl", { class: "figures" });
    this.pauses = h("div");
    this.steps = h("div", { class: "steps" });
    this.notes = h("ol", { class: "notes" });
    this.notesPanel = section("Notes", this.notes);
    this.board = new Board();
    this.graph = new Graph();
    this.timeline = new Timeline();
    this.panels = [section("Board", this.board.element), section("Timeline", this.timeline.element), section("Graph", this.graph.element)];
    this.place.replaceChildren(h("div", { class: "head" }, this.title, this.pill), this.about, this.pauses, this.figures, this.steps,
      this.jumps(), ...this.panels, this.notesPanel);
  }

  // Ways to the parts of a long page.
  jumps() {
    this.foldButton = h("button", { type: "button", class: "quiet", onclick: () => this.board.unfold() }, "Completed items");
    return h("nav", { class: "jumps", "aria-label": "Parts of the page" },
      ["Board", "Timeline", "Graph"].map((name, at) => h("button", { type: "button", class: "quiet", onclick: () => this.jump(at) }, name)), this.foldButton);
  }

  jump(at) {
    this.panels[at].scrollIntoView({ block: "start" });
  }

  update(store) {
    const first = !this.store;
    if (first) this.build();
    this.store = store;
    const { head } = store;
    document.title = head.done + "/" + head.total + " " + head.title;
    say(this.title, head.title);
    const life = lifeOf(head.life, head.exit_code);
    this.pill.replaceChildren(pill(life));
    say(this.about, "run " + head.run + (head.started ? ", started " + day(new Date(head.started).toISOString()) + " UTC" : ""));
    this.pauses.replaceChildren(...head.pauses.map((why) => h("p", { class: "banner warn" }, "Paused: " + why)));
    this.steps.replaceChildren(...this.stepsOf(head));
    this.notes.replaceChildren(...head.notes.map((note) => h("li", { class: NOTE_TONES[note.severity] || "" }, note.text)));
    this.notesPanel.hidden = head.notes.length === 0;
    this.graph.update(store);
    this.tick();
    this.foldButton.hidden = store.order.length <= MANY;
    if (first) arrive();
  }

  stepsOf(head) {
    const { watch, stop, resume, next } = head.steps;
    const rows = [];
    if (stop && this.source.canStop) rows.push(h("div", { class: "command" }, this.stopButton(head)));
    if (watch) rows.push(command(watch, "follow on a terminal"));
    if (stop) rows.push(command(stop, "stop on a terminal"));
    if (resume) rows.push(command(resume, "go on"));
    for (const line of next.filter((line) => line !== resume)) rows.push(command(line, "next"));
    return rows;
  }

  stopButton(head) {
    const act = () => this.source.stop(head.run).then(() => toast("The run was told to stop: agents end, their work is kept"), toast);
    this.askStop = () => ask("Stop " + head.title + "? Agents are ended, their work is kept, and the run can go on later.", "Stop the run", act);
    return h("button", { type: "button", class: "danger", onclick: this.askStop }, "Stop the run");
  }

  // What time alone changes.
  tick() {
    if (!this.store) return;
    const { head } = this.store;
    const now = head.life === "running" ? Date.now() : head.latest;
    const elapsed = head.life === "running" ? (now - head.started) / 1000 : head.elapsed;
    const of = (most, show) => (most === null ? "" : " of " + show(most));
    const figures = [
      ["done", head.done + " of " + head.total],
      ["at work", head.busy || null],
      ["in trouble", head.trouble || null],
      ["elapsed", duration(elapsed)],
      ["left", head.left === null ? null : head.left < 1 && head.busy ? "longer than expected" : "≈ " + duration(head.left)],
      ["at best", head.bound > 0 ? duration(head.bound) : null],
      ["one after another", head.work > 0 ? duration(head.work) : null],
      ["parallelism", head.work > 0 && head.elapsed > 0 ? (head.work / head.elapsed).toFixed(1) + "×" : null],
      ["slots", head.jobs || null],
      ["tokens", head.tokens === null ? null : count(head.tokens) + of(head.max_tokens, count)],
      ["cost", head.cost === null ? null : (head.estimated ? "≈ " : "") + dollars(head.cost) + of(head.max_cost, dollars)],
    ].filter(([, value]) => value !== null);
    const text = JSON.stringify(figures);
    if (text !== this.figuresShown) {
      this.figuresShown = text;
      this.figures.replaceChildren(...figures.map(([name, value]) =>
        h("div", { class: name === "in trouble" ? "warn" : "" }, h("dt", {}, name), h("dd", {}, String(value)))));
    }
    this.board.update(this.store, now);
    this.timeline.update(this.store, now);
  }

  key(key) {
    if (key === "s" && this.askStop && this.store.head.life === "running") this.askStop();
    else if (key === "Escape" || key === "u") this.source.up();
    else if (this.store && key === "f") this.board.unfold();
    else if (this.store && key in JUMPS) this.jump(JUMPS[key]);
    else return false;
    return true;
  }
}

function problem(why) {
  return h("p", { class: "banner bad" }, why);
}
