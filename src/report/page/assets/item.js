// All of one item: what happened, prompt, transcript, checks, error output, diff, cost.

const TABS = [["", "Summary"], ["prompt", "Prompt"], ["transcript", "Transcript"], ["checks", "Checks"], ["stderr", "Error output"], ["diff", "Diff"]];

class ItemPage {
  constructor(place, [run, item, tab], source) {
    Object.assign(this, { place, run, id: item, tab: tab || "", source });
    const refused = (why) => {
      this.store = null;
      place.replaceChildren(h("p", { class: "crumbs" }, h("a", { href: runAddress(run) }, "‹ run " + run)), problem(why));
    };
    this.refused = refused;
    this.close = source.run(run, item, (store, files) => this.update(store, files), refused);
  }

  build() {
    this.title = h("h1");
    this.pill = h("span");
    this.about = h("p", { class: "dim about" });
    this.said = h("div");
    this.body = h("div", { class: "tab-body", id: "tab-body" });
    const tab = ([name, words], index) => h("a", {
      href: runAddress(this.run, this.id, name || undefined), "aria-current": name === this.tab ? "page" : null, title: "Key " + (index + 1),
    }, words);
    this.place.replaceChildren(
      h("p", { class: "crumbs" }, h("a", { href: runAddress(this.run) }, "‹ " + this.store.head.title)),
      h("div", { class: "head" }, this.title, this.pill), this.about, this.said,
      h("nav", { class: "tabs", "aria-label": "Views of the item" }, TABS.map(tab)), this.body);
  }

  update(store, files) {
    const item = store.items.get(this.id);
    if (!item) {
      // Before its graph a run has no items yet.
      if (store.order.length) this.refused("Run " + this.run + " has no item " + this.id + ".");
      return;
    }
    const first = !this.store;
    this.store = store;
    if (first) this.build();
    document.title = item.name + " " + item.words;
    say(this.title, item.name + (item.title ? ": " + item.title : ""));
    this.pill.replaceChildren(pill([item.words, TONES[item.standing]]));
    const seen = JSON.stringify(item);
    if (first || files || seen !== this.seen) {
      this.seen = seen;
      this.read();
    }
    this.said.replaceChildren(...[
      item.reason ? h("p", { class: "banner " + TONES[item.standing] }, item.reason) : null,
      item.next ? command(item.next, "next") : null].filter(Boolean));
    this.tick();
  }

  tick() {
    const item = this.store && this.store.items.get(this.id);
    if (!item) return;
    const now = this.store.head.life === "running" ? Date.now() : this.store.head.latest;
    say(this.about, ["stage " + item.stage, isBusy(item) && item.phase ? "phase " + item.phase + " of " + item.phases : item.phases ? phasesOf(item) + " phases done" : "",
      item.started ? duration(took(item, now)) + (item.expected ? " of ≈ " + duration(item.expected) : "") : "",
      item.doing, item.place ? "on " + item.place : "", silence(item, now), numbered(item.attempts, "attempt"), item.repairs ? numbered(item.repairs, "repair") : "", item.tokens === null ? "" : count(item.tokens) + " tokens", dollars(item.cost)].filter(Boolean).join(" · "));
  }

  // Reads what the open tab shows; of answers that overtake each other the last question counts.
  async read() {
    const ask = (this.asked = (this.asked || 0) + 1);
    try {
      const content = this.tab ? texts(await this.source.text(this.run, this.id, this.tab), this.tab) : summary(this.store.items.get(this.id), await this.source.detail(this.run, this.id));
      if (ask !== this.asked) return;
      const atEnd = this.body.lastElementChild && innerHeight + scrollY >= document.body.scrollHeight - 40;
      this.body.replaceChildren(...content);
      // Whoever reads the end of a transcript goes on reading its end.
      if (atEnd && this.tab === "transcript") scrollTo(0, document.body.scrollHeight);
    } catch (error) {
      if (ask === this.asked) this.body.replaceChildren(h("p", { class: "dim" }, String(error.message || error)));
    }
  }

  key(key) {
    const order = this.store ? this.store.order : [];
    const at = order.indexOf(this.id);
    const tab = TABS[Number(key) - 1];
    if (tab) location.hash = runAddress(this.run, this.id, tab[0] || undefined);
    else if ((key === "j" || key === "k") && at >= 0) {
      const next = order[at + (key === "j" ? 1 : -1)];
      if (next !== undefined) location.hash = runAddress(this.run, next, this.tab || undefined);
    } else if (key === "Escape" || key === "u") location.hash = runAddress(this.run);
    else return false;
    return true;
  }
}

function texts(list, tab) {
  if (list.length === 0) return [h("p", { class: "dim" }, "Nothing here.")];
  return list.map(({ name, text, cut }) => h("details", { open: true, class: "text" },
    h("summary", {}, name, cut ? h("span", { class: "dim" }, tab === "diff" ? " (the beginning)" : " (the end; " + count(cut) + " bytes before it are in the file)") : null),
    tab === "diff" ? diff(text) : h("pre", {}, text)));
}

function diff(text) {
  const kinds = { "+": "added", "-": "removed", "@": "place" };
  return h("pre", { class: "diff" }, text.split("\n").map((line) => {
    const head = /^(diff |index |--- |\+\+\+ )/.test(line);
    return h("span", { class: head ? "file" : kinds[line[0]] || "" }, line + "\n");
  }));
}

function summary(item, detail) {
  const facts = [
    ["Result", detail.note], ["Score", item.score === null ? null : item.score.toFixed(1) + " of 10"], ["Merged in", detail.merge], ["Issue", detail.issue],
    ["Estimated", detail.hours ? detail.hours + " h" : null], ["Took", item.duration ? duration(item.duration) : null],
    ["Waited for a slot", item.ready && item.started ? duration((item.started - item.ready) / 1000) : null],
    ["Done before this run", detail.resumed.length ? "phases " + detail.resumed.join(", ") : null],
    ["Tokens", detail.tokens ? Object.entries(detail.tokens).map(([kind, number]) => count(number) + " " + kind.replace("_", " ")).join(", ") : null],
    ["Cost", dollars(item.cost)],
  ].filter(([, value]) => value);
  const parts = [h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))))];
  if (detail.said.length) {
    parts.push(h("h3", {}, "What was said"), h("pre", { class: "bad" }, detail.said.join("\n")), detail.said_file ? h("p", { class: "dim" }, "whole output: " + detail.said_file) : null);
  }
  if (detail.attempts.length) parts.push(h("h3", {}, "Agents"), attempts(detail.attempts));
  if (detail.checks.length) parts.push(h("h3", {}, "Checks"), checks(detail.checks));
  if (detail.checkpoints.length) {
    parts.push(h("h3", {}, "Checkpoints"), h("ul", { class: "plain" }, detail.checkpoints.map((fact) => h("li", {}, h("code", {}, fact.commit), " ", fact.subject, fact.repair ? h("span", { class: "dim" }, " (repair " + fact.repair + ")") : null))));
  }
  if (detail.documents.length) parts.push(h("h3", {}, "Documents"), h("ul", { class: "plain" }, detail.documents.map(([path, change]) => h("li", {}, h("code", {}, path), " ", change))));
  return parts.filter(Boolean);
}

function attempts(rows) {
  return table(["phase", "attempt", "what for", "agent", "model", "ended", "time", "tokens", "cost"], rows.map((row) =>
    [row.phase ?? "", row.attempt, row.repair ? h("div", { class: "why" }, "repair " + row.repair[0] + ": " + row.repair[1]) : "the work", row.agent, row.model || "", row.status || "at work", row.took === null ? "" : duration(row.took), count(row.tokens), dollars(row.cost)]));
}

function checks(rows) {
  const tones = { passed: "good", failed: "bad", flaky: "warn", skipped: "dim", manual: "warn" };
  return table(["phase", "level", "of", "result", "said"], rows.map((row) =>
    [row.phase, "L" + row.level, row.repair ? "repair " + row.repair : "the work", h("span", { class: "pill " + tones[row.result] }, row.result === "manual" ? "by hand" : row.result), row.said.length ? h("div", {}, h("pre", {}, row.said.join("\n")), row.file ? h("p", { class: "dim" }, "whole output: " + row.file) : null) : ""]));
}

function table(head, rows) {
  return h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell instanceof Node ? cell : String(cell))))))));
}
