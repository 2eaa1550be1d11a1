// The first page: where the project stands, its batches, its runs.

class FrontView {
  constructor(place, _, source) {
    this.place = place;
    document.title = "batchprp";
    this.close = source.front((front) => this.update(front), (why) => place.replaceChildren(problem(why)));
  }

  update({ overview, runs }) {
    document.title = "batchprp: " + overview.project.split("/").pop();
    // What the user holds with the keyboard stays held.
    const held = document.activeElement && document.activeElement.getAttribute("href");
    this.place.replaceChildren(
      h("h1", {}, overview.project.split("/").pop()),
      h("p", { class: "dim about" }, overview.project + (overview.branch ? " on " + overview.branch : "")),
      overview.next.length ? section("To begin", overview.next.map((line) => command(line))) : null || "",
      overview.batches.length ? section("Batches", h("ul", { class: "cards" }, overview.batches.map(batchCard))) : "",
      runs.length ? section("Runs", h("ul", { class: "rows" }, runs.map(runRow))) : section("Runs", h("p", { class: "dim" }, "No run yet. One that starts is seen here at once.")));
    arrive();
    if (held) [...this.place.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus({ preventScroll: true });
  }

  key() {
    return false;
  }
}

const BATCH_TONES = { open: "dim", running: "busy", interrupted: "bad", unfinished: "warn", complete: "good", landed: "good" };

function batchCard(batch) {
  const counts = Object.entries(batch.items);
  const total = counts.reduce((sum, [, number]) => sum + number, 0);
  const name = batch.batch_id === 0 ? "Without a batch" : "Batch " + batch.batch_id;
  const head = batch.run ? h("a", { href: runAddress(batch.run) }, name) : name;
  return h("li", { class: "card" },
    h("h3", {}, head, " ", h("span", { class: "pill " + BATCH_TONES[batch.state] }, batch.state)),
    total ? h("div", { class: "shares", role: "img", "aria-label": counts.map(([word, number]) => number + " " + word).join(", ") },
      counts.map(([word, number]) => share(word, number / total))) : "",
    h("p", { class: "dim" }, counts.length ? counts.map(([word, number]) => number + " " + word).join(", ") : numbered(batch.requests, "PRP") + " to be executed",
      batch.age === null ? "" : ", " + duration(batch.age) + " ago"),
    batch.next.map((line) => command(line)));
}

function share(word, part) {
  const element = h("i", { class: TONES[word.replace(" ", "_")] || "dim" });
  element.style.flexGrow = part;
  return element;
}

function runRow(run) {
  const life = lifeOf(run.state, run.exit_code);
  return h("li", {}, h("a", { class: "row run " + life[1], href: runAddress(run.run) },
    pill(life), h("b", {}, run.command + (run.batch_id === null ? "" : " " + run.batch_id)),
    h("span", {}, run.completed + "/" + run.items), h("span", { class: "time" }, duration(run.elapsed)),
    h("span", { class: "spent" }, [run.tokens === null ? "" : shortCount(run.tokens) + " tokens", dollars(run.cost)].filter(Boolean).join(" ")),
    h("span", { class: "dim" }, day(run.started)), h("code", { class: "dim" }, run.run)));
}
