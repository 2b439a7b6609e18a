// The text that is selected in the answer, as the passages that it is part of.

// Whether something is selected in a passage, however little of it.
export function isSelected(passage) {
  const selection = getSelection();
  const whole = document.querySelector(`#text [data-passage="${passage}"]`);
  return selection.rangeCount > 0 && Boolean(common(selection.getRangeAt(0), whole).toString().trim());
}

function common(range, element) {
  const part = document.createRange();
  part.selectNodeContents(element);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part;
}
