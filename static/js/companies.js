/* The four colours of each company, as rules for [data-co]: a constructed stylesheet, since the page allows no style attributes. */
const COLOUR = /^#[0-9a-f]{3,8}$/i;
const NAMES = { solid: "--co", on: "--co-on", ink: "--co-ink", soft: "--co-soft" };
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
let shown = null;

/** @param {Record<string, {schema: string, colours: {light: Record<string, string>, dark: Record<string, string>}}>} companies */
export function wearColours(companies) {
  if (companies === shown) return;
  shown = companies;
  sheet.replaceSync(Object.values(companies).map(rule).join("\n"));
}

function rule({ schema, colours: { light, dark } }) {
  const values = Object.entries(NAMES)
    .filter(([part]) => COLOUR.test(light[part]) && COLOUR.test(dark[part]))
    .map(([part, name]) => `${name}: light-dark(${light[part]}, ${dark[part]});`);
  return `[data-co="${CSS.escape(schema)}"] { ${values.join(" ")} }`;
}
