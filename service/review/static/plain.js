// Text as it is compared when people search: without case and accents.

export const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
