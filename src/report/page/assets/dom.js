// Elements from data. Text is only ever set as text: nothing that a document or an agent says becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Changes a text only when it is another one, so that selections and screen readers are left in peace.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function toast(text) {
  const place = document.getElementById("toast");
  say(place, text);
  place.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.classList.remove("shown"), 2500);
}

// A command with a button that copies it.
function command(text, what) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied: " + text);
    } catch {
      getSelection().selectAllChildren(code);
      toast("Selected: copy it with your keys");
    }
  };
  const code = h("code", {}, text);
  return h("div", { class: "command" },
    what ? h("span", { class: "dim" }, what) : null,
    code,
    h("button", { type: "button", class: "quiet", onclick: copy, "aria-label": "Copy " + text }, "Copy"));
}

// Asks before something is done.
function ask(question, answer, act) {
  const dialog = document.getElementById("dialog");
  const close = () => dialog.close();
  dialog.replaceChildren(
    h("p", {}, question),
    h("div", { class: "row-of-buttons" },
      h("button", { type: "button", onclick: close, autofocus: true }, "No"),
      h("button", { type: "button", class: "danger", onclick: () => { close(); act(); } }, answer)));
  dialog.showModal();
}

function section(title, ...children) {
  const id = "s-" + title.toLowerCase().replace(/[^a-z]+/g, "-");
  return h("section", { class: "panel", "aria-labelledby": id }, h("h2", { id }, title), ...children);
}
