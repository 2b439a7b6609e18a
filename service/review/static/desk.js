// The desk: keys and buttons become decisions, shown at once and sent by the outbox.
// Nothing is said here in words: those stand in the page, in its language.

import { openAdding, whenAdded } from "./adding.js";
import { light } from "./evidence.js";
import { chosen, focusChosen, focused, focusedChip, goOn, move, refocus } from "./focus.js";
import { Outbox } from "./outbox.js";
import {
  actsOf, byId, chipOf, chips, desk, dressPanel, isImplied, labelOf, mayDecide, named, nameOf, panel, show, stateItem, stateOptions, tagOf,
  undressed, writeActs,
} from "./panel.js";
import { plain } from "./plain.js";

const { answer, user, reading, nextOpen } = desk.dataset;
let goOnAfter; // key of the "done" by which this page is left
let refreshed = Promise.resolve();

// --- What the service knows, and on top of it what it does not know yet -------------------------------------------

let known = panel().cloneNode(true); // the panel as the service gave it

const outbox = new Outbox(user, Number(reading), {
  changed: showOutbox,
  saved(item, body) {
    if (item.answer !== answer) return;
    panel().dataset.version = known.dataset.version = body.version;
    writeActs(known, actsAfter(actsOf(known), item));
    if (item.key === goOnAfter) location.assign(nextOpen);
    else if (!outbox.waitingFor(answer).length) refreshed = refresh();
  },
  refused(refusedAnswer) {
    goOnAfter = undefined;
    if (refusedAnswer === answer) refreshed = refresh();
  },
});

async function refresh() {
  try {
    const response = await fetch(desk.dataset.panel);
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("panel");
    // A later decision was saved meanwhile, which this panel does not show: the next one will.
    if (Number(fresh.dataset.version) < Number(known.dataset.version)) return;
    known = document.adoptNode(fresh);
  } catch {
    return; // as decided, and fresh when the page is next opened
  }
  draw();
}

// Show what the service knows, then what waits; parts that are as they were stay, with what is typed in them.
function draw() {
  const focus = focused();
  Object.assign(panel().dataset, known.dataset);
  panel().className = known.className;
  for (const part of known.querySelectorAll("[data-part]")) {
    const shown = panel().querySelector(`[data-part="${part.dataset.part}"]`);
    if (!undressed(shown).isEqualNode(part)) shown.replaceWith(part.cloneNode(true));
  }
  for (const item of outbox.waitingFor(answer)) item.decisions.forEach(show);
  dress();
  if (focus) refocus(focus);
}

function dress() {
  dressPanel();
  setEnabled("undo", actsNow().length);
  setEnabled("accept-safe", safeChips().length);
  const count = mayDecide() ? chips().filter((chip) => chip.dataset.status === "open" && !isImplied(chip)).length : 0;
  byId("undecided").hidden = !count;
  for (const line of byId("undecided").children) line.textContent = count === 1 ? line.dataset.one : line.dataset.many.replace("{count}", count);
}

function setEnabled(act, enabled) {
  const button = desk.querySelector(`[data-do="${act}"]`);
  if (!button) return;
  const hadFocus = button === document.activeElement;
  button.disabled = !enabled;
  if (hadFocus && button.disabled) focusChosen({ preventScroll: true });
}

function showOutbox() {
  const unsent = outbox.unsent;
  byId("unsent").hidden = unsent.length === 0;
  byId("unsent").querySelector(".what").textContent = unsent.map((item) => item.words).join("; ");
  if (unsent.length) document.activeElement.closest(".chip")?.scrollIntoView({ block: "nearest" });
  const refused = outbox.refusedItems;
  const here = refused.filter((item) => item.answer === answer);
  const elsewhere = refused.find((item) => item.answer !== answer);
  byId("refused").hidden = here.length === 0;
  if (here.length) {
    const conflict = here[0].status === 409;
    byId("refused").querySelector(".what").textContent = here.map((item) => item.words).join("; ");
    byId("refused").querySelector(".conflict").hidden = !conflict;
    byId("refused").querySelector(".why").textContent = conflict ? "" : here[0].detail;
  }
  byId("elsewhere").hidden = !elsewhere;
  if (elsewhere) byId("elsewhere").querySelector("a").href = `/answers/${elsewhere.answer}`;
}

// --- Deciding -----------------------------------------------------------------------------------------------------

function decide(decisions, words, message = words) {
  decisions.forEach(show);
  say(message);
  const waiting = outbox.waitingFor(answer).reduce((count, item) => count + item.decisions.length, 0);
  const key = outbox.add(answer, Number(panel().dataset.version) + waiting, decisions, words);
  dress();
  return key;
}

function say(message) {
  byId("said").textContent = message;
}

// What the page says of an act in words, with what it is about in them.
const told = (sign, act, parts) => `${sign} ${Object.entries(parts).reduce((text, [key, value]) => text.replace(`{${key}}`, value), byId("said").dataset[act])}`;

// These two give whether there was something to decide.
function accept(chip) {
  if (!mayDecide() || !chip?.dataset.band || chip.dataset.status === "accepted" || isImplied(chip)) return false;
  const what = nameOf(chip);
  decide([{ act: "accept", ...tagOf(chip) }], `✓ ${what}`, told("✓", "accepted", { what }));
  return true;
}

function reject(chip) {
  if (!mayDecide() || !chip || ["rejected", "moved"].includes(chip.dataset.status) || isImplied(chip)) return false;
  const what = nameOf(chip);
  decide([{ act: "reject", ...tagOf(chip) }], `✗ ${what}`, told("✗", "rejected", { what }));
  return true;
}

function restance(select) {
  const chip = select.closest(".chip");
  delete select.dataset.choosing;
  if (!mayDecide() || select.value === chip.dataset.stance) return;
  const decision = { act: "restance", ...tagOf(chip), new_stance: select.value };
  const [what, stance] = [labelOf(chip), select.selectedOptions[0].textContent];
  const joins = chipOf({ ...decision, stance: decision.new_stance });
  if (chosen.code === decision.code && chosen.stance === decision.stance) chosen.stance = decision.new_stance;
  decide([decision], `→ ${named(what, stance)}`, told("→", joins ? "joined" : "restanced", { what, stance }));
}

const safeChips = () => (mayDecide() ? chips().filter((chip) => chip.dataset.band === "safe" && chip.dataset.status === "open") : []);

function acceptSafe() {
  const safe = safeChips();
  if (!safe.length) return;
  const names = safe.map(nameOf);
  const message = safe.length === 1 ? told("✓", "accepted", { what: names[0] }) : told("✓", "acceptedMany", { count: safe.length });
  decide(safe.map((chip) => ({ act: "accept", ...tagOf(chip) })), `✓ ${names.join(", ")}`, message);
}

function done() {
  if (mayDecide()) goOnAfter = decide([{ act: "done", note: takeNote() }], "✓");
}

const takenChips = () => chips().filter((chip) => chip.dataset.status === "accepted");

// Nothing is to be left on the answer: ask first, if something would be rejected.
function nothing() {
  if (!mayDecide()) return;
  const count = takenChips().length;
  if (!count) return rejectTaken();
  const { one, many } = byId("nothing-words").dataset;
  byId("nothing-words").textContent = count === 1 ? one : many.replace("{count}", count);
  byId("nothing").showModal();
}

function rejectTaken() {
  if (!mayDecide()) return;
  const rejects = takenChips().map((chip) => ({ act: "reject", ...tagOf(chip) }));
  goOnAfter = decide([...rejects, { act: "done", note: takeNote() }], "0 ✓");
}

// Not when the dialog says that it is closed: that may be a key later.
byId("nothing").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("nothing").close();
  focusChosen({ preventScroll: true });
  if (event.submitter?.value === "reject") rejectTaken();
});

// What waits is taken back unseen; what was sent, or is just being sent, is undone by its numbers. Gives whether
// there was something.
function undo() {
  if (desk.dataset.mayReview !== "1") return false;
  goOnAfter = undefined;
  const last = outbox.waitingFor(answer).at(-1);
  const taken = last && last.decisions[0].act !== "undo" && outbox.takeBack(answer);
  const act = taken ? actOf(taken) : actsNow().at(-1);
  if (!act) return false;
  const message = byId("said").dataset.undone.replace("{what}", act.words);
  if (act.code) Object.assign(chosen, { code: act.code, stance: act.stance });
  if (taken) {
    const { note } = taken.decisions.at(-1);
    draw();
    if (note && byId("note") && !byId("note").value) byId("note").value = note;
    say(message);
  } else {
    decide(act.numbers.toReversed().map((undoes) => ({ act: "undo", undoes })), "↶", message);
  }
  return true;
}

// --- Acts: decisions that were written together, and are undone together ------------------------------------------

const actsNow = () => outbox.waitingFor(answer).reduce(actsAfter, actsOf(known));

// An item of the outbox as an act.
function actOf({ version, decisions, words }) {
  const [{ code, stance }] = decisions;
  return { numbers: decisions.map((_, place) => version + place + 1), code: code ?? "", stance: stance ?? "", words };
}

// The acts that stand, once an item is written on top of those that stood.
function actsAfter(acts, item) {
  if (item.decisions[0].act !== "undo") return [...acts, actOf(item)];
  const undone = item.decisions.map(({ undoes }) => undoes);
  return acts.filter(({ numbers }) => !numbers.some((number) => undone.includes(number)));
}

function reopen() {
  decide([{ act: "reopen" }], "○");
}

async function tryAgain() {
  await refreshed;
  const items = outbox.refusedItems.filter((item) => item.answer === answer);
  outbox.forgetRefused(answer);
  for (const item of items) {
    const key = decide(item.decisions, item.words);
    if (item.decisions.at(-1).act === "done") goOnAfter = key;
  }
}

// --- Notes --------------------------------------------------------------------------------------------------------

const LONG = 60; // characters of a note that are repeated where it is told that it was written

const typedNote = () => byId("note")?.value.trim();

// Give the note that is typed and not saved, if there is one, and empty the field.
function takeNote() {
  const note = typedNote();
  if (note) byId("note").value = "";
  return note || undefined;
}

// Gives whether there was one.
function saveNote() {
  if (!mayDecide()) return false;
  const note = takeNote();
  if (note) decide([{ act: "note", note }], `✎ ${note.length > LONG ? `${note.slice(0, LONG)}…` : note}`);
  else byId("note").focus();
  return Boolean(note);
}

// The browser asks whether to leave the page.
addEventListener("beforeunload", (event) => {
  if (typedNote()) event.preventDefault();
});

// --- States -------------------------------------------------------------------------------------------------------

function addState(field) {
  const name = plain(field.value.trim());
  // The whole name, or a beginning that is of one State alone.
  const names = ({ value, dataset }) => [value, dataset.code, ...dataset.names.split("|")].filter(Boolean).map(plain);
  const exact = stateOptions().find((each) => names(each).includes(name));
  const begun = name && !exact ? stateOptions().filter((each) => names(each).some((known) => known.startsWith(name))) : [];
  const option = exact ?? (begun.length === 1 ? begun[0] : undefined);
  field.setCustomValidity(name && !option ? field.dataset.unknown : "");
  if (!option) return field.reportValidity();
  field.value = "";
  if (mayDecide() && !stateItem(option.dataset.code)) {
    decide([{ act: "state-add", state: option.dataset.code }], `+ ${byId("said").dataset.stateAdded.replace("{state}", option.value)}`);
  }
}

function removeState(button) {
  const item = button.closest("li");
  if (!mayDecide()) return;
  const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button");
  const words = byId("said").dataset.stateRemoved.replace("{state}", item.querySelector(".name").textContent);
  decide([{ act: "state-remove", state: item.dataset.state }], `− ${words}`);
  (next ?? byId("state-name")).focus({ preventScroll: true });
}

whenAdded(({ code, stance, passages, name }) => {
  if (mayDecide()) decide([{ act: "add", code, stance, passages }], `+ ${name}`, told("+", "added", { what: name }));
  Object.assign(chosen, { code, stance: stance ?? "" });
  focusChosen();
});

function explain(chip) {
  if (!chip) return;
  for (const section of byId("meaning").querySelectorAll("section")) section.hidden = section.dataset.code !== chip.dataset.code;
  byId("meaning").showModal();
}

// A dialog gives the focus back, but not to a tag that was replaced meanwhile.
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => {
    if (document.activeElement === document.body) focusChosen({ preventScroll: true });
  });
}

// --- Keys and clicks ----------------------------------------------------------------------------------------------

const startAdding = () => mayDecide() && openAdding();

// Go where a key leads, or say that there is nothing.
function follow(key) {
  const link = desk.querySelector(`a[data-key="${key}"]`);
  if (link) link.click();
  else say(desk.querySelector(`[data-none="${key}"]`)?.textContent ?? "");
}

// Where there was nothing to decide the focus stays: whoever is mistaken about where it is sees so.
function decideAndGoOn(act, chip, options) {
  if (act(chip)) goOn(chip, options);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decideAndGoOn(accept, focusedChip()),
  r: () => decideAndGoOn(reject, focusedChip()),
  c: () => focusedChip()?.querySelector("select")?.focus(),
  i: () => explain(focusedChip()),
  t: startAdding,
  g: () => byId("state-name")?.focus(),
  m: () => byId("note")?.focus(),
  s: acceptSafe,
  u: () => undo() && chosen.code && focusChosen(),
  d: done,
  0: nothing,
  n: () => follow("n"),
  p: () => follow("p"),
  w: () => follow("w"),
  "?": () => byId("keys").showModal(),
};

const ARROWS = { ArrowDown: KEYS.j, ArrowUp: KEYS.k };

const BUTTONS = {
  accept: (button) => decideAndGoOn(accept, button.closest(".chip"), { preventScroll: true }),
  reject: (button) => decideAndGoOn(reject, button.closest(".chip"), { preventScroll: true }),
  meaning: (button) => explain(button.closest(".chip")),
  "accept-safe": acceptSafe,
  add: startAdding,
  note: saveNote,
  undo,
  nothing,
  done,
  reopen,
  keys: KEYS["?"],
  "state-remove": removeState,
  "try-again": tryAgain,
  forget: () => outbox.forgetRefused(answer),
};

const KEYS_OFF = "needtag-keys-off";
byId("keys-on").checked = !localStorage.getItem(KEYS_OFF);
byId("keys-on").addEventListener("change", ({ target }) => {
  if (target.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});

document.addEventListener("keydown", (event) => {
  if (event.target.matches("select.stance")) return chooseStance(event);
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key === "Escape" && typing && !typing.closest("dialog")) return leave(typing);
  if (event.key === "Enter" && event.ctrlKey && typing?.id === "note") return saveNote() && focusChosen();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  // On French keyboards the key of the 0 gives "à", unless Shift is held.
  const key = event.code === "Digit0" && !event.shiftKey ? "0" : event.key;
  const act = (event.target.closest(".chip") && ARROWS[key]) || (byId("keys-on").checked && KEYS[key]);
  if (!act || (event.repeat && act !== KEYS.j && act !== KEYS.k)) return undefined;
  event.preventDefault();
  return act();
});

// Leaving the field of States would add the one whose name stands there.
function leave(field) {
  if (field.id === "state-name") field.value = "";
  focusChosen();
}

// Keys in the list only choose; Enter or leaving it decides, Escape leaves it as it was.
function chooseStance(event) {
  const select = event.target;
  if (event.key === "Enter") {
    event.preventDefault();
    restance(select);
    focusChosen();
  } else if (event.key === "Escape") {
    select.value = select.closest(".chip").dataset.stance;
    focusChosen();
  } else {
    select.dataset.choosing = "";
  }
}

desk.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (button) BUTTONS[button.dataset.do](button);
});

desk.addEventListener("change", ({ target }) => {
  if (target.matches("select.stance") && !("choosing" in target.dataset)) restance(target);
  if (target.id === "state-name") addState(target);
});

desk.addEventListener("input", ({ target, inputType }) => {
  if (target.id !== "state-name") return;
  target.setCustomValidity("");
  // Taken from the list, not typed: "Niger" may become "Nigeria".
  if (!inputType || inputType === "insertReplacementText") addState(target);
});

desk.addEventListener("focusout", ({ target }) => {
  if (target.matches("select.stance") && target.isConnected) restance(target);
});

desk.addEventListener("focusin", ({ target }) => {
  const chip = target.closest(".chip");
  if (chip) Object.assign(chosen, { code: chip.dataset.code, stance: chip.dataset.stance, place: chips().indexOf(chip) });
  if (chip || target.id !== "text") light(answer, chip);
});

showOutbox();
draw();
outbox.send();
focusChosen();
