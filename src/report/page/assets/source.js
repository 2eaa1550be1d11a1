// Where the data comes from: the server that gave this page, or the page itself.

const ENDED = "The dashboard does not answer: it has ended. `batchprp dashboard` starts it again, under another address.";

class Server {
  constructor() {
    this.canStop = true;
    this.pages = [["#/", "Project"], ["#/history", "History"]];
    this.start = "#/";
  }

  // Opens a stream of events. The browser opens it again by itself when it breaks.
  stream(address, handlers, refused) {
    const events = new EventSource(address);
    let told = false;
    events.onopen = () => linked("connected", "good");
    events.onerror = () => {
      linked(events.readyState === EventSource.CLOSED ? "refused" : "no connection", "bad");
      // What is shown already stays. A server that comes back goes on by itself.
      if (!told) refused(events.readyState === EventSource.CLOSED ? "The dashboard could not answer this." : ENDED);
    };
    events.addEventListener("unknown", (event) => {
      events.close();
      linked("connected", "good");
      refused(JSON.parse(event.data).error);
    });
    for (const [name, handle] of Object.entries(handlers)) {
      events.addEventListener(name, (event) => {
        told = true;
        handle(JSON.parse(event.data));
      });
    }
    return () => events.close();
  }

  front(show, refused) {
    return this.stream("live", { front: show }, refused);
  }

  run(run, item, show, refused) {
    const store = { head: {}, items: new Map(), order: [] };
    const take = ({ head, items, order }) => {
      Object.assign(store.head, head);
      for (const row of items) store.items.set(row.id, row);
      if (order) store.order = order;
      show(store, false);
    };
    const address = ["live", run, item].filter((part) => part !== undefined).map(encodeURIComponent).join("/");
    return this.stream(address, { run: take, files: () => store.head.run && show(store, true) }, refused);
  }

  async get(...parts) {
    const answer = await fetch(parts.map(encodeURIComponent).join("/")).catch(() => {
      throw new Error(ENDED);
    });
    const value = await answer.json();
    if (!answer.ok) throw new Error([value.error, value.help].filter(Boolean).join(": "));
    return value;
  }

  history() {
    return this.get("history");
  }

  detail(run, item) {
    return this.get("run", run, item);
  }

  text(run, item, kind) {
    return this.get("run", run, item, kind);
  }

  async stop(run) {
    const answer = await fetch("stop/" + encodeURIComponent(run), { method: "POST" });
    if (!answer.ok) throw (await answer.json()).error;
  }

  up() {
    location.hash = "#/";
  }
}

// A report holds one run and needs nobody.
class Report {
  constructor(data) {
    this.data = data;
    this.canStop = false;
    const { head, items } = data.run;
    this.store = { head, items: new Map(items.map((item) => [item.id, item])), order: items.map((item) => item.id) };
    this.start = runAddress(head.run);
    this.pages = [[this.start, "Run"], ["#/history", "History"]];
    linked("report", "dim");
  }

  run(run, item, show, refused) {
    // Other runs have reports of their own.
    const known = run === this.store.head.run;
    queueMicrotask(() => (known ? show(this.store, false) : refused("This report is about run " + this.store.head.run + ".")));
    return () => {};
  }

  front(_, refused) {
    queueMicrotask(() => refused("This report is about one run."));
    return () => {};
  }

  async history() {
    return this.data.history;
  }

  async detail(_, item) {
    return this.data.items[item].detail;
  }

  async text(_, item, kind) {
    return this.data.items[item].texts[kind];
  }

  up() {}

  // On paper all items are told one after the other.
  async paper() {
    const parts = [];
    for (const id of this.store.order) {
      const { detail, texts: kinds } = this.data.items[id];
      const item = this.store.items.get(id);
      parts.push(h("section", { class: "panel" }, h("h2", {}, item.name + ": " + item.title + " (" + item.words + ")"), summary(item, detail),
        kinds.diff.length ? [h("h3", {}, "Diff"), texts(kinds.diff, "diff")] : null));
    }
    return parts;
  }
}

function linked(words, tone) {
  const place = document.getElementById("link");
  say(place, words);
  place.className = "link " + tone;
}
