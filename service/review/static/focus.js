// Where the focus is among the tags, and where it goes.

import { byId, chipOf, chips, isImplied, panel, stateItem } from "./panel.js";

export const chosen = { code: "", stance: "", place: 0 }; // the tag that had the focus last

export function focusChosen(options) {
  const all = chips();
  (chipOf(chosen) ?? all[Math.min(chosen.place, all.length - 1)] ?? byId("text")).focus(options);
}

// Go from a tag that was just decided to the next that is not, beginning anew at the end; stay if there is none.
export function goOn(chip, options) {
  const all = chips();
  const at = all.indexOf(chip);
  const isOpen = (each) => each.dataset.status === "open" && !isImplied(each);
  ([...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].find(isOpen) ?? chip).focus(options);
}

// Where the focus is, so that it can be put there again when parts were replaced.
export function focused() {
  const element = document.activeElement;
  if (!panel().contains(element)) return undefined;
  return { element, act: element.dataset.do, inChip: Boolean(element.closest(".chip")), state: element.closest("[data-state]")?.dataset.state };
}

export function refocus({ element, act, inChip, state }) {
  if (element.isConnected) return;
  const within = state ? stateItem(state) : panel();
  const button = act && !inChip && within?.querySelector(`[data-do="${act}"]:enabled`);
  if (button) button.focus({ preventScroll: true });
  else focusChosen({ preventScroll: true });
}

export function focusedChip() {
  return document.activeElement?.closest(".chip") ?? chipOf(chosen);
}

export function move(step) {
  const all = chips();
  const at = all.indexOf(document.activeElement?.closest(".chip"));
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]?.focus();
}
