// Numbers, times and states in words.

const MARKS = {
  completed: "✓", failed: "✗", partial: "⚠", unproven: "⚠", conflict: "⚠", needs_approval: "⚠", blocked: "⧗",
  cancelled: "–", pending: "–", waiting: "⧗", ready: "⧗", running: "▶", validating: "▶",
  interrupted: "⚠",
};

// What a state means for whoever looks: one of five colours.
const TONES = {
  completed: "good", failed: "bad", blocked: "dim", partial: "warn", unproven: "warn", conflict: "warn",
  needs_approval: "warn", cancelled: "dim", pending: "dim", waiting: "dim", ready: "dim", running: "busy",
  validating: "busy", interrupted: "warn",
};

// How much a note matters.
const NOTE_TONES = { warning: "warn", error: "bad" };

function isBusy(item) {
  return item.standing === "running" || item.standing === "validating";
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 10) return seconds.toFixed(1) + "s";
  let left = Math.round(seconds);
  const parts = [];
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
    const whole = Math.floor(left / length);
    left -= whole * length;
    if (whole > 0) parts.push(whole + unit);
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0s";
}

function count(number) {
  return number === null || number === undefined ? "" : number.toLocaleString("en");
}

function shortCount(number) {
  if (number === null || number === undefined) return "";
  if (number < 1000) return String(Math.round(number));
  return number < 1e6 ? (number / 1e3).toFixed(1) + "k" : (number / 1e6).toFixed(1) + "M";
}

function dollars(amount) {
  if (amount === null || amount === undefined) return "";
  return "$" + (amount > 0 && amount < 0.01 ? amount.toFixed(4) : amount.toFixed(2));
}

function day(text) {
  return text ? text.slice(0, 16).replace("T", " ") : "";
}

function numbered(number, noun) {
  return number === 1 ? "1 " + noun : number + " " + noun + "s";
}

// How a run goes or went, as a word and a colour.
function lifeOf(life, code) {
  if (life === "running") return ["running", "busy"];
  if (life === "elsewhere") return ["runs on another machine", "busy"];
  if (life === "interrupted") return ["interrupted", "bad"];
  if (code === 0) return ["complete", "good"];
  if (code === 130 || code === 143) return ["stopped", "warn"];
  if (code === 10) return ["unfinished", "warn"];
  if (code === 75) return ["paused", "warn"];
  return ["ended with " + code, "warn"];
}

function pill([word, tone]) {
  return h("span", { class: "pill " + tone }, word);
}

// How long an agent gave no sign of life, once that is worth a word, and how long it may be silent.
function silence(item, now) {
  const age = item.last_sign ? (now - item.last_sign) / 1000 : 0;
  return age < 10 ? "" : "silent for " + duration(age) + (item.silence ? " of " + duration(item.silence) : "");
}

function isSilent(item, now) {
  return Boolean(item.last_sign && item.silence && (now - item.last_sign) / 1000 > item.silence / 2);
}

// How many phases of an item are done, as everywhere.
function phasesOf(item) {
  return item.phases ? item.phases_done + "/" + item.phases : "";
}

// Seconds of work of an item: what it took, or takes so far.
function took(item, now) {
  if (isBusy(item) && item.started) return Math.max(0, (now - item.started) / 1000);
  return item.duration;
}

function runAddress(run, item, tab) {
  return "#/run/" + [run, item, tab].filter((part) => part !== undefined).map(encodeURIComponent).join("/");
}
