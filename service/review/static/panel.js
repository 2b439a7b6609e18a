// What the desk shows of an answer: its tags, its States, and the acts that can be undone. All of it is in the page
// alone; how it comes to the service is the matter of desk.js.

export const byId = (id) => document.getElementById(id);
export const desk = byId("desk");
export const panel = () => byId("panel");
export const chips = () => [...desk.querySelectorAll(".chip")];
const isDone = () => panel().dataset.done === "1";
export const mayDecide = () => desk.dataset.mayReview === "1" && !isDone();
export const tagOf = (chip) => ({ code: chip.dataset.code, stance: chip.dataset.stance || null });
export const labelOf = (chip) => chip.getAttribute("aria-label");
export const named = (label, stance) => (stance ? `${label} · ${stance}` : label);
// Of the stance that was decided on: the list may already show another.
export const nameOf = (chip) => named(labelOf(chip), chip.querySelector(`option[value="${chip.dataset.stance}"]`)?.textContent);
export const chipOf = ({ code, stance }) => chips().find((chip) => chip.dataset.code === code && chip.dataset.stance === (stance ?? ""));

// --- Decisions, shown ---------------------------------------------------------------------------------------------

const SHOW = {
  accept: (decision) => mark(chipOf(decision), "accepted"),
  reject: (decision) => mark(chipOf(decision), "rejected"),
  restance(decision) {
    const chip = chipOf(decision);
    if (!chip || chipOf({ ...decision, stance: decision.new_stance })) return mark(chip, "moved");
    chip.dataset.stance = decision.new_stance;
    chip.querySelector("select").value = decision.new_stance;
    mark(chip, "accepted");
  },
  add(decision) {
    const chip = chipOf(decision);
    return chip ? mark(chip, "accepted") : byId("adding-now").append(addedChip(decision));
  },
  "state-add"(decision) {
    if (stateItem(decision.state)) return;
    const item = byId("added-state").content.cloneNode(true).firstElementChild;
    item.dataset.state = decision.state;
    item.querySelector(".name").textContent = stateOptions().find((each) => each.dataset.code === decision.state).value;
    byId("states").append(item);
  },
  "state-remove": (decision) => stateItem(decision.state)?.remove(),
  done() {
    panel().dataset.done = "1";
    panel().classList.add("done");
  },
};

export function show(decision) {
  SHOW[decision.act]?.(decision);
  if (decision.note) addNote(decision.note);
}

function addNote(text) {
  const item = byId("added-note").content.cloneNode(true);
  item.querySelector(".said").textContent = text;
  byId("notes").append(item);
}

export const stateItem = (code) => byId("states").querySelector(`[data-state="${code}"]`);
export const stateOptions = () => [...byId("all-states").options];

function mark(chip, status) {
  if (!chip) return;
  chip.classList.remove("open", "accepted", "rejected", "moved");
  chip.classList.add(status);
  chip.dataset.status = status;
  const [yes, no] = chip.querySelectorAll(".yes, .no");
  if (yes) yes.disabled = status === "accepted" || !chip.dataset.band || isImplied(chip);
  if (no) no.disabled = status === "rejected" || status === "moved" || isImplied(chip);
}

function addedChip({ code, stance }) {
  const item = byId("added-chip").content.cloneNode(true).firstElementChild;
  const chip = item.querySelector(".chip");
  const option = document.querySelector(`#adding-options [data-code="${code}"]`);
  const label = option.querySelector("strong").textContent;
  const spoken = document.querySelector(`#adding-stance [value="${stance}"]`)?.parentElement.textContent.trim();
  chip.dataset.code = code;
  chip.dataset.stance = stance ?? "";
  chip.setAttribute("aria-label", label);
  chip.querySelector(".label").textContent = label;
  chip.querySelector(".new-stance").textContent = spoken ? ` · ${spoken}` : "";
  return item;
}

// Whether a type is taken with one of its sub-types, whatever is decided on it.
export function isImplied({ dataset: { kind, code, stance } }) {
  const isOf = (each) => each.code.startsWith(`${code}.`) && each.stance === stance && each.status === "accepted";
  return kind === "type" && chips().some((chip) => isOf(chip.dataset));
}

// Show what follows from what is shown of all tags and States together.
export function dressPanel() {
  for (const chip of chips().filter((each) => each.dataset.kind === "type")) {
    chip.classList.toggle("implied", isImplied(chip));
    chip.querySelector(".with-subtype").hidden = !isImplied(chip);
    mark(chip, chip.dataset.status);
  }
  for (const name of desk.querySelectorAll("mark.state")) {
    name.classList.toggle("removed", !stateItem(name.dataset.state));
  }
}

// A part without what the focus and `dressPanel` made of it.
export function undressed(part) {
  const copy = part.cloneNode(true);
  for (const each of copy.querySelectorAll(".lit, .removed")) each.classList.remove("lit", "removed");
  return copy;
}

// --- Acts that can be undone, as a list in the page has them ------------------------------------------------------

export function actsOf(element) {
  return [...element.querySelectorAll(".acts li")].map(({ dataset: { numbers, code, stance }, textContent }) => (
    { numbers: numbers.split(" ").map(Number), code, stance, words: textContent }
  ));
}

export function writeActs(element, acts) {
  const items = acts.map(({ numbers, code, stance, words }) => {
    const item = document.createElement("li");
    Object.assign(item.dataset, { numbers: numbers.join(" "), code, stance });
    item.textContent = words;
    return item;
  });
  element.querySelector(".acts").replaceChildren(...items);
}
