/* Which company and which pool are looked at: kept in the page's address. */
import { gettext } from "../i18n.js";
import { byId, clone, fill, reconcile, show } from "../desk/dom.js";
import { only, redraw } from "./store.js";

export function mountFilters() {
  const asked = new URLSearchParams(location.search);
  only.company = asked.get("company") ?? "";
  only.pool = asked.get("pool") ?? "";
  byId("companies").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (chip) choose({ company: chip.dataset.key });
  });
  byId("pool").addEventListener("change", () => choose({ pool: byId("pool").value }));
}

function choose(change) {
  Object.assign(only, change);
  const kept = new URLSearchParams(Object.entries(only).filter(([, value]) => value));
  history.replaceState(null, "", kept.size ? `?${kept}` : location.pathname);
  redraw();
}

export function drawFilters(state) {
  const companies = Object.values(state.companies).sort((one, other) => one.name.localeCompare(other.name));
  reconcile(byId("companies"), [{ schema: "", name: gettext("All"), monogram: "" }, ...companies], {
    key: (company) => company.schema,
    make: () => clone("t-chip"),
    update(node, company) {
      fill(node, { monogram: { text: company.monogram, "data-co": company.schema, hidden: !company.schema }, name: company.name });
      node.setAttribute("aria-pressed", String(only.company === company.schema));
    },
  });
  const pools = Object.values(state.pools).sort((one, other) => one.name.localeCompare(other.name));
  show(byId("pool-row"), pools.length > 1);
  reconcile(byId("pool"), [{ id: "", name: gettext("All") }, ...pools], {
    key: (pool) => pool.id,
    make: () => document.createElement("option"),
    update(node, pool) {
      node.value = pool.id;
      node.textContent = pool.name;
    },
  });
  byId("pool").value = only.pool;
}
