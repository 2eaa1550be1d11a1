// From the address to the view that shows it.

const held = document.getElementById("data");
const source = held ? new Report(JSON.parse(held.textContent)) : new Server();
let view = null;

function open() {
  const parts = (location.hash || source.start).slice(2).split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  if (view) view.close();
  const place = document.getElementById("main");
  place.replaceChildren(h("p", { class: "dim" }, "Loading"));
  const [name, ...rest] = parts;
  if (name === "run" && rest.length > 1) view = new ItemPage(place, rest, source);
  else if (name === "run" && rest.length) view = new RunView(place, rest, source);
  else if (name === "history") view = new HistoryView(place, rest, source);
  else if (held) view = new RunView(place, [source.store.head.run], source);
  else view = new FrontView(place, rest, source);
  const here = location.hash || source.start;
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
