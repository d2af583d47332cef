/* Two letters for a name in a round: of its first two words that begin with one, so that a remark in brackets has none. */
export const initials = (name) =>
  (name.match(/(?<![^\s])[\p{L}\p{N}]\S*/gu) ?? ["?"]).slice(0, 2).map((word) => [...word][0]).join("").toLocaleUpperCase();
