// The passages and words that a tag rests on, lit in the text.

let evidence; // the words by "code stance", asked for once a page

export async function light(answer, chip) {
  const passages = new Set(chip?.dataset.passages.split(" "));
  for (const passage of document.querySelectorAll("#text .passage")) {
    passage.classList.toggle("lit", passages.has(passage.dataset.passage));
  }
  globalThis.CSS?.highlights?.delete("evidence");
  if (!chip?.dataset.band || !globalThis.CSS?.highlights) return;
  evidence ??= findEvidence(answer);
  const words = (await evidence).get(`${chip.dataset.code} ${chip.dataset.suggested}`) ?? [];
  if (document.activeElement?.closest(".chip") === chip) {
    CSS.highlights.set("evidence", new Highlight(...words.map((word) => rangeOf(word.start, word.end))));
  }
}

async function findEvidence(answer) {
  const found = new Map();
  try {
    const response = await fetch(`/v1/answers/${answer}/evidence`);
    const { tags } = response.ok ? await response.json() : { tags: [] };
    for (const tag of tags) found.set(`${tag.code} ${tag.stance ?? ""}`, tag.words);
  } catch {
    evidence = undefined; // asked for again with the next tag
  }
  return found;
}

// Offsets count characters, of which a script counts some as two.
function rangeOf(start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
  let at = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const signs = [...node.data];
    const place = (offset) => signs.slice(0, offset - at).join("").length;
    if (start >= at && start < at + signs.length) range.setStart(node, place(start));
    if (end > at && end <= at + signs.length) range.setEnd(node, place(end));
    at += signs.length;
  }
  return range;
}
