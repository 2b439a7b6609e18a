// The dialog by which a tag is added: a combobox over all tags, as the WAI-ARIA practices describe it.

import { named } from "./panel.js";
import { plain } from "./plain.js";
import { isSelected } from "./selection.js";

const dialog = document.getElementById("adding");
const field = document.getElementById("adding-search");
const list = document.getElementById("adding-options");
const stances = document.getElementById("adding-stance");
const none = document.getElementById("adding-none");
const boxes = [...dialog.querySelectorAll("#adding-passages input")];

const texts = new Map(
  [...list.children].map((option) => [
    option,
    {
      name: plain(`${option.querySelector("strong").textContent} ${option.dataset.short} ${option.dataset.code}`),
      all: plain(`${option.textContent} ${option.dataset.short} ${option.dataset.code}`),
    },
  ]),
);
const shown = () => [...list.children].filter((option) => !option.hidden);
const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  for (const each of list.children) each.setAttribute("aria-selected", each === option);
  field.setAttribute("aria-activedescendant", option?.id ?? "");
  stances.disabled = option?.dataset.kind === "instrument";
  option?.scrollIntoView({ block: "nearest" });
}

// Show what has all words, in the singular or the plural, and the type of each sub-type; choose the first that has them in its label or code.
function filter() {
  const words = plain(field.value).split(/\s+/).filter(Boolean).map((word) => (word.length > 3 ? word.replace(/s$/, "") : word));
  const has = (text) => words.every((word) => text.includes(word));
  const found = [...list.children].filter((option) => has(texts.get(option).all));
  const codes = new Set(found.flatMap(({ dataset: { code } }) => [code, code.split(".")[0]]));
  for (const option of list.children) option.hidden = !codes.has(option.dataset.code);
  none.hidden = found.length > 0;
  list.scrollTop = 0;
  choose(found.find((option) => has(texts.get(option).name)) ?? found[0]);
}

export function openAdding() {
  field.value = "";
  for (const box of boxes) box.checked = isSelected(box.value);
  if (boxes.length) boxes[0].closest("details").open = boxes.some((box) => box.checked);
  dialog.showModal();
  filter();
  field.focus();
}

// Say what to do with a tag that somebody added.
export function whenAdded(added) {
  // Not when the dialog says that it is closed: that may be a key later.
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    const option = chosen();
    if (event.submitter?.value !== "add" || !option) return;
    const { code, kind } = option.dataset;
    const radio = kind === "instrument" ? null : stances.querySelector("input:checked");
    const passages = boxes.filter((box) => box.checked).map((box) => Number(box.value));
    const name = named(option.querySelector("strong").textContent, radio?.parentElement.textContent.trim());
    added({ code, stance: radio?.value ?? null, passages, name });
  });
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };

field.addEventListener("input", filter);
field.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const all = shown();
  if (!step || !all.length) return;
  event.preventDefault();
  const at = all.indexOf(chosen()) + step;
  const turns = Math.abs(step) === 1;
  choose(all[turns ? (at + all.length) % all.length : Math.max(0, Math.min(at, all.length - 1))]);
});
list.addEventListener("click", ({ target }) => {
  choose(target.closest("[role=option]") ?? chosen());
  field.focus();
});
list.addEventListener("dblclick", () => dialog.querySelector("button.main").click());
