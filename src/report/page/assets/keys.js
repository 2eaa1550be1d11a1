// The keyboard. Everything can also be reached with Tab and Enter.

const KEYS = [
  ["j, k", "next and previous line, or item"], ["Enter", "open"], ["Escape, u", "back"], ["1 to 6", "views of an item"],
  ["b, t, g", "board, timeline, graph of a run"], ["f", "unfold or fold completed items"], ["h", "history"], ["o", "project"], ["s", "stop the run (asks)"], ["?", "these keys"],
];

function showKeys() {
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(h("h2", {}, "Keys"), h("dl", { class: "keys" }, KEYS.map(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])),
    h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Close"));
  dialog.showModal();
}

// Moves the focus to the next or previous line of a list.
function step(by) {
  const rows = [...document.querySelectorAll("main a.row")].filter((row) => row.checkVisibility());
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement);
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function onKey(event, view, source) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("dialog").open) return;
  const { key } = event;
  let done = view && view.key(key);
  if (!done && (key === "j" || key === "k")) done = step(key === "j" ? 1 : -1);
  else if (!done && key === "?") done = showKeys() || true;
  else if (!done && key === "h") done = (location.hash = "#/history");
  else if (!done && key === "o") {
    // Not back to a place, but to the beginning.
    places.delete(source.start);
    done = location.hash = source.start;
  }
  if (done) event.preventDefault();
}
