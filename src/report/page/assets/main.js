// From the address to the view that shows it.

const held = document.getElementById("data");
const source = held ? new Report(JSON.parse(held.textContent)) : new Server();
let view = null;

// Where the user was on each page, by its address; what to come back to on the one that opens.
const places = new Map();
let shown = null;
let coming = null;

// Brings the user back to where they were, once a page is drawn.
function arrive() {
  if (!coming) return;
  const { y, href } = coming;
  coming = null;
  scrollTo(0, y);
  const row = [...document.querySelectorAll("main a.row")].find((link) => link.getAttribute("href") === href);
  if (!row) return;
  const folded = row.closest("details");
  if (folded) folded.open = true;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function open() {
  const parts = (location.hash || source.start).slice(2).split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const [name, ...rest] = parts;
  const here = location.hash || source.start;
  if (shown !== null) places.set(shown, { y: scrollY, href: document.activeElement?.getAttribute("href") });
  shown = here;
  coming = places.get(here) || null;
  // Whoever comes from an item goes on at its line.
  if (view instanceof ItemPage && name === "run" && rest.length === 1) coming = { y: coming ? coming.y : 0, href: runAddress(view.run, view.id) };
  if (view) view.close();
  const place = document.getElementById("main");
  place.replaceChildren(h("p", { class: "dim" }, "Loading"));
  if (name === "run" && rest.length > 1) view = new ItemPage(place, rest, source);
  else if (name === "run" && rest.length) view = new RunView(place, rest, source);
  else if (name === "history") view = new HistoryView(place, rest, source);
  else if (held) view = new RunView(place, [source.store.head.run], source);
  else view = new FrontView(place, rest, source);
  document.getElementById("nav").replaceChildren(...source.pages.map(([address, words]) =>
    h("a", { href: address, "aria-current": address === here ? "page" : null }, words)));
  document.querySelector(".brand").setAttribute("href", source.start);
  scrollTo(0, 0);
}

addEventListener("hashchange", open);
addEventListener("keydown", (event) => onKey(event, view, source));
document.getElementById("help").addEventListener("click", showKeys);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
setInterval(() => view && view.tick && view.tick(), 1000);
if (held) {
  const paper = h("div", { id: "paper" });
  document.body.append(paper);
  source.paper().then((parts) => paper.append(...parts));
}
open();
